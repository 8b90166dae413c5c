"""Numbered recordings cut into files as Frigate does: no fragments, time stamps from 0, the index moved to the front.

The arguments are those of `tests/simulators/frigate/recording.py`, but for the clock: it goes as fast as it can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ffmpeg

from tests.clips.recordings import AAC_RATE_HZ, Part, Recording, numbers_in, picture, run, tone

if TYPE_CHECKING:
    from pathlib import Path

SOUND: dict[str, dict[str, object]] = {
    "aac": {"c:v": "copy", "c:a": "aac"},
    "copy": {"c": "copy"},
    "none": {"c": "copy", "an": None},
}


def record_as_frigate(
    folder: Path, *, seconds: int = 30, segment_s: int = 10, video: dict[str, object], sound: str = "aac"
) -> Recording:
    """Film a numbered picture, and cut it as Frigate would."""
    folder.mkdir(parents=True)
    camera = folder / "camera.mp4"
    film = ffmpeg.output(
        picture(seconds), tone(seconds, AAC_RATE_HZ, "1", 0), str(camera), pix_fmt="yuv420p", acodec="aac", **video
    )
    run(quiet(film))
    files = {"f": "segment", "segment_time": segment_s, "segment_format": "mp4", "reset_timestamps": 1}
    run(quiet(ffmpeg.output(ffmpeg.input(str(camera)), str(folder / "cached%03d.mp4"), **files, **SOUND[sound])))
    parts = []
    numbers: list[int] = []
    for cached in sorted(folder.glob("cached*.mp4")):
        kept = folder / cached.name.removeprefix("cached")
        date = "creation_time=2026-01-01T00:00:00.000000Z"
        moved = ffmpeg.output(ffmpeg.input(str(cached)), str(kept), c="copy", movflags="+faststart", metadata=date)
        run(quiet(moved))
        inside = numbers_in(kept)
        parts.append(Part(path=kept, first=min(inside)))
        numbers += inside
    return Recording(parts=tuple(parts), numbers=tuple(sorted(numbers)))


def quiet(output: ffmpeg.nodes.OutputStream) -> list[str]:
    """Return the command of a graph; ffmpeg says nothing but what is wrong."""
    return list(output.global_args("-v", "error", "-nostdin").compile())
