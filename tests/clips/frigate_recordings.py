"""Numbered recordings cut into files as Frigate does: no fragments, time stamps from 0, the index moved to the front.

The arguments are those of `tests/simulators/frigate/recording.py`, but for the clock: it goes as fast as it can.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ffmpeg

from tests.clips.recordings import AAC_RATE_HZ, Part, Recording, numbers_in, picture, run, tone

if TYPE_CHECKING:
    from pathlib import Path

SOUND = {"aac": ("-c:v", "copy", "-c:a", "aac"), "copy": ("-c", "copy"), "none": ("-c", "copy", "-an")}


def record_as_frigate(
    folder: Path, *, seconds: int = 30, segment_s: int = 10, video: dict[str, object], sound: str = "aac"
) -> Recording:
    """Film a numbered picture, and cut it as Frigate would."""
    folder.mkdir(parents=True)
    camera = folder / "camera.mp4"
    film = ffmpeg.output(
        picture(seconds), tone(seconds, AAC_RATE_HZ, "1", 0), str(camera), pix_fmt="yuv420p", acodec="aac", **video
    )
    run(film.global_args("-v", "error", "-nostdin").compile())
    begin = ["ffmpeg", "-v", "error", "-nostdin", "-i"]
    cut = ["-f", "segment", "-segment_time", str(segment_s), "-segment_format", "mp4", "-reset_timestamps", "1"]
    run([*begin, str(camera), *cut, *SOUND[sound], str(folder / "cached%03d.mp4")])
    parts = []
    numbers: list[int] = []
    for cached in sorted(folder.glob("cached*.mp4")):
        kept = folder / cached.name.removeprefix("cached")
        date = "creation_time=2026-01-01T00:00:00.000000Z"
        run([*begin, str(cached), "-c", "copy", "-movflags", "+faststart", "-metadata", date, str(kept)])
        inside = numbers_in(kept)
        parts.append(Part(path=kept, first=min(inside)))
        numbers += inside
    return Recording(parts=tuple(parts), numbers=tuple(sorted(numbers)))
