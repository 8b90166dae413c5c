"""What comes over a line in heaps: every byte of every fragment goes to libav, in order, whatever the heaps are."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.milton_share.sources.recorder.filming.description import Fragments
from custom_components.milton_share.sources.recorder.filming.heaps import SKIPPED_BYTES_MAX, Heaps
from custom_components.milton_share.sources.recorder.filming.rtsp import HEAD_BYTES_MAX, LineError
from custom_components.milton_share.sources.recorder.filming.track import JOINED_BYTES_MAX, REPORTS, Track
from tests.simulators.interleaved import FIRST, HEADS, LAST, MARKER, SOUND, VIDEO, framed, picture, report, rtp

STRANGE = 8


def heaps(fragments: Fragments = Fragments.H264) -> Heaps:
    """Make a line with pictures and sound."""
    video = Track(number=0, payload_type=96, fragments=fragments)
    return Heaps(tracks={VIDEO: video, SOUND: Track(number=1, payload_type=97, fragments=Fragments.OTHER)})


def units(packets: list[bytes], fragments: Fragments) -> list[tuple[bytes, bytes]]:
    """Read fragments as libav does: a unit begins with the first, and every piece is put behind the one before."""
    head = len(HEADS[fragments])
    found: list[tuple[bytes, bytes]] = []
    for packet in packets:
        mark = packet[12 + head]
        if mark & FIRST or not found:
            found.append((packet[4:8], b""))
        found[-1] = found[-1][0], found[-1][1] + packet[13 + head :]
    return found


@pytest.mark.parametrize("fragments", [Fragments.H264, Fragments.HEVC], ids=["h264", "hevc"])
@given(
    sizes=st.lists(st.tuples(st.integers(1, 9_000), st.sampled_from((40, 700, 1400))), min_size=1, max_size=6),
    first=st.integers(0, 0xFFFF),
    lost=st.sets(st.integers(0, 400), max_size=6),
    cuts=st.tuples(st.lists(st.integers(0, 60_000), max_size=6), st.sampled_from((0, 1, 7))),
)
@settings(deadline=None)  # a loaded machine is late
def test_joined_fragments_are_the_same_bytes_whatever_is_lost_and_wherever_a_heap_ends(
    fragments: Fragments,
    sizes: list[tuple[int, int]],
    first: int,
    lost: set[int],
    cuts: tuple[list[int], int],
) -> None:
    """Fewer packets, the same units with the same times, and all sound."""
    heap_ends, sound_every = cuts
    sent: list[bytes] = []
    sequence = first
    for number, (size, length) in enumerate(sizes):
        unit = bytes((number + index * 7) & 0xFF for index in range(size))
        sent += picture(sequence, unit, length, fragments, at=number * 6000)
        sequence = first + len(sent)
    came = [packet for number, packet in enumerate(sent) if number not in lost]
    sounds = 0
    data = b""
    for number, packet in enumerate(came):
        data += framed(VIDEO, packet) + (framed(STRANGE, b"nothing") if sound_every == 1 else b"")
        if sound_every and number % sound_every == 0:
            data += framed(SOUND, rtp(sounds, sounds.to_bytes(2), kind=97, ssrc=77))
            sounds += 1
    line = heaps(fragments)
    places = [0, *sorted(min(cut, len(data)) for cut in heap_ends), len(data)]
    found: list[bytes] = []
    for from_, until in pairwise(places):
        found += line.take(data[from_:until])
    video = [packet for packet in found if packet[1] & 0x7F == 96]
    assert units(video, fragments) == units(came, fragments)
    assert [packet[12:] for packet in found if packet[1] & 0x7F == 97] == [n.to_bytes(2) for n in range(sounds)]
    assert {packet[8:12] for packet in video} <= {b"\0\0\0\1"}
    assert [packet[2:4] for packet in video] == [number.to_bytes(2) for number in range(len(video))]
    head = 12 + len(HEADS[fragments])
    whole = {packet[head:] for packet in video if packet[head] & (FIRST | LAST) == FIRST | LAST}
    assert whole <= {packet[head:] for packet in came}  # libav takes none of HEVC, and few that send one
    track = line.tracks[VIDEO]
    assert track.received == len(came)
    numbers = [number for number in range(len(sent)) if number not in lost]
    if numbers:
        assert track.highest - track.first == numbers[-1] - numbers[0]


def test_a_picture_that_came_at_once_is_few_packets() -> None:
    """That is what it is for; and none is larger than libav reads."""
    data = b"".join(framed(VIDEO, packet) for packet in picture(65_500, bytes(300_000), 1400, Fragments.H264))
    found = heaps().take(data)
    assert 5 <= len(found) <= 8
    assert max(map(len, found)) <= JOINED_BYTES_MAX + 1500
    assert found[-1][1] & MARKER


def test_what_is_no_plain_fragment_goes_on_as_it_came() -> None:
    """With padding, an extension, or of another type: only its source is ours."""
    plain, padded = rtp(1, b"\x65abc"), bytearray(rtp(2, b"\x7c\x85abc\x01"))
    padded[0] |= 0x20
    found = heaps().take(framed(VIDEO, plain) + framed(VIDEO, bytes(padded)) + framed(VIDEO, rtp(3, b"x", kind=98)))
    assert [packet[12:] for packet in found] == [plain[12:], bytes(padded[12:])]


def test_what_is_passed_over_between_fragments_is_no_fragment() -> None:
    """However many there are, one after the other, while fragments wait."""
    whole = picture(1, bytes(range(200)), 50, Fragments.H264)
    strangers = [rtp(8 + number, b"\x7c\x05abc", kind=98) for number in range(5)]
    line = heaps()
    found = line.take(b"".join(framed(VIDEO, one) for one in (*whole[:2], *strangers, whole[2])))
    assert units(found, Fragments.H264) == units(whole[:3], Fragments.H264)
    assert line.tracks[VIDEO].received == 3


@pytest.mark.parametrize(
    ("begins", "known"), [(0xFFFF_FF00, True), (900_001, True), (900_300, False), (5 << 28, False)]
)
def test_where_a_track_begins_is_told_to_libav_by_a_packet_of_nothing(begins: int, *, known: bool) -> None:
    """Once, before the first packet, and only where it is near to that: some servers say anything."""
    track = Track(number=0, payload_type=96, fragments=Fragments.H264, begins=begins)
    line = Heaps(tracks={VIDEO: track})
    found = line.take(framed(VIDEO, rtp(9, b"\x65abc", at=1)) + framed(VIDEO, rtp(10, b"\x65abd", at=3001)))
    stamps = [int.from_bytes(packet[4:8]) for packet in found]
    assert stamps == [*([begins] if known else []), 1, 3001]
    assert [packet[2:4] for packet in found] == [number.to_bytes(2) for number in range(len(found))]
    assert not known or found[0][12:] == b""


def named(packets: list[bytes]) -> list[tuple[int, bytes]]:
    """Return type and source of packets and reports."""
    return [(packet[1], packet[4:8] if packet[1] in REPORTS else packet[8:12]) for packet in packets]


def test_a_report_is_libavs_under_the_name_of_its_track_behind_a_packet_of_nothing_if_none_came() -> None:
    """Else libav would not know whose it is, nor begin where it does; one camera uses one source for all."""
    line = heaps()
    found = line.take(framed(VIDEO + 1, report(at=7)))
    assert named(found) == [(96, b"\0\0\0\1"), (REPORTS[0], b"\0\0\0\1")]
    assert found[0][4:8] + found[0][12:] == b"\0\0\0\7"
    found = line.take(framed(VIDEO, rtp(1, b"\x65abc")) + framed(SOUND, rtp(1, b"x", kind=97)))
    assert named(found) == [(96, b"\0\0\0\1"), (97, b"\0\0\0\2")]
    assert named(line.take(framed(SOUND + 1, report()))) == [(REPORTS[0], b"\0\0\0\2")]


def test_another_report_waits_for_a_packet_of_its_track() -> None:
    """It says of no moment."""
    line = heaps()
    assert line.take(framed(VIDEO + 1, b"\x80\xca\0\1" + bytes(4))) == []
    assert named(line.take(framed(VIDEO, rtp(1, b"\x65abc")))) == [(96, b"\0\0\0\1"), (0xCA, b"\0\0\0\1")]


def test_words_between_packets_are_read_and_noise_is_passed_over() -> None:
    """Answers to what keeps the session, also in two heaps; then packets again."""
    line = heaps()
    word = b"RTSP/1.0 200 OK\r\nCSeq: 7\r\nContent-Length: 3\r\n\r\nabc"
    data = framed(VIDEO, rtp(1, b"\x65a")) + word + b"?!" + framed(VIDEO, rtp(2, b"\x65b"))
    found = [packet for byte in data for packet in line.take(bytes((byte,)))]
    assert [packet[12:] for packet in found] == [b"\x65a", b"\x65b"]
    (head,) = line.heads
    assert head.status == 200
    assert head.first("cseq") == "7"


@pytest.mark.parametrize(
    "data",
    [
        b"RTSP/1.0 200 OK\r\n" + b"X: y\r\n" * HEAD_BYTES_MAX,
        b"RTSP/1.0 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"RTSP/1.0 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"?" * (SKIPPED_BYTES_MAX + 1),
    ],
    ids=["endless head", "huge body", "negative body", "many headers", "endless noise"],
)
def test_a_server_that_sends_something_else_is_given_up(data: bytes) -> None:
    """Each at its bound, and nothing more is kept."""
    line = heaps()

    def come() -> None:
        for at in range(0, len(data), 10_000):
            line.take(data[at : at + 10_000])

    with pytest.raises(LineError):
        come()
