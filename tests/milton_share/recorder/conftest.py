"""Real doorbells, a real ffmpeg, and the recorder between them. No Home Assistant runs here."""

from __future__ import annotations

import asyncio
import contextlib
import json
import subprocess
import sys
import threading
import urllib.request
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.sources.home_clock import HomeClock, KernelWord
from custom_components.milton_share.sources.recorder import Limits, Recorder

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from custom_components.milton_share.sources.model import Coverage

ROOT = Path(__file__).parents[3]
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
    "no_reports": ("--no-reports",),
    "first_report_late": ("--report-after", "5"),
    "clock_an_hour_wrong": ("--clock-offset-ms", "3600000"),
    "b_frames": ("--bframes", "2"),
    "mute": ("--sound", "none", "--user", "olivia", "--password", "right"),
    "alaw": ("--sound", "alaw"),
    "mulaw": ("--sound", "mulaw"),
}
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


async def late_s(bell: Doorbell) -> float:
    """Ask a doorbell, in a process of its own: a fixture of all tests may open no socket."""
    ask = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1]).read().decode())"
    asking = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ask, f"{bell.control}/stats", stdout=asyncio.subprocess.PIPE
    )
    said, _ = await asking.communicate()
    return max(json.loads(said)["late_s"].values())


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """Record all kinds at once; again where this machine was so busy that a doorbell left pictures out."""
    for _ in range(FILMED_AT_MOST):
        filmed = _film(tmp_path_factory.mktemp("film") / "recordings")
        if max(filmed.late_s.values()) < LEAVES_OUT_S:
            break
    return filmed


def _film(folder: Path) -> Film:
    """Record in a thread that has a loop of its own. One doorbell asks for the login that all are offered."""
    coverages: dict[str, Coverage] = {}
    how_late_s: dict[str, float] = {}

    async def record(bells: dict[str, Doorbell]) -> None:
        recorder = Recorder(folder, LIMITS, home_clock=set_clock())
        await recorder.start()
        began = datetime.now(UTC)
        await recorder.set_cameras(
            {kind: at(bell.urls[0].replace("//", "//olivia:right@")) for kind, bell in bells.items()}
        )
        await asyncio.sleep(FILM_S)
        await recorder.set_cameras({})
        for kind, bell in bells.items():
            how_late_s[kind] = await late_s(bell)
            coverages[kind] = await recorder.coverage(kind, began, datetime.now(UTC))
        await recorder.stop()

    with contextlib.ExitStack() as stack:
        bells = {kind: stack.enter_context(doorbell(*arguments)) for kind, arguments in KINDS.items()}
        thread = threading.Thread(target=lambda: asyncio.run(record(bells)))
        thread.start()
        thread.join()
    assert set(coverages) == set(KINDS)
    return Film(folder=folder, coverages=coverages, late_s=how_late_s)
