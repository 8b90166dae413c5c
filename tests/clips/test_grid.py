"""Pictures that come a little early or late: players that count by a rate tell them apart all the same."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.plan.grid import are_told_apart, rates_of
from tests.clips.exact import plays_without_a_word
from tests.clips.jobs import job_of
from tests.clips.kinds import film, h264
from tests.clips.recordings import START_MS, Part, Recording, numbers_in

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clips.kinds import Options

FROM_MS = 1_167
FRAME, EARLY, FPS = 3_000, 180, 30
COPIED: Options = {"acodec": "aac", "audio_bitrate": "64k"}
ENCODED: Options = {"acodec": "pcm_s16le"}


def test_from_the_middle_between_two_places_pictures_are_not_told_apart() -> None:
    """Where they are seen from a place itself, they are."""
    stored = [number * FRAME + (EARLY if number % 2 else -EARLY) for number in range(30)]
    rates = rates_of(stored)
    assert FPS in rates
    assert not are_told_apart(stored, -FRAME // 2, rates)
    assert are_told_apart(stored, 0, rates)


@pytest.mark.parametrize("stored", [[0], [0, 900_000, 1_800_000], [0, 5, 20, 90, 400, 1_900]])
def test_what_keeps_no_rate_has_none(stored: list[int]) -> None:
    """A single picture, a time lapse, pictures at any time."""
    assert rates_of(stored) == ()


@pytest.mark.parametrize(("audio", "fps"), [(COPIED, 30), (ENCODED, 25)], ids=["copied", "encoded"])
def test_no_player_takes_two_of_a_phone_s_pictures_for_one(audio: Options, fps: int, tmp_path: Path) -> None:
    """They come up to two milliseconds early or late, and sound decides where the tracks begin."""
    uneven = ("settb", ("1/90000",)), ("setpts", (f"N*{90_000 // fps}+{EARLY}*(2*random(0)-1)+1000",))
    (path,) = film(tmp_path / "film.mov", h264(30), audio, seconds=6, rate_hz=48_000, filters=uneven)
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(90)), fps=Fraction(fps))
    job = job_of(recording, START_MS + FROM_MS, START_MS + FROM_MS + 1_300, tmp_path / "clip.mp4")
    make_clip(job, lambda _: None)
    plays_without_a_word(job.out)
    numbers = numbers_in(job.out)
    assert numbers == [*range(numbers[0], numbers[0] + len(numbers))]
    assert abs(len(numbers) - fps * 1.3) <= 1
