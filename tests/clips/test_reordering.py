"""Frames that a camera reorders without stating by how much: no player may lose one of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.milton_share.clips.bitstream.reordering import says_order
from tests.clips.exact import shown_by_browsers
from tests.clips.jobs import cut_exactly, job_of
from tests.clips.kinds import film, h264
from tests.clips.recordings import FPS, START_MS, Part, Recording

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 6
# The end of libx264's SPS in bits (ITU-T H.264, E.1.1): the restriction, with its two equal lengths of vectors, how far
# pictures are reordered (0 to 2), how many are kept; then the last bit.
RESTRICTION = re.compile(r"1111(0{3}1[01]{3})(?:\1)(?:01[01]|1)0{1,2}1[01]{1,2}10*$")


@pytest.mark.parametrize("from_ms", [0, 700])
@pytest.mark.parametrize("b_frames", [5, 1])
def test_frames_that_are_reordered_without_a_word_are_encoded(tmp_path: Path, from_ms: int, b_frames: int) -> None:
    """FFmpeg would drop some that come early, where decoding begins and after an edge that is encoded."""
    params = f"bframes={b_frames}:b-adapt=0:b-pyramid=strict:ref=4"
    (path,) = film(tmp_path / "film.mp4", h264(30, b_frames, **{"x264-params": params}), seconds=SECONDS)
    data = path.read_bytes()
    said = _sps(data)
    assert says_order([said])
    unsaid = _without_restriction(said)
    assert not says_order([unsaid])
    path.write_bytes(data.replace(said, unsaid))
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(SECONDS * FPS)))
    job = job_of(recording, START_MS + from_ms, START_MS + 5_100, tmp_path / "clip.mp4")
    result = cut_exactly(recording, job)
    assert {one.kind for one in result.frames} == {"encoded"}
    assert shown_by_browsers(job.out) == len(recording.between(job.from_ms, job.until_ms))


def test_frames_in_order_are_copied_without_a_word(tmp_path: Path) -> None:
    """As most cameras have them."""
    (path,) = film(tmp_path / "film.mp4", h264(30), seconds=SECONDS)
    said = _sps(path.read_bytes())
    path.write_bytes(path.read_bytes().replace(said, _without_restriction(said)))
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(SECONDS * FPS)))
    result = cut_exactly(recording, job_of(recording, START_MS + 700, START_MS + 5_100, tmp_path / "clip.mp4"))
    assert {one.kind for one in result.frames} == {"encoded", "copied"}


@given(st.lists(st.binary(min_size=1, max_size=60), max_size=3))
def test_any_parameter_set_says_its_order_or_not(sets: list[bytes]) -> None:
    """A broken one is no reason to refuse a recording."""
    says_order(sets)


def _sps(data: bytes) -> bytes:
    at = data.index(b"avcC") + 10
    return data[at + 2 : at + 2 + int.from_bytes(data[at : at + 2])]


def _without_restriction(sps: bytes) -> bytes:
    """Return an SPS of the same length that doesn't say how far pictures are reordered."""
    bits = "".join(f"{byte:08b}" for byte in sps)
    kept, count = RESTRICTION.subn("01", bits)
    assert count == 1
    return int(kept.ljust(len(bits), "0"), 2).to_bytes(len(sps))
