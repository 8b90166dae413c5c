"""Pictures that wait for two others, of a camera that doesn't say so: no player may lose one of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.milton_share.clips.bitstream.bits import Bits
from custom_components.milton_share.clips.bitstream.fields import HEAD_BYTES, SequenceSet, read_sequence
from custom_components.milton_share.clips.bitstream.reordering import loses_one, says_order, waits_for_two
from tests.clips.exact import shown_by_browsers
from tests.clips.jobs import cut_exactly, job_of
from tests.clips.kinds import film, h264
from tests.clips.recordings import FPS, START_MS, Part, Recording

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 6
OTHER_SLICE = 1  # nal_unit_type: of no IDR
# The end of libx264's SPS in bits (ITU-T H.264, E.1.1): the restriction, with its two equal lengths of vectors, how far
# pictures are reordered (1 or 2), how many are kept; then the last bit.
RESTRICTION = re.compile(r"1111(0{3}1[01]{3})(?:\1)01[01]0{1,2}1[01]{1,2}10*$")


@pytest.mark.parametrize("from_ms", [0, 700])
def test_pictures_of_which_nothing_is_said_are_all_shown(tmp_path: Path, from_ms: int) -> None:
    """Neither where decoding begins, nor after an edge that is encoded, whose sets say that it is in order.

    FFmpeg would drop there what comes early.
    """
    params = "bframes=5:b-adapt=0:b-pyramid=strict:ref=4"
    (path,) = film(tmp_path / "film.mp4", h264(30, 5, **{"x264-params": params}), seconds=SECONDS)
    data = path.read_bytes()
    said = _sps(data)
    assert says_order([said])
    unsaid = _without_restriction(said)
    assert not says_order([unsaid])
    path.write_bytes(data.replace(said, unsaid))
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(SECONDS * FPS)))
    job = job_of(recording, START_MS + from_ms, START_MS + 5_100, tmp_path / "clip.mp4")
    cut_exactly(recording, job)
    assert shown_by_browsers(job.out) == len(recording.between(job.from_ms, job.until_ms))


@pytest.mark.parametrize(("step", "kinds"), [(2, {"encoded", "copied"}), (1, {"encoded"})])
def test_pictures_that_are_counted_by_one_are_not_copied_behind_others(
    tmp_path: Path, step: int, kinds: set[str]
) -> None:
    """As some phones count them: browsers would show the one that follows a picture of its own future never."""
    params = "bframes=1:b-adapt=0:ref=2:direct=spatial:weightb=0:weightp=0:cabac=0"
    (path,) = film(tmp_path / "film.mp4", h264(30, 1, **{"x264-params": params}), seconds=SECONDS)
    said = _sps(path.read_bytes())
    if step == 1:
        _count_by_one(path, said)
    path.write_bytes(path.read_bytes().replace(said, _without_restriction(said)))
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(SECONDS * FPS)))
    job = job_of(recording, START_MS + 700, START_MS + 5_100, tmp_path / "clip.mp4")
    result = cut_exactly(recording, job)
    assert {one.kind for one in result.frames} == kinds
    assert shown_by_browsers(job.out) == len(recording.between(job.from_ms, job.until_ms))


@pytest.mark.parametrize(
    ("shown", "order", "loses"),
    [
        ([0, 1, 2], None, False),
        ([0, 2, 1], 4, False),
        ([0, 2, 1], 3, True),
        ([0, 2, 1], None, True),
        ([0, 1, 3, 2], 2, False),
        ([0, 1, 3, 2], 1, True),
        ([0, 4, 2, 1, 3], 8, True),
    ],
)
def test_a_group_may_lose_a_picture_that_waits_for_two_or_is_not_counted_by_two(
    shown: list[int], order: int | None, *, loses: bool
) -> None:
    """What comes in order loses none."""
    assert loses_one(shown, lambda: order) is loses


@pytest.mark.parametrize(("shown", "waits"), [([0, 2, 1, 4, 3], False), ([0, 4, 2, 1, 3], True), ([5, 9, 8, 7], True)])
def test_waiting_for_two_is_told_from_waiting_for_one(shown: list[int], waits: bool) -> None:  # noqa: FBT001
    """The order is that of the file."""
    assert waits_for_two(shown) is waits


@given(st.lists(st.binary(min_size=1, max_size=60), max_size=3))
def test_any_parameter_set_says_its_order_or_not(sets: list[bytes]) -> None:
    """A broken one is no reason to refuse a recording."""
    says_order(sets)


def _count_by_one(path: Path, sps: bytes) -> None:
    """Have frames numbered by one within each group, in place: libx264 counts by two."""
    data = bytearray(path.read_bytes())
    sequence = read_sequence(sps)
    with av.open(str(path)) as stored:
        packets = [packet for packet in stored.demux(video=0) if packet.size]
    key_pts = 0
    for packet in packets:
        key_pts = packet.pts if packet.is_keyframe else key_pts
        place, number = packet.pos, (packet.pts - key_pts) // packet.duration
        while place < packet.pos + packet.size:
            length = int.from_bytes(data[place : place + 4])
            head = slice(place + 4, place + 4 + min(length, HEAD_BYTES))
            if data[place + 4] & 31 == OTHER_SLICE:
                data[head] = _numbered(bytes(data[head]), sequence, number % (1 << sequence.order_bits))
            place += 4 + length
    path.write_bytes(data)


def _numbered(head: bytes, sequence: SequenceSet, number: int) -> bytes:
    assert b"\0\0\3" not in head
    bits = Bits.of(head[1:])
    for _ in range(3):
        bits.ue()
    bits.u(sequence.frame_num_bits)
    begins, ends = 8 + bits.at, 8 + bits.at + sequence.order_bits
    text = "".join(f"{byte:08b}" for byte in head)
    found = int(text[:begins] + f"{number:0{sequence.order_bits}b}" + text[ends:], 2).to_bytes(len(head))
    assert not re.search(b"\0\0[\0-\3]", found)
    return found


def _sps(data: bytes) -> bytes:
    at = data.index(b"avcC") + 10
    return data[at + 2 : at + 2 + int.from_bytes(data[at : at + 2])]


def _without_restriction(sps: bytes) -> bytes:
    """Return an SPS of the same length that doesn't say how far pictures are reordered."""
    bits = "".join(f"{byte:08b}" for byte in sps)
    kept, count = RESTRICTION.subn("01", bits)
    assert count == 1
    return int(kept.ljust(len(bits), "0"), 2).to_bytes(len(sps))
