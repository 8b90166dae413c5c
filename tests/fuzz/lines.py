"""What a camera sends over our own line: heads, challenges, descriptions, heaps of packets."""

from __future__ import annotations

from custom_components.milton_share.sources.recorder.filming.beside import HELD_S, beside_of
from custom_components.milton_share.sources.recorder.filming.description import (
    TRACKS_MAX,
    Fragments,
    control_url,
    read_description,
)
from custom_components.milton_share.sources.recorder.filming.errors import LineError
from custom_components.milton_share.sources.recorder.filming.heaps import Heaps
from custom_components.milton_share.sources.recorder.filming.kept import kept_of
from custom_components.milton_share.sources.recorder.filming.line import LIBAV_PACKET_BYTES
from custom_components.milton_share.sources.recorder.filming.login import Act, Login, authorization, read_challenge
from custom_components.milton_share.sources.recorder.filming.reports import Counted, receiver_report
from custom_components.milton_share.sources.recorder.filming.rtsp import (
    BODY_BYTES_MAX,
    STAMP_MAX,
    TIMEOUT_MAX_S,
    TIMEOUT_MIN_S,
    read_address,
    read_beginnings,
    read_channel,
    read_head,
    read_session,
    reply,
    request,
)
from custom_components.milton_share.sources.recorder.filming.track import HEAD_BYTES, REPORTS, Track
from tests.fuzz.short import short_target
from tests.fuzz.target import Shape
from tests.simulators.interleaved import SOUND, VIDEO, framed, picture, report, rtp

ANSWER = b"RTSP/1.0 200 OK\r\nCSeq: 3\r\nSession: 5f;timeout=60\r\nContent-Length: 12\r\n"
ANSWER += b"Transport: RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=1234ABCD\r\nWWW-Authenticate: Basic realm=x"
DIGEST = b'Digest realm="cam", nonce="ab\\"c", qop="auth,auth-int", algorithm=SHA-256, opaque="x", stale=FALSE'
DESCRIPTION = b"\r\n".join(
    (
        b"v=0", b"s=x", b"a=control:*", b"m=video 0 RTP/AVP 96", b"a=rtpmap:96 H264/90000",
        b"a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0LAH9kA8BE=,aMuMsg==", b"a=control:trackID=0",
        b"m=audio 0 RTP/AVP 8", b"a=control:rtsp://192.0.2.1/a?b=c", b"m=application 0 RTP/AVP 107",
    )
)  # fmt: skip
PLAYING = (
    b"RTSP/1.0 200 OK\r\nRTP-Info: url=rtsp://192.0.2.1/a/t=0;seq=7;rtptime=4294967295,url=t=1;rtptime=0\r\nX: tcp"
)
LOGIN = Login(name="olivia", password="right")
PLAIN_LINES = frozenset(b"\r\n")


def _address(data: bytes) -> object:
    """Take an address apart: what is asked for has no login in it, and reading it again changes nothing."""
    address = read_address(data.decode("latin-1"))
    assert address.host
    assert 0 < address.port < 2**16
    again = read_address(address.url)
    assert (again.host, again.port, again.url, again.login) == (address.host, address.port, address.url, None)
    return address.host, address.port, address.url


def _head(data: bytes) -> object:
    """Read an answer or a request; what is written back is one head again."""
    head = read_head(data)
    assert 0 <= head.body_bytes <= BODY_BYTES_MAX
    session = read_session(head)
    assert session is None or TIMEOUT_MIN_S <= session.timeout_s <= TIMEOUT_MAX_S
    assert reply(head).count(b"\r\n\r\n") == 1
    if session is not None:
        assert request("PLAY", "rtsp://a/b", 1, (("Session", session.name),)).count(b"\r\n") == 4
    assert all(0 <= stamp <= STAMP_MAX for stamp in read_beginnings(head).values())
    assert 0 <= read_channel(head, 0) < 255
    return head


def _challenge(data: bytes) -> object:
    """Answer a challenge in one line, without the password."""
    challenge = read_challenge([data.decode("utf-8", "replace")])
    act = Act(method="PLAY", url="rtsp://192.0.2.1:554/a", count=1, own_nonce="00")
    value = authorization(challenge, LOGIN, act)
    assert LOGIN.password not in value
    request("PLAY", act.url, 1, (("Authorization", value),))
    return value


def _description(data: bytes) -> object:
    """Read one; what libav gets has our lines only, and what is written down is read again to the same."""
    found = read_description(data)
    assert 1 <= len(found.tracks) <= TRACKS_MAX
    written = found.to_bytes()
    again = read_description(written)
    assert [(one.kind, one.payload_type, one.codec, one.rows) for one in again.tracks] == [
        (one.kind, one.payload_type, one.codec, one.rows) for one in found.tracks
    ]
    return written, [control_url("rtsp://192.0.2.1/a", one.control) for one in found.tracks]


def _heaps(data: bytes, fragments: Fragments = Fragments.H264, begins: int | None = None) -> object:
    """Take it in two heaps: libav gets nothing that it can't put to a track, nothing too large, and nothing is kept.

    Each track's packets are numbered one after the other, whatever came, and no sound waits for ever.
    """
    tracks = {
        VIDEO: Track(number=0, payload_type=96, fragments=fragments, begins=begins),
        SOUND: Track(number=1, payload_type=97, fragments=Fragments.OTHER, may_wait=True),
    }
    heaps = Heaps(tracks=tracks, beside=beside_of(tracks), kept=kept_of(tracks))
    half = len(data) // 2
    found: list[bytes] = []
    for now_s, piece in ((0.0, data[:half]), (HELD_S / 2, data[half:]), (HELD_S, b"")):
        found += heaps.take(piece, now_s, at_end=now_s == HELD_S)
        assert 0 <= heaps.late_s <= HELD_S + 1
    assert heaps.beside is None
    seen: dict[bytes, int] = {}
    for packet in found:
        assert len(packet) < LIBAV_PACKET_BYTES
        if packet[1] in REPORTS:
            assert packet[4:8] in seen
        else:
            assert packet[1] & 0x7F == 95 + packet[11]
            number = seen.get(packet[8:12], 0)
            assert int.from_bytes(packet[2:4]) == number & 0xFFFF
            seen[packet[8:12]] = number + 1
    assert sum(map(len, found)) <= len(data) + 2 * HEAD_BYTES
    for track in tracks.values():
        if track.received:
            assert len(receiver_report(track, Counted(), b"abcd")) % 4 == 0
    return found, heaps.heads


def _hevc(data: bytes) -> object:
    """Take fragments of HEVC, whose track has a beginning that the server said."""
    return _heaps(data, Fragments.HEVC, begins=0xFFFF_FF00)


TARGETS = (
    short_target(
        "home.line.address",
        _address,
        b"rtsp://olivia:se%40cret@192.0.2.1/live?channel=1&subtype=0",
        b"rtsp://[fd00::7]:8554/a",
        b"rtsp://camera.home/a?tcp",
        refusals=(LineError,),
        shape=Shape.TEXT,
    ),
    short_target(
        "home.line.head",
        _head,
        ANSWER,
        PLAYING,
        b"OPTIONS * RTSP/1.0\r\nCSeq: 9",
        refusals=(LineError,),
        shape=Shape.TEXT,
    ),
    short_target(
        "home.line.challenge",
        _challenge,
        DIGEST,
        b"Basic realm=x",
        b"Digest nonce=1",
        refusals=(LineError,),
        shape=Shape.TEXT,
    ),
    short_target("home.line.description", _description, DESCRIPTION, refusals=(LineError,), shape=Shape.TEXT),
    short_target(
        "home.line.heaps",
        _heaps,
        b"".join(framed(VIDEO, one) for one in picture(254, bytes(range(256)) * 3, 60, Fragments.H264)),
        framed(VIDEO + 1, report()) + framed(VIDEO, rtp(1, b"\x65a")) + framed(SOUND, rtp(9, b"s", kind=97)),
        ANSWER + b"\r\n\r\n0123456789ab" + framed(SOUND, rtp(9, b"s", kind=97)) + framed(SOUND + 1, report()),
        b"OPTIONS * RTSP/1.0\r\n\r\n??"
        + framed(VIDEO, rtp(65535, b"\x7c\x85abc"))
        + framed(VIDEO, rtp(0, b"\x7c\x45d")),
        refusals=(LineError,),
        shape=Shape.BYTES,
    ),
    short_target(
        "home.line.hevc",
        _hevc,
        b"".join(framed(VIDEO, one) for one in picture(254, bytes(range(256)) * 3, 60, Fragments.HEVC, at=0xFFFF_FFF0)),
        framed(VIDEO, rtp(65535, b"\x62\x01\x93abc", at=-256)) + framed(VIDEO, rtp(0, b"\x62\x01\x53d", at=-256)),
        framed(VIDEO, rtp(1, b"\x60\x01\0\2\x40\1\0\2\x42\1")) + framed(VIDEO + 1, report()),
        refusals=(LineError,),
        shape=Shape.BYTES,
    ),
)
