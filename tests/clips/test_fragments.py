"""How much later than decoded pictures in fragments are shown, where that may be less than nothing."""

from __future__ import annotations

import io
import random
import re
import struct
from itertools import pairwise
from typing import TYPE_CHECKING

import av
import pytest

from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.mp4.fragments import Offsets, negative_offsets
from custom_components.milton_share.clips.read.packets import packets
from custom_components.milton_share.clips.read.recording import UNDECODED, open_recording
from tests.clips.jobs import cut_exactly, job_of
from tests.clips.kinds import AAC, film, h264
from tests.clips.recordings import FPS, START_MS, Part, Recording, numbers_in

if TYPE_CHECKING:
    from pathlib import Path

FRAME = 1024  # of ffmpeg's own units
CMAF = {"movflags": "+cmaf+frag_keyframe"}


def offsets_of(data: bytes) -> Offsets | None:
    """Read a file's bytes."""
    return negative_offsets(io.BytesIO(data), len(data))


@pytest.fixture
def cmaf(tmp_path: Path) -> Path:
    """Film two seconds of reordered pictures, four fragments."""
    (path,) = film(tmp_path / "film.mp4", h264(8, 2), seconds=2, container=CMAF)
    return path


def test_each_picture_is_shown_once_in_a_steady_row_and_none_before_it_is_decoded(cmaf: Path) -> None:
    """By what the packets say, from the first fragment to the last."""
    with open_recording(cmaf, UNDECODED) as container:
        found = [(packet.pts or 0, packet.dts or 0) for _, packet in packets(container, audio=False)]
    shown = sorted(at for at, _ in found)
    assert [after - before for before, after in pairwise(shown)] == [FRAME] * (len(found) - 1)
    assert all(at >= decoded for at, decoded in found)


def test_what_has_no_negative_offset_is_left_to_ffmpeg(tmp_path: Path) -> None:
    """Another writer's fragments, and a file with an index."""
    for number, flags in enumerate(("+frag_keyframe+empty_moov", "+faststart")):
        (path,) = film(tmp_path / f"{number}.mp4", h264(8, 2), seconds=1, container={"movflags": flags})
        assert offsets_of(path.read_bytes()) is None


def test_a_file_that_breaks_off_or_is_bent_says_what_is_before_it_and_ends_in_nothing_worse(cmaf: Path) -> None:
    """Cut off anywhere; sizes, counts and flags that lie."""
    whole = cmaf.read_bytes()
    found = offsets_of(whole)
    assert found is not None
    assert found.least < 0
    half = offsets_of(whole[: len(whole) // 2])
    assert half is not None
    assert list(half.places) == list(found.places)[: len(half.places)]
    rng = random.Random(1)  # noqa: S311 - repeatable, no secret
    heads = [at for at in range(len(whole)) if whole[at : at + 4] in {b"moof", b"traf", b"tfhd", b"trun", b"mdat"}]
    for _ in range(300):
        bent = bytearray(whole)
        at = rng.choice(heads) + rng.randrange(-4, 24)
        struct.pack_into(">I", bent, at, rng.choice([0, 1, 2**31, 2**32 - 1, rng.randrange(2**32)]))
        offsets_of(bytes(bent))


def earlier(film: bytes, fragment: int, by: int) -> bytes:
    """Return a film of pictures alone, one of whose fragments says that it begins earlier, by so many of its units."""
    at = -1
    for _ in range(fragment + 1):
        at = film.index(b"tfdt", at + 1)
    begins = struct.unpack_from(">Q", film, at + 8)[0] - by
    return film[: at + 8] + struct.pack(">Q", begins) + film[at + 16 :]


@pytest.mark.parametrize("by", [FRAME, FRAME + 200])
def test_a_fragment_that_begins_a_little_before_the_last_one_ends_loses_no_picture(by: int, tmp_path: Path) -> None:
    """Its first picture, a whole group's key, is stored for no later than one before: FFmpeg keeps it back."""
    container = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    (path,) = film(tmp_path / "film.mp4", h264(15), seconds=4, container=container)
    path.write_bytes(earlier(path.read_bytes(), 2, by))
    with av.open(str(path)) as source:
        assert sum(packet.is_discard for packet in source.demux(video=0)) == 1
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(4 * FPS)))
    job = job_of(recording, START_MS + 500, START_MS + 3_500, tmp_path / "clip.mp4", audio=False)
    make_clip(job, lambda _: None)
    assert sorted(numbers_in(job.out)) == recording.between(START_MS + 500, START_MS + 3_500)


def test_what_two_fragments_have_both_is_shown_once(tmp_path: Path) -> None:
    """There FFmpeg keeps back what is a repeat."""
    container = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    (path,) = film(tmp_path / "film.mp4", h264(1), seconds=2, container=container)
    data = path.read_bytes()
    first, second = (data.index(b"moof", data.index(b"moof") + 4 * turn) - 4 for turn in (0, 1))
    path.write_bytes(data[:second] + data[first:second] + data[second:])
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(2 * FPS)))
    job = job_of(recording, START_MS, START_MS + 1_500, tmp_path / "clip.mp4", audio=False)
    make_clip(job, lambda _: None)
    assert numbers_in(job.out) == recording.between(START_MS, START_MS + 1_500)


def test_a_fragment_that_came_twice_is_shown_and_heard_once(tmp_path: Path) -> None:
    """A second of it and its sound are more packets than are remembered: its last pictures are near its own end."""
    container = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    (path,) = film(tmp_path / "film.mp4", h264(15), AAC, seconds=4, container=container)
    data = path.read_bytes()
    begins = [found.start() - 4 for found in re.finditer(b"moof", data)]
    path.write_bytes(data[: begins[2]] + data[begins[1] :])
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(4 * FPS)))
    cut_exactly(recording, job_of(recording, START_MS + 500, START_MS + 3_500, tmp_path / "clip.mp4"))
