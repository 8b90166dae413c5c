"""Real doorbells, a real ffmpeg, and the recorder between them. No Home Assistant runs here."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.sources import steady
from custom_components.milton_share.sources.home_clock import HomeClock, KernelWord
from custom_components.milton_share.sources.recorder import Limits, Recorder, camera, intake
from custom_components.milton_share.sources.recorder.store import files

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from custom_components.milton_share.sources.model import Coverage

ROOT = Path(__file__).parents[4]
SMALL = ("--size", "640x360", "--gop", "15")
LIMITS = Limits(segment_s=2.0, read_timeout_s=2.0, look_every_s=0.3)
BRISK = ("--gop", "8", "--report-after", "0.3")
BRISK_LIMITS = replace(LIMITS, segment_s=1.0)


def set_clock() -> HomeClock:
    """Make the clock of a machine that a time service sets, on a day without a leap second: the one of the pixels."""
    return HomeClock(lambda: KernelWord(error_s=0.0), now_s=lambda: datetime(2026, 5, 5, tzinfo=UTC).timestamp())


@dataclass(frozen=True, slots=True, kw_only=True)
class Doorbell:
    """A running doorbell: its streams and its knobs."""

    urls: tuple[str, ...]
    control: str

    def turn(self, knob: str) -> object:
        """Use a knob, such as `outage?seconds=3`."""
        with urllib.request.urlopen(f"{self.control}/{knob}", timeout=5) as answer:  # noqa: S310  our own address
            return json.load(answer)


@contextlib.contextmanager
def doorbell(*arguments: str) -> Iterator[Doorbell]:
    """Run one until the end of the block."""
    command = [sys.executable, "-m", "tests.simulators.doorbell", "serve", *SMALL, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            said = json.loads(process.stdout.readline())
            yield Doorbell(urls=tuple(said["rtsp"]), control=said["control"])
        finally:
            process.terminate()


@pytest.fixture
def bell() -> Iterator[Doorbell]:
    """Run a doorbell with many key pictures, so that much happens in little time."""
    with doorbell(*BRISK) as one:
        yield one


def at(url: str) -> Callable[[], Awaitable[str]]:
    """Give an address as an integration would."""

    async def give() -> str:
        return url

    return give


async def until(check: Callable[[], Awaitable[bool]], patience_s: float = 60.0) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(patience_s):
        while not await check():  # noqa: ASYNC110  it happens in another process
            await asyncio.sleep(0.1)


async def segments(recorder: Recorder, camera_id: str, since: datetime) -> int:
    """Count what there is of a camera since a moment."""
    now = datetime.now(UTC)
    found = await recorder.coverage(camera_id, since, now)
    return sum(one.from_ < now and one.until > since for one in found.segments)  # not those beside the range


KINDS = {
    "plain": (),
    "no_reports": ("--no-reports", "--mid-group", "--sound-late", "0.8"),
    "first_report_late": ("--report-after", "5", "--mid-group", "--sound-late", "0.3", "--sound-reported-first"),
    "clock_an_hour_wrong": ("--clock-offset-ms", "3600000", "--sound-late", "0.3", "--report-after", "3"),
    "b_frames": ("--bframes", "2", "--wraps-after", "4"),
    "mute": ("--sound", "none", "--user", "olivia", "--password", "right", "--wraps-after", "3"),
    "alaw": ("--sound", "alaw", "--wraps-after", "3", "--sound-late", "-0.3", "--sound-reported-first"),
    "mulaw": ("--coding", "hevc", "--sound", "mulaw", "--wraps-after", "6"),
}
"""Where stamps begin anew: between two reports, and about at one. Two begin in the middle of a group of pictures. Of
four sound and pictures begin apart, and two of those report the sound first."""
FILM_S = 8.0
FILMED_AT_MOST = 3
LEAVES_OUT_S = 0.9  # a doorbell that is later than that with a picture leaves the next ones out


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """Some seconds of every kind of doorbell, recorded once for all tests that only look."""

    folder: Path
    coverages: dict[str, Coverage]
    late_s: dict[str, float]
    """By how much each doorbell itself was late with a picture, at worst: as no camera is, but a busy machine."""


class WallClock:
    """The clock that files and events are timed by, which a test can put: `by_s` is how far it is ahead."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Put it nowhere yet."""
        self.by_s = 0.0
        self.now_s = lambda wall_s=time.time: wall_s() + self.by_s
        lead_s, measure = steady.wall_lead_s, files.measure

        def measured(path: Path) -> files.Measured:
            found = measure(path)
            return replace(found, written_s=found.written_s + self.by_s, lead_s=found.lead_s + self.by_s)

        monkeypatch.setattr(files, "measure", measured)
        monkeypatch.setattr(intake, "wall_lead_s", lambda **clocks: lead_s(**clocks) + self.by_s)
        for module in (camera, intake):
            monkeypatch.setattr(module, "time", SimpleNamespace(time=self.now_s, monotonic=time.monotonic))


async def late_s(bell: Doorbell) -> float:
    """Ask a doorbell, in a process of its own: a fixture of all tests may open no socket."""
    ask = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())"
    asking = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ask, f"{bell.control}/stats", stdout=asyncio.subprocess.PIPE
    )
    said, _ = await asking.communicate()
    return max(json.loads(said)["late_s"].values())


def address(bell: Doorbell) -> str:
    """Offer the login of one to all."""
    return bell.urls[0].replace("//", "//olivia:right@")


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """Record all kinds at once; once more those that this machine was too busy for, which are fewer then."""
    folder = tmp_path_factory.mktemp("film")
    film = _film(folder / "0", frozenset(KINDS))
    for again in range(1, FILMED_AT_MOST):
        late = frozenset(kind for kind, late_s in film.late_s.items() if late_s >= LEAVES_OUT_S)
        if not late:
            break
        further = _film(folder / str(again), late)
        film = Film(folder=folder, coverages=film.coverages | further.coverages, late_s=film.late_s | further.late_s)
    return film


def _film(folder: Path, kinds: frozenset[str]) -> Film:
    """Record in a thread that has a loop of its own. One doorbell asks for the login that all are offered."""
    coverages: dict[str, Coverage] = {}
    how_late_s: dict[str, float] = {}

    async def record(bells: dict[str, Doorbell]) -> None:
        recorder = Recorder(folder, LIMITS, home_clock=set_clock())
        await recorder.start()
        began = datetime.now(UTC)
        await recorder.set_cameras({kind: at(address(bell)) for kind, bell in bells.items()})
        await asyncio.sleep(FILM_S)
        await recorder.set_cameras({})
        for kind, bell in bells.items():
            how_late_s[kind] = await late_s(bell)
            coverages[kind] = await recorder.coverage(kind, began, datetime.now(UTC))
        await recorder.stop()

    with contextlib.ExitStack() as stack:
        bells = {kind: stack.enter_context(doorbell(*KINDS[kind])) for kind in sorted(kinds)}
        thread = threading.Thread(target=lambda: asyncio.run(record(bells)))
        thread.start()
        thread.join()
    assert set(coverages) == kinds
    return Film(folder=folder, coverages=coverages, late_s=how_late_s)
