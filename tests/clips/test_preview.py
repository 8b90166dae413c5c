"""A preview shows what the clip shows: every picture, the last ones too, and sound only where there is some."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.child import Progress
from custom_components.milton_share.clips.make import COPY_SHARE, PREVIEW_SHARE, make_clip
from tests.clips.jobs import job_of
from tests.clips.recordings import START_MS, Recording, numbers_in, record, stored_packets

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """Record an HEVC camera without a microphone, whose pictures lean on later ones."""
    video = {"vcodec": "libx265", "preset": "ultrafast", "x265-params": "keyint=60:bframes=3:open-gop=0:log-level=none"}
    return record(tmp_path_factory.mktemp("silent") / "r", seconds=16, video=video)


def test_a_preview_has_the_last_pictures_and_no_sound_that_is_not_there(silent: Recording, tmp_path: Path) -> None:
    """Whole groups are copied, so the decoder holds some pictures back until it is told that no more come."""
    job = job_of(silent, START_MS, START_MS + 12_000, tmp_path / "clip.mp4", preview=True)
    result = make_clip(job, lambda _: None)
    assert [run.kind for run in result.frames] == ["copied"]
    assert result.preview is not None
    assert numbers_in(result.preview.path) == silent.between(job.from_ms, job.until_ms)
    assert stored_packets(result.preview.path, "audio") == []
    assert result.audio == "absent"


def test_how_far_a_clip_is_goes_on_while_its_preview_is_made(silent: Recording, tmp_path: Path) -> None:
    """To encode an hour takes many minutes, after a copy of seconds: it stood still at 85 % for all that time."""
    job = job_of(silent, START_MS, START_MS + 12_000, tmp_path / "clip.mp4", preview=True)
    shares: list[object] = []
    make_clip(job, Progress(lambda said: shares.append(said["progress"])).report)
    assert shares[-1] == pytest.approx(PREVIEW_SHARE, abs=0.02)
    beyond = [share for share in shares if isinstance(share, float) and share > COPY_SHARE + 0.01]
    assert len(beyond) > 50
    assert max(after - before for before, after in pairwise(beyond)) < 0.1
