"""What is cut goes into the file as it comes: however long a clip is, only some seconds of it wait in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.plan.model import Way
from custom_components.milton_share.clips.write.cut import cut
from custom_components.milton_share.clips.write.ranges import plan_ranges
from custom_components.milton_share.clips.write.reencode import reencode
from custom_components.milton_share.clips.write.writer import ClipWriter
from tests.clips.conftest import AAC, h264
from tests.clips.jobs import job_of
from tests.clips.masks import rectangle
from tests.clips.recordings import FPS, START_MS, Part, Recording, numbers_in, record, run, stored_packets

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

    from custom_components.milton_share.clips.job import Job

SECONDS = 40
G711 = {"acodec": "pcm_mulaw", "ar": 8000, "ac": 1}
BUFFER_BYTES = 2**18  # libav's, before the file
INTERLEAVED_S = 12  # libav waits ten seconds for the other track


class Watched(ClipWriter):
    """The writer, and how much of what it was given was not in the file yet, at most."""

    def __init__(self, path: Path, zero: int) -> None:
        """Watch the file."""
        super().__init__(path, zero)
        self._path = path
        self.given = self.waiting = 0

    def frame(self, units: list[bytes], tick: int, decode_tick: int, *, is_key: bool, span: int) -> None:
        """Write it, and look."""
        super().frame(units, tick, decode_tick, is_key=is_key, span=span)
        self._took(sum(4 + len(unit) for unit in units))

    def _sound(self, data: bytes, timestamp: int, time_base: Fraction, duration: int) -> None:
        super()._sound(data, timestamp, time_base, duration)
        self._took(len(data))

    def _took(self, size: int) -> None:
        self.given += size
        self.waiting = max(self.waiting, self.given - self._path.stat().st_size)


def watched(job: Job) -> Watched:
    """Cut, as the child does."""
    planned = plan_ranges(job)
    plans, starts_ms = tuple(planned.values()), [part.from_ms for part in planned]
    with Watched(job.out, plans[0].zero) as writer:
        if plans[0].way is Way.COPY:
            cut(plans, writer, lambda _: None)
        else:
            reencode(plans, job.masks, starts_ms, writer, lambda _: None)
    return writer


@pytest.mark.parametrize("masked", [False, True])
def test_sound_that_is_encoded_comes_with_its_pictures(tmp_path: Path, *, masked: bool) -> None:
    """Not all of it before the first."""
    recording = record(tmp_path / "r", seconds=SECONDS, video=h264(60), audio=G711, suffix="mov")
    masks = (rectangle(0, 0, 2_500, 2_500),) if masked else ()
    job = job_of(recording, START_MS, START_MS + SECONDS * 1000, tmp_path / "clip.mp4", masks=masks)
    writer = watched(job)
    assert len(stored_packets(job.out, "audio")) > 30 * (SECONDS - 1)
    assert writer.waiting < writer.given * 3 / SECONDS + BUFFER_BYTES


def test_pictures_do_not_wait_for_sound_that_stopped(tmp_path: Path) -> None:
    """A microphone that is switched off after two seconds, for good."""
    whole = record(tmp_path / "r", seconds=SECONDS, segment_s=SECONDS, video=h264(60), audio=AAC).parts[0].path
    path = tmp_path / "stopped.mp4"
    silent = ["-c:v", "copy", "-c:a", "copy", "-bsf:a", "noise=drop='gt(pts*tb,2)'"]
    run(["ffmpeg", "-v", "error", "-nostdin", "-i", str(whole), *silent, str(path)])
    recording = Recording(parts=(Part(path=path, first=0),), numbers=tuple(range(SECONDS * FPS)))
    job = job_of(recording, START_MS, START_MS + SECONDS * 1000, tmp_path / "clip.mp4")
    writer = watched(job)
    assert numbers_in(job.out) == list(recording.numbers)
    assert writer.waiting < writer.given * INTERLEAVED_S / SECONDS + BUFFER_BYTES
