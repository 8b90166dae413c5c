"""A recorder that is killed: its whole process, or the one in it that copies packets; and what is left of its footage.

Run as a program it records one camera until it ends: `python -m tests.simulators.dying_recorder FOLDER URL`.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import signal
import sqlite3
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from tests.simulators.doorbell import pixels
from tests.simulators.light import without_home_assistant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

ROOT = Path(__file__).parents[2]
CAMERA = "camera.front_door"
PATIENCE_S = 90.0
HEADER_BYTES_MAX = 5_000
type Row = tuple[str, int, int, str, int, float]
ROW = "SELECT name, from_ms, until_ms, sha256, uncertainty_ms, media_start_s FROM segment ORDER BY from_ms"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """One end: of what, how much footage of before it is gone, and how long until the next picture was kept."""

    whole: bool
    lost_s: float
    away_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A segment of the index, and the moments that its pictures say of themselves."""

    name: str
    from_s: float
    until_s: float
    uncertainty_s: float
    media_start_s: float
    stamps: tuple[tuple[float, float], ...]


def indexed(folder: Path) -> list[Row]:
    """Read what the index says now."""
    with contextlib.closing(sqlite3.connect(f"file:{folder}/index.sqlite3?mode=ro", uri=True)) as db:
        return db.execute(ROW).fetchall()


def kept(folder: Path, rows: Iterable[Row] | None = None) -> list[Kept]:
    """Read every file that the index names, now or in `rows`; fail where one is missing or has other bytes."""
    found = []
    for name, from_ms, until_ms, sha256, uncertainty_ms, media_start_s in indexed(folder) if rows is None else rows:
        path = folder / "ring" / name
        assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256, "a segment has other bytes than its digest says"
        found.append(
            Kept(
                name=path.name,
                from_s=from_ms / 1000,
                until_s=until_ms / 1000,
                uncertainty_s=uncertainty_ms / 1000,
                media_start_s=media_start_s,
                stamps=_stamps(path, sha256),
            )
        )
    return found


@cache
def _stamps(path: Path, _sha256: str) -> tuple[tuple[float, float], ...]:
    return tuple((one.pts_s, one.stamp.epoch_ms / 1000) for one in pixels.samples(path) if one.stamp)


def entered(folder: Path) -> set[str]:
    """List the segments in the index."""
    with contextlib.closing(sqlite3.connect(f"file:{folder}/index.sqlite3?mode=ro", uri=True)) as db:
        return {str(name).rpartition("/")[2] for (name,) in db.execute("SELECT name FROM segment")}


def files(folder: Path) -> set[str]:
    """List the segments on the disk."""
    return {path.name for path in (folder / "ring").rglob("*.mp4")}


def are_entered(folder: Path, names: set[str]) -> bool:
    """Whether all of these are in the index that are still there: one that was just begun has no picture, and goes."""
    return names & files(folder) <= entered(folder)


def unentered(rows: Sequence[Kept], names: set[str]) -> set[str]:
    """Return the files that the index doesn't know, but for those of the very last life, which nobody adopted yet."""
    last = max(names).partition("-")[0]
    return {name for name in names - {row.name for row in rows} if not name.startswith(last)}


def check_index(rows: Sequence[Kept], allowed_s: float) -> None:
    """Fail where the index isn't right: segments that overlap, or times that the pictures deny."""
    for before, after in pairwise(rows):
        assert after.from_s >= before.until_s - max(before.uncertainty_s, after.uncertainty_s), "segments overlap"
    for row in rows:
        assert row.stamps, "an entered segment without pictures"
        for pts_s, at_s in row.stamps:
            off_s = abs(row.from_s + pts_s - row.media_start_s - at_s)
            assert off_s <= row.uncertainty_s + allowed_s, f"a picture is {off_s:.2f} s from its stated time"


class Host:
    """The process of a recorder."""

    def __init__(self, python: Path | str, folder: Path, url: str) -> None:
        """Name the environment's Python, the folder and the camera."""
        self._command = (str(python), "-m", "tests.simulators.dying_recorder", str(folder), url)
        self.folder = folder
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Begin to record."""
        self._process = await asyncio.create_subprocess_exec(*self._command, stdout=asyncio.subprocess.PIPE, cwd=ROOT)

    async def pid(self) -> int:
        """Return the process that copies packets now."""
        assert self._process is not None
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            return int(json.loads(await self._process.stdout.readline())["pid"])

    async def kill(self) -> None:
        """End it as a power cut does, but for what the kernel has still to write."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


async def until(check: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Wait until something holds; it happens in another process."""
    async with asyncio.timeout(patience_s):
        while not await asyncio.to_thread(check):  # noqa: ASYNC110  it happens in another process
            await asyncio.sleep(0.05)


async def kill_again_and_again(host: Host, lives_s: Iterable[float]) -> tuple[list[Kill], list[list[Kept]]]:
    """Kill by turns the whole recorder and the process that copies packets.

    Return what each end cost, and what the index said after each, once it had what was left behind.
    """
    killed: list[tuple[bool, float]] = []
    said: list[list[Row]] = []
    await host.start()
    for number, life_s in enumerate(lives_s):
        before, pid = files(host.folder) if host.folder.exists() else set(), await host.pid()
        await until(lambda known=before: _is_filmed(host.folder, known))
        await until(lambda left=before: are_entered(host.folder, left))
        said.append(indexed(host.folder))  # its files are read in the end: that takes longer than some lives
        await asyncio.sleep(life_s)
        whole = number % 2 == 0
        killed.append((whole, time.time()))
        if whole:
            await host.kill()
            await host.start()
        else:
            os.kill(pid, signal.SIGKILL)
    before = files(host.folder)
    await host.pid()
    await until(lambda: _is_filmed(host.folder, before))
    await until(lambda: are_entered(host.folder, before))
    said.append(indexed(host.folder))
    await asyncio.sleep(3.0)
    await host.kill()
    await host.start()  # what the last life left is entered too
    left = files(host.folder)
    await host.pid()
    await until(lambda: are_entered(host.folder, left))
    await host.kill()
    said.append(indexed(host.folder))
    after = [kept(host.folder, rows) for rows in said]
    moments = sorted(at_s for row in after[-1] for _, at_s in row.stamps)
    return [_cost(whole, at_s, moments) for whole, at_s in killed], after


def _is_filmed(folder: Path, known: set[str]) -> bool:
    """Whether a file that wasn't there holds pictures."""
    new = [path for path in (folder / "ring").rglob("*.mp4") if path.name not in known]
    return any(path.stat().st_size > HEADER_BYTES_MAX for path in new)


def _cost(whole: bool, at_s: float, moments: list[float]) -> Kill:  # noqa: FBT001  a column of the table
    before = max(moment for moment in moments if moment <= at_s)
    after = min(moment for moment in moments if moment > at_s)
    return Kill(whole=whole, lost_s=at_s - before, away_s=after - at_s)


async def _record(folder: Path, url: str) -> None:
    without_home_assistant()
    from custom_components.milton_share.sources import home_clock, recorder  # noqa: PLC0415  after that

    async def address() -> str:
        return url

    set_s = datetime(2026, 5, 5, tzinfo=UTC).timestamp
    clock = home_clock.HomeClock(lambda: home_clock.KernelWord(error_s=0.0), now_s=set_s)
    one = recorder.Recorder(folder, recorder.Limits(), home_clock=clock)  # else, without a time service, it is an hour
    await one.start()
    await one.set_cameras({CAMERA: address})
    said = None
    while True:
        pid = one.pid(CAMERA)
        if pid is not None and pid != said:
            said = pid
            sys.stdout.write(json.dumps({"pid": pid}) + "\n")
            sys.stdout.flush()
        await asyncio.sleep(0.02)


if __name__ == "__main__":
    asyncio.run(_record(Path(sys.argv[1]), sys.argv[2]))
