"""The test card of an exercise: the package's own film and nothing else, the same from every home."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.review.cutter import CutJob, CutLimits, cut
from custom_components.milton_share.review.cutter_answer import CutRefused
from custom_components.milton_share.review.test_card import FILM, FILM_MS, card_segments
from tests.milton_share.card_film import is_test_card, pictures

if TYPE_CHECKING:
    from pathlib import Path

START_MS = 1_763_631_000_000  # 2025-11-20T09:30:00Z
HOUR_MS = 3_600_000


def job_of(out: Path, *ranges: tuple[int, int], file_size_bytes: int = CutLimits().file_size_bytes) -> CutJob:
    """Return the cutter's job for ranges in milliseconds after the start."""
    (from_ms, until_ms), *further = asked = [(START_MS + start, START_MS + end) for start, end in ranges]
    return CutJob(
        segments=card_segments(asked),
        from_ms=from_ms,
        until_ms=until_ms,
        further=tuple(further),
        audio=False,
        masks=(),
        out=out,
        limits=CutLimits(file_size_bytes=file_size_bytes),
    )


@pytest.mark.parametrize(
    "ranges",
    [((0, 1_000),), ((0, 125_000),), ((0, 10_100), (62_300, 64_000))],
    ids=["a second", "longer than the film", "two ranges"],
)
async def test_every_picture_is_the_films_and_the_whole_range_has_one(
    tmp_path: Path, ranges: tuple[tuple[int, int], ...]
) -> None:
    """Five a second, with no gap where the film begins again, and without sound."""
    result = await cut(job_of(tmp_path / "card.mp4", *ranges), on_progress=lambda _: None)
    found = pictures(tmp_path / "card.mp4")
    assert abs(len(found) - sum(end - start for start, end in ranges) / 200) <= len(ranges)
    assert all(map(is_test_card, found))
    assert (result.gaps, result.audio, result.preview) == ((), "absent", None)
    assert (result.width, result.height, result.codec) == (1280, 720, "h264")


async def test_two_homes_make_the_very_same_card(tmp_path: Path) -> None:
    """So neither a file's bytes nor its size tell of a camera, of what it recorded, or of who lives there."""
    made = [await cut(job_of(tmp_path / name, (0, 65_000)), on_progress=lambda _: None) for name in ("a.mp4", "b.mp4")]
    assert made[0].clip.sha256 == made[1].clip.sha256


async def test_a_card_that_would_grow_too_large_is_refused_and_nothing_of_it_stays(tmp_path: Path) -> None:
    """It is cut under the limits of any clip."""
    job = job_of(tmp_path / "card.mp4", (0, 2_000), file_size_bytes=2_000)
    with pytest.raises(CutRefused, match="clip_too_large"):
        await cut(job, on_progress=lambda _: None)
    assert not job.out.exists()


def test_a_card_reads_the_film_as_often_as_its_ranges_need_it() -> None:
    """Twelve hours are 720 times; what lies between two ranges is left out."""
    half_a_day = card_segments([(START_MS, START_MS + 12 * HOUR_MS)])
    assert (len(half_a_day), {one.path for one in half_a_day}) == (720, {FILM})
    two = card_segments([(START_MS, START_MS + 1_000), (START_MS + HOUR_MS + 500, START_MS + HOUR_MS + 1_500)])
    assert [(one.from_ms - START_MS, one.until_ms - one.from_ms) for one in two] == [(0, FILM_MS), (HOUR_MS, FILM_MS)]
