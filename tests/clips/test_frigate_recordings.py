"""The exact cut out of Frigate's files: not one frame or sound outside the approved range, and gaps stay gaps."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.make import make_clip
from custom_components.milton_share.clips.refusal import ClipRefused, CutRule
from tests.clips.frigate_recordings import record_as_frigate
from tests.clips.jobs import cut_exactly, job_of, sound_is_inside
from tests.clips.recordings import START_MS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clips.recordings import Recording

X264 = {"vcodec": "libx264", "preset": "ultrafast"}
KINDS: dict[str, tuple[dict[str, object], str]] = {
    "sound encoded": ({**X264, "g": 30, "bf": 0}, "aac"),
    "sound copied": ({**X264, "g": 60, "bf": 0}, "copy"),
    "no sound": ({**X264, "g": 15, "bf": 0}, "none"),
    "b-frames": ({"vcodec": "libx264", "preset": "veryfast", "g": 45, "bf": 2}, "aac"),
}
RANGES_A_KIND = 6
WITH_SOUND = 2


@pytest.fixture(scope="session")
def by_frigate(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Recording]:
    """All kinds, recorded once."""
    folder = tmp_path_factory.mktemp("frigate")
    return {
        kind: record_as_frigate(folder / kind.replace(" ", "-"), video=video, sound=sound)
        for kind, (video, sound) in KINDS.items()
    }


@pytest.mark.parametrize("kind", KINDS)
def test_no_unapproved_frame_or_sound_in_random_ranges_of_frigates_files(
    by_frigate: dict[str, Recording], kind: str, tmp_path: Path
) -> None:
    """Twenty-four random ranges in all: the frames are exactly those of the range, the sound lies in it."""
    rng = random.Random(kind)  # noqa: S311 - repeatable, no secret
    recording = by_frigate[kind]
    for index in range(RANGES_A_KIND):
        from_ms = START_MS + rng.randrange(0, 28_000)
        until_ms = min(from_ms + rng.randrange(1_000, 14_000), START_MS + 30_000)
        job = job_of(recording, from_ms, until_ms, tmp_path / f"{index}.mp4")
        cut_exactly(recording, job)
        if index < WITH_SOUND and KINDS[kind][1] != "none":
            sound_is_inside(recording, job)


def test_a_file_that_frigate_dropped_is_a_stated_gap(by_frigate: dict[str, Recording], tmp_path: Path) -> None:
    """The second file had no motion, say."""
    recording = by_frigate["sound encoded"]
    _, lost, after = recording.parts
    job = job_of(recording.without(1), START_MS + 5_000, START_MS + 28_000, tmp_path / "clip.mp4")
    assert cut_exactly(recording.without(1), job).gaps_ms == ((int(lost.from_ms), int(after.from_ms)),)


def test_a_range_that_frigate_has_nothing_of_gives_no_clip(by_frigate: dict[str, Recording], tmp_path: Path) -> None:
    """Nothing is left on the disk either."""
    recording = by_frigate["no sound"]
    _, lost, after = recording.parts
    from_ms, until_ms = int(lost.from_ms) + 1_000, int(after.from_ms) - 1_000
    job = job_of(recording.without(1), from_ms, until_ms, tmp_path / "clip.mp4")
    with pytest.raises(ClipRefused) as refused:
        make_clip(job, lambda _: None)
    assert refused.value.rule is CutRule.NOTHING_RECORDED
    assert list(tmp_path.iterdir()) == []


def test_pictures_that_are_reordered_and_stamped_as_they_came_are_refused(tmp_path: Path) -> None:
    """Frigate's own input arguments stamp by the wall clock; with B-frames no true time of showing is left."""
    video: dict[str, object] = {"vcodec": "libx264", "preset": "veryfast", "g": 45, "bf": 2, "bsf:v": "setts=pts=DTS"}
    recording = record_as_frigate(tmp_path / "film", seconds=10, video=video, sound="none")
    job = job_of(recording, START_MS + 1_500, START_MS + 6_000, tmp_path / "clip.mp4")
    with pytest.raises(ClipRefused) as refused:
        make_clip(job, lambda _: None)
    assert refused.value.rule is CutRule.UNDECODABLE
    assert not job.out.exists()
