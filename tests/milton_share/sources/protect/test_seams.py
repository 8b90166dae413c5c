"""Pieces that overlap are put in order by the pictures that both have, and cut into one clip with each frame once."""

from __future__ import annotations

import os
import struct
from dataclasses import replace
from time import process_time
from typing import TYPE_CHECKING

import av
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.milton_share.clips.job import Job, JobSegment
from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.sources.protect import pieces
from custom_components.milton_share.sources.recorder_clients.times.overlap import seam_s
from tests.clips.hostile import box
from tests.clips.recordings import numbers_in
from tests.milton_share.sources.protect.conftest import film_of
from tests.milton_share.sources.protect.console import FPS, GOP_S, LENGTH_S, running
from tests.simulators.films import Film, export

if TYPE_CHECKING:
    from pathlib import Path

    from custom_components.milton_share.sources.model import Coverage, Segment
    from tests.milton_share.sources.protect.console import Console

CHUNKS = 20_000


def clip(console: Console, coverage: Coverage, out: Path, from_s: float, until_s: float) -> Job:
    """Return the job of a range of the film, in seconds after its start; times of files are taken for sure."""
    began_ms = console.began.timestamp() * 1000
    return Job(
        segments=tuple(
            JobSegment(path=one.path, from_ms=one.from_.timestamp() * 1000, until_ms=one.until.timestamp() * 1000)
            for one in coverage.segments
        ),
        from_ms=round(began_ms + from_s * 1000),
        until_ms=round(began_ms + until_s * 1000),
        audio=False,
        masks=(),
        out=out,
        preview=False,
    )


def as_unsure(job_segment: JobSegment, segment: Segment) -> JobSegment:
    """Say how unsure the time of a file is."""
    assert segment.clock is not None
    return replace(job_segment, uncertainty_ms=segment.clock.uncertainty_ms)


async def test_a_clip_over_several_pieces_has_each_frame_once(
    console: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four files of which each begins with what the one before ends with."""
    monkeypatch.setattr(pieces, "PIECE_MS", 17_000)
    coverage = await console.hold(6, LENGTH_S - 6)
    assert len(coverage.segments) > 2
    assert coverage.gaps == ()
    job = clip(console, coverage, tmp_path / "clip.mp4", 10.0, 50.0)
    result = make_clip(job, lambda _: None)
    numbers = numbers_in(job.out)
    assert numbers == list(range(numbers[0], numbers[0] + 40 * FPS))
    assert result.gaps_ms == ()
    assert abs(numbers[0] / FPS - 10.0) <= coverage.clock.uncertainty_ms / 1000 + 1 / FPS


@pytest.mark.long
async def test_a_clip_over_two_holes_has_no_frame_twice(tmp_path: Path) -> None:
    """A piece with a hole in it goes on with both that it lies between: one of their times is off by the hole."""
    film = film_of(tmp_path / "film.mp4", 260)
    async with running(tmp_path, film) as console:
        console.keep((0.0, 186.0), (196.0, 208.0), (222.0, 260.0))
        coverage = await console.hold(20, 246)
        job = clip(console, coverage, tmp_path / "clip.mp4", 22, 244)
        job = replace(job, segments=tuple(map(as_unsure, job.segments, coverage.segments)))
        make_clip(job, lambda _: None)
    numbers = numbers_in(job.out)
    assert numbers == sorted(set(numbers))
    assert len(numbers) > 180 * FPS


@pytest.mark.parametrize("overlap_s", [0, 1, 2, 3])
def test_a_seam_is_found_where_two_ranges_have_the_same_key_picture(film: Path, tmp_path: Path, overlap_s: int) -> None:
    """To the picture; and none where they only meet."""
    before, after = tmp_path / "before.mp4", tmp_path / "after.mp4"
    films = [Film(path=film, began_s=0.0)]
    assert export(films, 4.0, 20.0, before)
    assert export(films, 20.0 - overlap_s, 40.0, after)
    found = seam_s(before, after)
    first, other = numbers_in(before), numbers_in(after)
    if other[0] in first:
        assert found == pytest.approx(first.index(other[0]) / FPS)
    else:
        assert found is None
    assert overlap_s < GOP_S or found is not None
    assert seam_s(after, before) is None


def test_what_is_no_recording_has_no_seam(film: Path, tmp_path: Path) -> None:
    """Nothing, text, an index without pictures, a file that is cut off."""
    whole = film.read_bytes()
    for number, body in enumerate((b"", b"ffconcat version 1.0\n", whole[: len(whole) // 2], whole[:4000])):
        path = tmp_path / f"{number}.mp4"
        path.write_bytes(body)
        assert seam_s(path, film) is None
        assert seam_s(film, path) is None


@settings(deadline=None, max_examples=40)  # each writes a file
@given(data=st.data())
def test_a_bent_index_ends_in_no_seam_or_a_time_in_the_file(
    data: st.DataObject, film: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Any of its bytes."""
    whole = bytearray(film.read_bytes())
    at = whole.find(b"moov")
    for _ in range(data.draw(st.integers(min_value=1, max_value=8))):
        whole[data.draw(st.integers(min_value=at, max_value=len(whole) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("bent") / f"{os.getpid()}.mp4"
    path.write_bytes(whole)
    for found in (seam_s(path, film), seam_s(film, path)):
        assert found is None or isinstance(found, float)


def test_an_index_that_goes_back_and_forth_is_given_up_at_once(tmp_path: Path) -> None:
    """Home Assistant reads it itself: half a megabyte of such rows kept it busy for half a minute."""
    rows = [struct.pack(">III", first, 1, 1) for first in (1, CHUNKS + 1)] * CHUNKS
    table = (
        box(b"stts", struct.pack(">IIII", 0, 1, 1, 1))
        + box(b"stsz", bytes(12))
        + box(b"stsc", struct.pack(">II", 0, len(rows)) + b"".join(rows))
        + box(b"stco", struct.pack(">II", 0, CHUNKS) + bytes(4 * CHUNKS))
    )
    media = box(b"mdhd", bytes(12) + struct.pack(">II", 1_000, 1_000) + bytes(4)) + box(b"hdlr", bytes(8) + b"vide")
    path = tmp_path / "bent.mp4"
    path.write_bytes(box(b"moov", box(b"trak", box(b"mdia", media + box(b"minf", box(b"stbl", table))))))
    began_s = process_time()
    assert seam_s(path, path) is None
    assert process_time() - began_s < 1


def test_pictures_that_are_all_alike_say_nothing(tmp_path: Path) -> None:
    """A camera in the dark sends the same key picture again and again."""
    path = tmp_path / "dark.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=FPS, options={"x264-params": "keyint=1", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        for number in range(10):
            frame = av.VideoFrame(64, 64, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes(plane.buffer_size))
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    later = tmp_path / "later.mp4"
    assert export([Film(path=path, began_s=0.0)], 3.1 / FPS, 1.0, later)
    assert seam_s(path, later) is None
