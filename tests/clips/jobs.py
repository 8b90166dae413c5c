"""Jobs for the cutter, and what holds a clip against its recording with other tools than the cutter's."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.clips.job import Job, JobSegment, Mask
from custom_components.milton_share.clips.make import make_clip
from tests.clips.recordings import AAC_RATE_HZ, FPS, START_MS, Recording, numbers_in, run, stored_packets

if TYPE_CHECKING:
    from custom_components.milton_share.clips.result import Result


def job_of(
    recording: Recording,
    from_ms: int,
    until_ms: int,
    out: Path,
    *,
    audio: bool = True,
    masks: tuple[Mask, ...] = (),
    preview: bool = False,
) -> Job:
    """Return a job over all files of the recording."""
    parts = recording.parts
    ends = [part.from_ms for part in parts[1:]] + [float(START_MS + recording.length_ms)]
    segments = tuple(
        JobSegment(path=part.path, from_ms=part.from_ms, until_ms=end) for part, end in zip(parts, ends, strict=True)
    )
    return Job(
        segments=segments, from_ms=from_ms, until_ms=until_ms, audio=audio, masks=masks, out=out, preview=preview
    )


def cut_exactly(recording: Recording, job: Job) -> Result:
    """Cut; every frame of the range is in the file, once, at its time, and no other."""
    result = make_clip(job, lambda _: None)
    expected = recording.between(job.from_ms, job.until_ms)
    assert numbers_in(job.out) == expected
    packets = stored_packets(job.out, "video")
    assert sum(run.count for run in result.frames) == len(packets) == len(expected)
    shown = sorted(packet.at_s for packet in packets)
    assert shown == pytest.approx([shown[0] + (number - expected[0]) / FPS for number in expected], abs=0.002)
    assert result.ranges[0].first_frame_ms == int(START_MS + expected[0] * 1000 / FPS)
    assert result.ranges[0].last_frame_ms == int(START_MS + expected[-1] * 1000 / FPS)
    return result


def sound_is_inside(recording: Recording, *jobs: Job) -> None:
    """Each AAC packet of the clip is silent, or one of the camera's of which all can be heard in one of the ranges."""
    allowed: set[str] = set()
    for part in recording.parts:
        start_s = min(packet.at_s for packet in stored_packets(part.path, "video"))
        for packet in stored_packets(part.path, "audio"):
            begins_ms = part.from_ms + (packet.at_s - start_s) * 1000
            ends_ms = begins_ms + 2 * 1024 * 1000 / AAC_RATE_HZ - 0.1
            if any(job.from_ms <= begins_ms and ends_ms <= job.until_ms for job in jobs):
                allowed.add(packet.md5)
    kept = {packet.md5 for packet in stored_packets(jobs[0].out, "audio")} - silent_packets()
    assert kept
    assert kept <= allowed


@cache
def silent_packets() -> set[str]:
    """Return the hashes of packets of silence, as ffmpeg makes them."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "silence.mp4"
        made = ["-f", "lavfi", "-i", f"anullsrc=r={AAC_RATE_HZ}:cl=mono", "-t", "1", "-c:a", "aac", "-b:a", "64k"]
        run(["ffmpeg", "-v", "error", "-nostdin", *made, "-flags", "+bitexact", str(path)])
        return {packet.md5 for packet in stored_packets(path, "audio")}
