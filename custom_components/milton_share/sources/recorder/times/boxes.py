"""Reads the structure of a fragmented MP4 (ISO/IEC 14496-12), as far as time needs it. No codec is touched.

Invariants: never reads a payload; every size is bounded by its parent; a file that breaks off yields the fragments
before the break.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice, pairwise
from typing import TYPE_CHECKING, BinaryIO

import av

from ....clips.mp4.reader import (
    FILE_BOXES_MAX,
    USUAL_DURATION,
    VIDEO,
    BoxError,
    FragmentHeader,
    Run,
    decode_time,
    file_boxes,
    find,
    inside,
    load,
    track_of,
    usual,
    word,
)
from ..errors import RecorderError, RecorderRule

if TYPE_CHECKING:
    from collections.abc import Iterator

NTP_EPOCH_S = 2_208_988_800
"""From 1900, where NTP counts from, to 1970 (RFC 5905 section 6)."""
NTP_ERA = 1 << 64
"""In 2036 it counts anew. A time of its first half is of the second era: before 1968 nothing was sent (RFC 4330)."""
SAMPLES_MAX = 100_000
"""In one segment; ten seconds at 1,000 pictures a second are a tenth of it."""
REPORTED = 1 if av.library_versions["libavformat"] < (62, 12) else 0
"""To which picture of a fragment, in decoding order, its reference time belongs.

Up to FFmpeg 8.0 libav's parser gives a picture out when the next one begins, with the next one's time from the sender
report; since 8.1 with its own (seen in 7.0, 7.1, 8.0, 8.1 and 9.0 against numbers in the pixels).
"""
EXTENT_MAX_S = 7 * 86_400.0
"""From a file's first picture to its last: more is a time stamp with a bit wrong, and beyond every calendar perhaps."""
GAP_S = 1.0
"""A picture that stands longer than this is a gap in the stream: no camera of use sends less than one a second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A producer reference time (`prft`): this moment of the media was then, by whoever wrote it."""

    epoch_s: float
    media_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """The video of one movie fragment, in seconds of the track's own time."""

    start_s: float
    end_s: float
    reference: Reference | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a segment holds.

    `whole_bytes` is how much of the file is whole boxes, their payload included; `finished` whether its writer came
    to write the index at its end (`mfra`), as it does unless killed. `stood_s`: how much longer than usual the longest
    picture stands, as one does behind which time stamps jumped ahead.
    """

    fragments: tuple[Fragment, ...]
    gaps: tuple[tuple[float, float], ...]
    whole_bytes: int
    finished: bool
    stood_s: float = 0.0

    @property
    def start_s(self) -> float:
        """Time stamp of the first frame shown."""
        return self.fragments[0].start_s

    @property
    def end_s(self) -> float:
        """End of the last frame."""
        return max(fragment.end_s for fragment in self.fragments)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Track:
    number: int
    timescale: int
    sample_duration: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Picture:
    start: int
    duration: int


def read_contents(file: BinaryIO, size_bytes: int) -> Contents:
    """Read a segment that may break off anywhere.

    Raises RecorderError `segment_unreadable` when it isn't fragmented MP4 with at least one whole fragment of video.
    """
    try:
        return _read(file, size_bytes)
    except BoxError as error:
        raise RecorderError(RecorderRule.SEGMENT_UNREADABLE, f"a header box is broken: {error}") from error


def _read(file: BinaryIO, size_bytes: int) -> Contents:
    track: _Track | None = None
    stamp: bytes | None = None
    pending: tuple[list[_Picture], bytes | None] | None = None
    fragments: list[tuple[list[_Picture], bytes | None]] = []
    whole, finished, seen = 0, False, 0
    for box in islice(file_boxes(file, size_bytes), FILE_BOXES_MAX):
        if box.kind == b"moov":
            track = _video_track(load(file, box))
        elif box.kind == b"prft":
            stamp = load(file, box)
            continue
        elif box.kind == b"moof" and track:
            shown = list(islice(_pictures(load(file, box), track), SAMPLES_MAX + 1 - seen))
            seen += len(shown)
            if seen > SAMPLES_MAX:
                raise RecorderError(RecorderRule.SEGMENT_UNREADABLE, "too many samples")
            pending = (shown, stamp) if shown else None
            stamp = None
            continue
        elif box.kind == b"mdat" and pending:
            fragments.append(pending)
            pending = None
        finished = finished or box.kind == b"mfra"
        whole = box.end
    if track is None or not fragments:
        raise RecorderError(RecorderRule.SEGMENT_UNREADABLE, "no whole fragment of video")
    firsts = [shown[:1] for shown, _ in fragments[1:]]
    pictures = sorted((picture for shown, _ in fragments for picture in shown), key=lambda picture: picture.start)
    if pictures[-1].start - pictures[0].start > EXTENT_MAX_S * track.timescale:
        raise RecorderError(RecorderRule.SEGMENT_UNREADABLE, "pictures of another age")
    until = pictures[-1].start + pictures[-1].duration
    return Contents(
        fragments=tuple(
            _fragment(shown, until, track, _reference(stamp, [*shown, *after], track) if stamp else None)
            for (shown, stamp), after in zip(fragments, [*firsts, []], strict=True)
        ),
        gaps=_gaps(pictures, track),
        whole_bytes=whole,
        finished=finished,
        stood_s=_stood_s(pictures, track),
    )


def _fragment(shown: list[_Picture], until: int, track: _Track, reference: Reference | None) -> Fragment:
    """Where a camera reorders pictures, one behind a pause is said to last as long as that: not past the last one."""
    start = min(picture.start for picture in shown)
    end = min(max(picture.start + picture.duration for picture in shown), until)
    return Fragment(start_s=start / track.timescale, end_s=end / track.timescale, reference=reference)


def _usual(shown: list[_Picture]) -> int:
    """How long a picture lasts; of two the shorter one does."""
    return sorted(picture.duration for picture in shown)[(len(shown) - 1) // 2]


def _stood_s(shown: list[_Picture], track: _Track) -> float:
    ends = [*(picture.start for picture in shown[1:]), shown[-1].start + shown[-1].duration]
    longest = max(end - picture.start for picture, end in zip(shown, ends, strict=True))
    return max(0, longest - _usual(shown)) / track.timescale


def _gaps(shown: list[_Picture], track: _Track) -> tuple[tuple[float, float], ...]:
    """Between the usual end of a picture and the next one, wherever that is far off."""
    usual, scale = _usual(shown), track.timescale
    return tuple(
        ((one.start + usual) / scale, (other.start) / scale)
        for one, other in pairwise(shown)
        if other.start - one.start > GAP_S * scale
    )


def _video_track(moov: bytes) -> _Track | None:
    film = track_of(moov, VIDEO)
    if film is None:
        return None
    number = film.number
    duration = next((each.duration for each in usual(moov) if each.track == number), 0)
    return _Track(number=number, timescale=film.timescale, sample_duration=duration)


def _pictures(moof: bytes, track: _Track) -> Iterator[_Picture]:
    for kind, traf in inside(moof):
        said = find(traf, b"tfhd") if kind == b"traf" else None
        header = None if said is None else FragmentHeader(said)
        if header is None or header.track != track.number:
            continue
        duration = header.said(USUAL_DURATION)
        duration = track.sample_duration if duration is None else duration
        decode = 0
        for inner, body in inside(traf):
            if inner == b"tfdt":
                decode = decode_time(body)
            elif inner == b"trun":
                for length, shift in Run(body).times(duration):
                    yield _Picture(start=decode + shift, duration=length)
                    decode += length


def _reference(prft: bytes, shown: list[_Picture], track: _Track) -> Reference | None:
    """Read the time of the picture that it belongs to (REPORTED), of a fragment's and the first one after it."""
    number, ntp = word(prft, 4), word(prft, 8, 8)
    if number != track.number or len(shown) <= REPORTED:
        return None
    ntp += NTP_ERA if ntp < NTP_ERA // 2 else 0
    return Reference(epoch_s=ntp / (1 << 32) - NTP_EPOCH_S, media_s=shown[REPORTED].start / track.timescale)
