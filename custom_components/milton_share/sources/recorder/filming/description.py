"""What a camera says that it sends (SDP, RFC 4566), and what of it is asked for. Pure.

The description that libav reads is written anew: of the tracks that are asked for, and of each only what its packets
are read by.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from .errors import LineError

LINES_MAX = 1_000
LINE_CHARS_MAX = 8 * 1024
"""Parameter sets of HEVC in base64 are some hundred characters."""
TRACKS_MAX = 32
_MEDIA = re.compile(r"(video|audio) \d{1,5}(?:/\d{1,5})? RTP/AVPF? (\d{1,3})(?: .*)?")
_MAP = re.compile(r"(\d{1,3}) ([A-Za-z0-9.\-]{1,40})/(\d{1,9})(?:/(\d{1,2}))?\s*")
_DECODING_ORDER = re.compile(r"[\s;](?:sprop-max-don-diff|sprop-depack-buf-nalus)=0*[1-9]")
"""Pictures of HEVC that are sent out of their order have its number in each packet (RFC 7798 section 4.4)."""
_PRINTABLE = re.compile(r"[\x20-\x7e]*")
NOT_RTP = frozenset(range(64, 96))
"""Payload types that can't be told from reports (RFC 5761 section 4)."""


class Fragments(Enum):
    """How a codec's pictures are broken into packets: which of them can be joined."""

    OTHER = auto()
    H264 = auto()
    HEVC = auto()


VIDEO = {"H264": Fragments.H264, "H265": Fragments.HEVC, "JPEG": Fragments.OTHER}
AUDIO = frozenset({"PCMU", "PCMA", "MPEG4-GENERIC", "MP4A-LATM", "OPUS", "MPA"})
"""What a segment may hold; other sound is not asked for."""
WAITING = frozenset({"PCMU", "PCMA", "MPEG4-GENERIC", "OPUS"})
"""Sound of which the description says all that a file needs: libav must hear the other kinds first."""
STATIC = {0: "PCMU", 8: "PCMA", 14: "MPA", 26: "JPEG"}
"""Types that need no map (RFC 3551 section 6)."""
STATIC_RATES_HZ = {0: 8_000, 8: 8_000}
RATE_HZ = 90_000
"""Of the time stamps of types without a map: of G.711, and of all the others (RFC 3551 section 6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """What a camera sends in one stream of packets. `control` is its part of the address, as the camera wrote it."""

    kind: str
    payload_type: int
    codec: str
    rate_hz: int
    """Of its time stamps."""
    control: str
    rows: tuple[str, ...]

    @property
    def fragments(self) -> Fragments:
        """How its pictures are broken up; what has other heads than most is joined by nobody."""
        if any(map(_DECODING_ORDER.search, self.rows)):
            return Fragments.OTHER
        return VIDEO.get(self.codec, Fragments.OTHER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """The first video and the first sound that can be recorded. `control` is what the camera says of the whole."""

    control: str
    tracks: tuple[Track, ...]

    def to_bytes(self) -> bytes:
        """Write it down for libav."""
        rows = ["v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=-", "c=IN IP4 0.0.0.0", "t=0 0"]
        for track in self.tracks:
            rows += [f"m={track.kind} 0 RTP/AVP {track.payload_type}", *track.rows]
        return ("\r\n".join(rows) + "\r\n").encode()


def read_description(body: bytes, *, with_sound: bool = True) -> Description:
    """Read one; raises LineError where it has no video that is known here, or its tracks can't be told apart."""
    lines = body.decode("utf-8", "replace").splitlines()[: LINES_MAX + 1]
    if len(lines) > LINES_MAX or any(len(line) > LINE_CHARS_MAX for line in lines):
        message = "a description is too long"
        raise LineError(message)
    parts: list[list[str]] = [[]]
    for line in lines:
        if line.startswith("m="):
            parts.append([])
        parts[-1].append(line)
    whole, *media = parts
    if len(media) > TRACKS_MAX:
        message = "too many tracks"
        raise LineError(message)
    tracks = [track for track in map(_track, media) if track is not None]
    videos = [track for track in tracks if track.kind == "video"]
    sounds = [track for track in tracks if track.kind == "audio" and with_sound]
    if not videos:
        message = "no video that is known here"
        raise LineError(message)
    chosen = (videos[0], *sounds[:1])
    if len({track.payload_type for track in chosen}) != len(chosen):
        message = "tracks of one type"
        raise LineError(message)
    return Description(control=_control(whole), tracks=chosen)


def _track(lines: list[str]) -> Track | None:
    """Read one; None where it is nothing that is recorded."""
    media = _MEDIA.fullmatch(lines[0][2:].strip())
    if media is None:
        return None
    kind, payload_type = media[1], int(media[2])
    if payload_type in NOT_RTP or payload_type > 127:  # noqa: PLR2004  seven bits
        return None
    rows = [row.strip() for row in lines[1:] if _PRINTABLE.fullmatch(row.strip())]
    maps = [found for row in rows if row.startswith("a=rtpmap:") and (found := _MAP.fullmatch(row[9:]))]
    named = next((found for found in maps if int(found[1]) == payload_type), None)
    codec = named[2].upper() if named else STATIC.get(payload_type, "")
    if codec not in (VIDEO if kind == "video" else AUDIO) or (named is not None and int(named[3]) == 0):
        return None
    kept = [f"a=rtpmap:{named[0].strip()}"] if named else []
    kept += [row for row in rows if row.startswith((f"a=fmtp:{payload_type} ", "a=framerate:", "a=framesize:"))]
    rate_hz = int(named[3]) if named else STATIC_RATES_HZ.get(payload_type, RATE_HZ)
    return Track(
        kind=kind,
        payload_type=payload_type,
        codec=codec,
        rate_hz=rate_hz,
        control=_control(rows),
        rows=tuple(kept),
    )


def _control(rows: list[str]) -> str:
    return next((row[10:].strip() for row in rows if row.startswith("a=control:")), "")


def control_url(base: str, control: str) -> str:
    """Join a track's part to the whole's address, as libav does and cameras are used to: a query is no obstacle."""
    if re.match(r"[a-z]{3,5}://", control, re.IGNORECASE):
        return control
    if control in {"", "*"}:
        return base
    return f"{base.rstrip('/')}/{control}"
