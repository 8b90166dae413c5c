"""Records as Frigate does: ffmpeg's segments in a cache, moved to where its web server finds them, a row for each."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import av
import ffmpeg

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

CACHE_FORMAT = "%Y%m%d%H%M%S%z"
INPUT = {
    "avoid_negative_ts": "make_zero",
    "fflags": "+genpts+discardcorrupt",
    "rtsp_transport": "tcp",
    "timeout": 10_000_000,
    "use_wallclock_as_timestamps": 1,
}
# FFmpeg 7.1 takes no packet of AAC that comes by RTP for a first one: `-c copy` announces the sound, and drops it.
SOUND: dict[str, dict[str, object]] = {
    "aac": {"c:v": "copy", "c:a": "aac"},
    "copy": {"c": "copy", "copyinkf:a": None},
    "drop": {"c": "copy"},
    "none": {"c": "copy", "an": None},
}
FILES = {"f": "segment", "segment_format": "mp4", "reset_timestamps": 1, "strftime": 1}


def command(url: str, sound: str, target: str, **files: object) -> list[str]:
    """Return how ffmpeg is started."""
    output = ffmpeg.output(ffmpeg.input(url, threads=2, **INPUT), target, **FILES, **files, **SOUND[sound])
    return list(output.global_args("-hide_banner", "-v", "error", "-nostdin").compile())


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One recording, as Frigate's database has it; times are epoch seconds."""

    camera: str
    start_time: float
    duration: float
    segment_size: float = 0.0

    def answer(self) -> dict[str, object]:
        """Return it as the API gives it."""
        return {
            "id": f"{self.start_time}-abc123",
            "start_time": self.start_time,
            "end_time": self.start_time + self.duration,
            "segment_size": self.segment_size,
            "motion": 3,
            "objects": 0,
            "duration": self.duration,
        }


def path_of(camera: str, start_time: float) -> str:
    """Where a recording lies below `/media/frigate`."""
    began = datetime.fromtimestamp(start_time, UTC)
    return f"recordings/{began:%Y-%m-%d}/{began:%H}/{camera}/{began:%M.%S}.mp4"


def probe(path: Path) -> float:
    """Return the length of the pictures in seconds: their count by their rate, as OpenCV tells Frigate."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.average_rate is not None
        return float(stream.frames / stream.average_rate)


async def keep(cached: Path, media: Path, camera: str, start_time: float) -> Row:
    """Move a closed file out of the cache as Frigate does: its index first, a date in it."""
    duration = await asyncio.to_thread(probe, cached)
    target, size_mib = await asyncio.to_thread(_room_for, media / path_of(camera, start_time), cached)
    date = f"creation_time={datetime.fromtimestamp(start_time, UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    moved = ffmpeg.output(ffmpeg.input(str(cached)), str(target), c="copy", movflags="+faststart", metadata=date)
    quiet = moved.global_args("-hide_banner", "-v", "error", "-nostdin")
    process = await asyncio.create_subprocess_exec(*quiet.compile(overwrite_output=True))
    await process.wait()
    await asyncio.to_thread(cached.unlink)
    return Row(camera=camera, start_time=start_time, duration=duration, segment_size=size_mib)


def _room_for(target: Path, cached: Path) -> tuple[Path, float]:
    target.parent.mkdir(parents=True, exist_ok=True)
    return target, round(cached.stat().st_size / 2**20, 2)


class Recording:
    """One camera, recorded until stopped."""

    def __init__(
        self, camera: str, url: str, folder: Path, rows: list[Row], *, segment_s: int = 10, sound: str = "aac"
    ) -> None:
        """Name the camera and its stream; `folder` gets a cache beside the recordings, `rows` what is in them."""
        self.camera, self.rows = camera, rows
        self._url, self._folder, self._segment_s, self._sound = url, folder, segment_s, sound
        self._cache = folder / "cache"
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start ffmpeg."""
        self._cache.mkdir(exist_ok=True)
        target = str(self._cache / f"{self.camera}@{CACHE_FORMAT}.mp4")
        arguments = command(self._url, self._sound, target, segment_time=self._segment_s)
        self._process = await asyncio.create_subprocess_exec(*arguments)

    async def run(self, every_s: float = 1.0) -> None:
        """Move closed files until canceled."""
        while True:
            await self.move(in_use=1)
            await asyncio.sleep(every_s)

    async def move(self, in_use: int = 0) -> None:
        """Move what is closed: all but the latest, while ffmpeg runs."""
        cached = sorted(self._cache.glob(f"{self.camera}@*.mp4"), key=_began)
        for path in cached[: len(cached) - in_use]:
            self.rows.append(await keep(path, self._folder, self.camera, _began(path)))

    async def stop(self) -> None:
        """End ffmpeg in order, and move the last file."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
            await self._process.wait()
        await self.move()


def _began(path: Path) -> float:
    return datetime.strptime(path.stem.rpartition("@")[2], CACHE_FORMAT).astimezone().timestamp()


def placed(parts: Iterable[tuple[Path, float, float]], media: Path, camera: str) -> list[Row]:
    """Put files that were made elsewhere where Frigate would have them: each with its second and its length."""
    rows = []
    for source, start_time, duration in parts:
        target = media / path_of(camera, start_time)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
        rows.append(Row(camera=camera, start_time=start_time, duration=duration))
    return rows
