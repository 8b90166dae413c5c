"""Some hundred bent recordings through the whole of the cutting child; a campaign takes a hundred thousand."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

import pytest

from custom_components.milton_share.clips.child import answer
from tests.fuzz.cut_campaign import KINDS, campaign, make_seeds
from tests.fuzz.cut_worker import CLIP, input_of, job_of, judge
from tests.fuzz.film_bending import bend_film, pieces

INPUTS = 300
PEAK_MAX_KIB = 400 * 1024  # half of it is Python and FFmpeg


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a film of each kind."""
    folder = tmp_path_factory.mktemp("films")
    make_seeds(folder)
    return folder


def test_what_is_bent_was_a_recording_that_a_clip_is_cut_of(films: Path) -> None:
    """Each kind: of one whose times contradict each other most of what is bent would end by that rule."""
    for film in films.iterdir():
        said = answer(job_of(film, films.parent / "clip.mp4", Random(1)), lambda _: None, lambda _: None)  # noqa: S311
        assert judge(said, films.parent / "clip.mp4") == CLIP, film.name


def test_bent_recordings_end_in_a_rule_or_a_clip(films: Path) -> None:
    """No crash, no hang, nothing left by a refusal, no defect of our own, no memory beyond the bound."""
    found = campaign(films, seed=2026, first=0, count=INPUTS, workers=1, python=Path(sys.executable))
    assert (found.crashes, found.hangs, found.defects) == ({}, [], {})
    assert found.inputs == found.outcomes.total() == INPUTS
    assert found.outcomes[CLIP] > INPUTS // 10
    assert found.outcomes["unreadable_segment"] > INPUTS // 20
    assert found.peak_kib < PEAK_MAX_KIB


def test_a_recording_is_bent_by_its_own_structure(films: Path) -> None:
    """Each kind falls into pieces that follow each other; an input is made again from its number."""
    seeds = [path.read_bytes() for path in sorted(films.iterdir())]
    assert len(seeds) == len(KINDS)
    for data in seeds:
        found = pieces(data)
        assert len(found) > 20
        assert all(0 <= start <= body <= end <= len(data) for start, body, end in found)
        bent = {bend_film(data, seeds, Random(number)) for number in range(20)}  # noqa: S311
        assert len(bent) > 15
    assert input_of(seeds, 1, 7)[0] == input_of(seeds, 1, 7)[0]
