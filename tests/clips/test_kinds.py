"""Every kind of recording, cut exactly: no frame and no sound outside the range, none missing in it, both in time."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.make import make_clip
from tests.clips.exact import COPIED_MS, check_clip, check_colors, plays_without_a_word, random_range
from tests.clips.jobs import job_of
from tests.clips.kinds import ALAW, KINDS, film, h264, numbers_shown, record_kind
from tests.clips.recordings import START_MS, Part, Recording, copied_plainly, run

if TYPE_CHECKING:
    from pathlib import Path


IN_CI = {
    "fragmented MP4",
    "MP4, CMAF",
    "MP4, groups of 300",
    "MP4, Opus",
    "MP4, HEVC",
    "MP4, 30,000/1,001",
    "MOV, A-law",
    "MOV, turned",
    "MOV, motion JPEG",
    "MKV, HEVC, AAC",
    "MKV, open groups",
    "TS, reordered",
    "TS, AC-3",
    "TS, open groups, HEVC",
    "TS, in pieces, times wrap",
    "TS, parameter sets change",
    "TS, size changes",
}
"""Of each container, codec, and kind of time stamps one: the others are in the long run."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in IN_CI else pytest.mark.long) for name in KINDS]
)
def test_a_random_range_of_every_kind_is_cut_exactly(name: str, tmp_path: Path) -> None:
    """By the numbers in the pixels and in the tones; the colors are the camera's, and players have nothing to say.

    One of each kind, long enough that a part of it is copied; ``tests/long`` cuts many more.
    """
    kind, recording = KINDS[name], record_kind(name, tmp_path)
    rng = random.Random(name)  # noqa: S311 - repeatable, no secret
    from_ms, until_ms = random_range(rng, kind, recording, COPIED_MS)
    out = tmp_path / "clip.mp4"
    result = make_clip(job_of(recording, from_ms, until_ms, out), lambda _: None)
    assert check_clip(out, recording, from_ms, until_ms, kind).frames
    plays_without_a_word(out)
    if kind.one_size:
        check_colors(out, recording, from_ms, until_ms)
    assert not kind.copied or "copied" in {frames.kind for frames in result.frames}


@pytest.mark.parametrize("name", ["fragmented MP4", "TS, reordered", "MKV, HEVC, AAC"])
def test_the_checker_fails_on_a_plain_copy(name: str, tmp_path: Path) -> None:
    """What ffmpeg's concat demuxer and `-c copy` cut, as recorders do, has frames and sound from before the range."""
    kind, recording = KINDS[name], record_kind(name, tmp_path)
    from_ms, until_ms, out = START_MS + 3_300, START_MS + 7_300, tmp_path / "copied.mp4"
    copied_plainly(recording, from_ms, until_ms, out)
    with pytest.raises(AssertionError, match="outside"):
        check_clip(out, recording, from_ms, until_ms, kind)


@pytest.mark.parametrize("leak", [(0.0, 0.2), (0.2, 0.0)], ids=["after", "before"])
def test_the_checker_fails_on_a_copy_whose_sound_alone_leaks(leak: tuple[float, float], tmp_path: Path) -> None:
    """Its frames are exact, from one key picture until before another; of its sound three packets are outside."""
    kind, recording = KINDS["MP4, full range"], record_kind("MP4, full range", tmp_path)

    def copied(before_s: float, after_s: float) -> None:
        film, out = str(recording.parts[0].path), str(tmp_path / "copied.mp4")
        pictures = ["-ss", "4", "-t", "4", "-i", film]
        sound = ["-itsoffset", str(-before_s), "-ss", str(4 - before_s), "-t", str(4 + before_s + after_s), "-i", film]
        joined = ["-map", "0:v", "-map", "1:a", "-c", "copy", "-y", out]
        run(["ffmpeg", "-v", "fatal", "-nostdin", *pictures, *sound, *joined])
        assert numbers_shown(tmp_path / "copied.mp4") == list(range(60, 120))
        check_clip(tmp_path / "copied.mp4", recording, START_MS + 4_000, START_MS + 8_000, kind)

    copied(0, 0)
    with pytest.raises(AssertionError, match=r"sound (after the end|outside)"):
        copied(*leak)


def test_the_checker_fails_on_sound_that_is_a_tenth_of_a_second_early(tmp_path: Path) -> None:
    """The pictures are right; a person would see that the lips are not."""
    film(tmp_path / "film.mov", h264(30), ALAW, seconds=6, early_s=0.1)
    path, kind = tmp_path / "film.mov", KINDS["MOV, A-law"]
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(numbers_shown(path)))
    from_ms, until_ms, out = START_MS + 1_000, START_MS + 5_000, tmp_path / "clip.mp4"
    make_clip(job_of(recording, from_ms, until_ms, out), lambda _: None)
    with pytest.raises(AssertionError, match=r"from its picture|sound outside"):
        check_clip(out, recording, from_ms, until_ms, kind)
