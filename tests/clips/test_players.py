"""Browsers play clips: every picture at its time, and the sound with it. All kinds are played by `tests/long`."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.make import make_clip
from tests.clips.jobs import job_of
from tests.clips.kinds import record_kind
from tests.clips.players import browsers, play
from tests.clips.recordings import FPS, START_MS
from tests.clips.sound_code import BLOCK_S

if TYPE_CHECKING:
    from pathlib import Path

PLAYED = ("TS, reordered", "MOV, turned", "MKV, HEVC, AAC")
SYNC_MAX_S, SEEN_MIN = 0.04, 0.5  # a loaded machine leaves pictures out
TIMES_PLAYED_MAX = 3  # or has no time for half of them, or to draw one: then all is played again, and judged by that


@pytest.mark.usefixtures("socket_enabled")
@pytest.mark.parametrize("browser", ["Chromium", "Firefox"])
def test_a_browser_plays_clips_and_their_previews_in_time(browser: str, tmp_path: Path) -> None:
    """A copied one, one whose picture the browser must turn, and a preview: numbers and tones lie where they must."""
    if browser not in browsers():
        pytest.skip(f"{browser} is not installed")
    clips, expected = [], []
    for index, name in enumerate(PLAYED):
        recording = record_kind(name, tmp_path / str(index))
        job = job_of(recording, START_MS + 3_210, START_MS + 5_410, tmp_path / f"{index}.mp4", preview=True)
        result = make_clip(job, lambda _: None)
        clips.append(result.preview.path if result.preview else job.out)
        expected.append(recording.between(job.from_ms, job.until_ms))
    for turn in range(TIMES_PLAYED_MAX):
        played = play(browser, clips, tmp_path / f"turn-{turn}")
        if all(
            seen.blank == 0 and len(seen.numbers) >= SEEN_MIN * len(numbers)
            for seen, numbers in zip(played, expected, strict=True)
        ):
            break
    for seen, numbers in zip(played, expected, strict=True):
        assert (seen.error, seen.ended, seen.blank) == ("", True, 0)
        assert seen.numbers <= set(numbers)
        assert len(seen.numbers) >= SEEN_MIN * len(numbers)
        assert seen.heard is not None
        pictures = seen.pictures_at(FPS)
        sound = median(time - (number + 0.5) * BLOCK_S for number, time in seen.heard.blocks)
        assert abs(sound - pictures) <= SYNC_MAX_S
