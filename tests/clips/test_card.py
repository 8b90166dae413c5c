"""The test card of an exercise: what it says in its pictures, and that it says nothing of the home that made it."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING

import av
import pytest

from custom_components.milton_share.clips.card import make_card
from custom_components.milton_share.clips.child import answer_card
from custom_components.milton_share.clips.job import CardJob, Limits, Range
from custom_components.milton_share.clips.refusal import ClipRefused
from custom_components.milton_share.review.cutter import CardJob as HostsJob
from custom_components.milton_share.review.cutter import CutLimits, cut
from custom_components.milton_share.review.cutter_answer import CutRefused, read_answer
from tests.clips.card_reading import lines_of

if TYPE_CHECKING:
    from pathlib import Path

START_MS = 1_763_631_000_000  # 2025-11-20T09:30:00Z
SAID = [
    "EXERCISE - SIMULACRO",
    "TEST CARD. NOTHING WAS RECORDED.",
    "TARJETA DE PRUEBA. NO HAY GRABACIÓN.",
    "REQUEST 1A2B3C4D - CAMERA 1",
]


def job_of(out: Path, *ranges: tuple[int, int]) -> CardJob:
    """Return a job for ranges in milliseconds after the start."""
    parts = tuple(Range(from_ms=START_MS + start, until_ms=START_MS + end) for start, end in ranges)
    return CardJob(request="1a2b3c4d", label="Camera 1", ranges=parts, out=out, limits=Limits())


def pictures(path: Path) -> list[tuple[int, list[str]]]:
    """Return each picture's milliseconds in the file, and what it says."""
    with av.open(str(path), format="mp4", options={"ignore_editlist": "1"}) as container:
        assert [stream.type for stream in container.streams] == ["video"]
        return [(round((frame.time or 0) * 1000), lines_of(frame)) for frame in container.decode(video=0)]


def test_every_picture_says_that_it_is_an_exercise_and_of_which_moment(tmp_path: Path) -> None:
    """In both languages, with the request, the camera as it is sent, the range, and a clock that runs."""
    job = job_of(tmp_path / "card.mp4", (0, 2_000))
    result = make_card(job, lambda _: None)
    found = pictures(job.out)
    assert [at for at, _ in found] == list(range(0, 2_000, 200))
    for at, (*words, between, clock) in found:
        assert words == SAID
        assert between == "2025-11-20 09:30:00.000 - 2025-11-20 09:30:02.000"
        assert clock == f"2025-11-20 09:30:0{at // 1000}.{at % 1000:03} UTC"
    assert [(run.first, run.count, run.kind) for run in result.frames] == [(0, 10, "encoded")]
    assert (result.audio, result.preview, result.gaps_ms) == ("absent", None, ())
    assert b"elst" not in job.out.read_bytes()


def test_several_ranges_follow_each_other_in_the_file(tmp_path: Path) -> None:
    """Each picture shows its own range; where a range is in the clip is said as of any clip."""
    job = job_of(tmp_path / "card.mp4", (0, 1_100), (60_000, 61_000))
    result = make_card(job, lambda _: None)
    found = pictures(job.out)
    assert [at for at, _ in found] == list(range(0, 2_200, 200))
    assert [words[-1][11:23] for _, words in found][5:7] == ["09:30:01.000", "09:31:00.000"]
    assert found[-1][1][-2].startswith("2025-11-20 09:31:00.000 - ")
    assert [(part.first_frame_ms, part.last_frame_ms, part.stored_ms) for part in result.ranges] == [
        (START_MS, START_MS + 1_000, 0),
        (START_MS + 60_000, START_MS + 60_800, 1_200),
    ]


def test_two_homes_make_the_very_same_card(tmp_path: Path) -> None:
    """So neither a file's bytes nor its size tell of a camera, of what it recorded, or of who lives there."""
    first, second = (job_of(tmp_path / name, (0, 5_000)) for name in ("one.mp4", "other.mp4"))
    assert make_card(first, lambda _: None).clip.sha256 == make_card(second, lambda _: None).clip.sha256


def test_a_long_name_and_letters_without_a_shape_do_not_break_the_card(tmp_path: Path) -> None:
    """What has no letter here is a box, and what has no room is left out."""
    job = dataclasses.replace(job_of(tmp_path / "card.mp4", (0, 1_000)), label="ü" * 80)
    make_card(job, lambda _: None)
    assert pictures(job.out)[0][1][0] == SAID[0]


def test_the_host_reads_what_the_child_says_of_a_card(tmp_path: Path) -> None:
    """One result line; limits were put on before, and progress was told."""
    job = HostsJob(
        request="1a2b3c4d", label="Camera 1", from_ms=START_MS, until_ms=START_MS + 1_000, out=tmp_path / "a.mp4"
    )
    limited: list[Limits] = []
    told: list[float] = []
    result = read_answer(json.dumps(answer_card(job.to_json(), limited.append, told.append)).encode(), job.out)
    assert (result.width, result.height, result.codec, result.audio) == (1280, 720, "h264", "absent")
    assert limited[0].memory_bytes == job.limits.memory_bytes
    assert told


def test_a_card_does_not_write_over_a_file(tmp_path: Path) -> None:
    """What is there stays."""
    job = job_of(tmp_path / "card.mp4", (0, 1_000))
    job.out.write_bytes(b"something")
    with pytest.raises(ClipRefused, match="bad_job"):
        make_card(job, lambda _: None)
    assert job.out.read_bytes() == b"something"


async def test_a_card_is_made_by_the_limited_child(tmp_path: Path) -> None:
    """Under the same limits as any clip: one that would grow too large is refused, and nothing of it stays."""
    job = HostsJob(
        request="1a2b3c4d", label="Camera 1", from_ms=START_MS, until_ms=START_MS + 2_000, out=tmp_path / "a.mp4"
    )
    result = await cut(job, on_progress=lambda _: None)
    assert sum(run.count for run in result.frames) == 10
    small = dataclasses.replace(job, out=tmp_path / "b.mp4", limits=CutLimits(file_size_bytes=2_000))
    with pytest.raises(CutRefused, match="clip_too_large"):
        await cut(small, on_progress=lambda _: None)
    assert not small.out.exists()
