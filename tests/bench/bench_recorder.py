"""Eight cameras recorded at once: our recorder against eight plain ffmpeg processes, the same streams in the same run.

Memory is the proportional set (PSS: pages that processes share count once), processor time that of all our processes,
this one among them: it measures, enters and syncs every segment. Both codings that cameras have are measured, each
against its own peer. `CAMERAS=8 SECONDS=60 CODINGS="h264 hevc" scripts/bench`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import av

from custom_components.milton_share.sources.recorder import Limits, Recorder, State
from tests.bench.report import write_section

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).parents[2]
CAMERAS = int(os.environ.get("CAMERAS", "8"))
SECONDS = float(os.environ.get("SECONDS", "60"))
CODINGS = os.environ.get("CODINGS", "h264 hevc").split()
HEADINGS = {"h264": "Recording eight cameras", "hevc": "Recording eight cameras in HEVC"}
NAMES = {"h264": "H.264", "hevc": "HEVC"}
SETTLE_S = 25.0  # two segments: then memory stands still
OUTAGE_S = 3.0
BELL = ("--size", "1920x1080", "--fps", "15", "--gop", "30", "--kbit", "4000")
CPU_BAR, MEMORY_BAR = 1.1, 0.6
"""Times what a plain ffmpeg takes."""
TICKS = os.sysconf("SC_CLK_TCK")
FRAGMENTS = "movflags=+frag_keyframe+empty_moov+default_base_moof:flush_packets=1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Of one camera: of one core, and memory; and how many pictures a second it sent meanwhile."""

    cpu_percent: float
    pss_mb: float
    uss_mb: float
    fps: float


def cpu_s(pid: int) -> float:
    """Return the processor time of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def parent(pid: int) -> int:
    """Return the process that started one: what starts all cameras' processes counts too."""
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def memory_mb(pid: int) -> tuple[float, float]:
    """Return a process's proportional and its own memory."""
    lines = (line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:])
    kb = {fields[0]: int(fields[1]) for fields in lines}
    return kb["Pss:"] / 1024, (kb["Private_Clean:"] + kb["Private_Dirty:"]) / 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where processor time, pictures and the clock stood."""

    cpu_s: float
    pictures: int
    at_s: float


def standing(pids: Iterable[int], control: str) -> Standing:
    """Look at processes, and at the doorbell."""
    with urllib.request.urlopen(f"{control}/stats") as answer:  # noqa: S310  our own address
        pictures = json.load(answer)["frames"]["/cam1"]
    return Standing(cpu_s=sum(map(cpu_s, pids)), pictures=pictures, at_s=time.monotonic())


def cost(pids: Iterable[int], before: Standing, after: Standing) -> Cost:
    """Sum up, for each camera."""
    pss, uss = zip(*map(memory_mb, pids), strict=True)
    over_s = after.at_s - before.at_s
    return Cost(
        cpu_percent=100 * (after.cpu_s - before.cpu_s) / over_s / CAMERAS,
        pss_mb=sum(pss) / CAMERAS,
        uss_mb=sum(uss) / CAMERAS,
        fps=(after.pictures - before.pictures) / over_s,
    )


@contextlib.contextmanager
def doorbell(coding: str) -> Iterator[tuple[str, str]]:
    """Run a doorbell; give its stream, which all cameras are, and its knobs."""
    command = [sys.executable, "-m", "tests.simulators.doorbell", "serve", *BELL, "--coding", coding]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            said = json.loads(process.stdout.readline())
            yield said["rtsp"][0], said["control"]
        finally:
            process.terminate()


async def ours(folder: Path, url: str, control: str) -> tuple[Cost, float]:
    """Record with our recorder; return its cost, and how long after an outage all cameras are recorded again."""

    async def address() -> str:
        return url

    recorder = Recorder(folder, Limits())
    await recorder.start()
    names = [f"camera.{number}" for number in range(CAMERAS)]
    await recorder.set_cameras(dict.fromkeys(names, address))
    await asyncio.sleep(SETTLE_S)
    cameras = [pid for name in names if (pid := recorder.pid(name)) is not None]
    pids = {*cameras, *map(parent, cameras)}
    assert all(recorder.status(name).state is State.RECORDING for name in names), "a camera is not recorded"
    before = await asyncio.to_thread(standing, [*pids, os.getpid()], control)
    await asyncio.sleep(SECONDS)
    found = cost(pids, before, await asyncio.to_thread(standing, [*pids, os.getpid()], control))
    known = await asyncio.to_thread(_files, folder)
    await asyncio.to_thread(urllib.request.urlopen, f"{control}/outage?seconds={OUTAGE_S}")
    await asyncio.sleep(OUTAGE_S)
    back_s = time.monotonic()
    while not await asyncio.to_thread(_all_again, folder, known):  # noqa: ASYNC110  it happens on the disk
        await asyncio.sleep(0.1)
    back_s = time.monotonic() - back_s
    await recorder.stop()
    return found, back_s


def _files(folder: Path) -> set[Path]:
    return set(folder.rglob("*.mp4"))


def _all_again(folder: Path, known: set[Path]) -> bool:
    new = [path for path in _files(folder) - known if path.stat().st_size > 100_000]
    return len({path.parent for path in new}) == CAMERAS


def theirs(folder: Path, url: str, control: str) -> Cost:
    """Record with a plain ffmpeg for each camera."""
    folder.mkdir()
    arguments = ["-v", "error", "-nostdin", "-f", "rtsp", "-rtsp_transport", "tcp", "-i", url, "-map", "0:v:0"]
    arguments += ["-map", "0:a:0?", "-c", "copy", "-copyinkf:a", "-f", "segment", "-segment_time", "10"]
    arguments += ["-segment_format", "mp4", "-segment_format_options", FRAGMENTS, "-reset_timestamps", "1"]
    program = shutil.which("ffmpeg") or "ffmpeg"
    running = [subprocess.Popen([program, *arguments, str(folder / f"{number}-%06d.mp4")]) for number in range(CAMERAS)]
    try:
        time.sleep(SETTLE_S)
        pids = [one.pid for one in running]
        before = standing(pids, control)
        time.sleep(SECONDS)
        return cost(pids, before, standing(pids, control))
    finally:
        for one in running:
            one.terminate()
        for one in running:
            one.wait()


def row(name: str, mine: float, peer: float) -> str:
    """Write a line of the table."""
    return f"| {name} | {mine:.2f} | {peer:.2f} | {mine / peer:.2f} |"


def measured(coding: str) -> list[str]:
    """Measure one coding, and write it down in lines."""
    with tempfile.TemporaryDirectory() as name, doorbell(coding) as (url, control):
        peer = theirs(Path(name) / "theirs", url, control)
        mine, back_s = asyncio.run(ours(Path(name) / "ours", url, control))
    held = mine.cpu_percent <= CPU_BAR * peer.cpu_percent and mine.pss_mb <= MEMORY_BAR * peer.pss_mb
    return [
        f"{CAMERAS} cameras of {NAMES[coding]}, 1080p at 15 frames/s and 4 Mbit/s with sound, for {SECONDS:.0f} s.",
        "For each camera: of one core, and memory as PSS (pages that processes share count once) and USS.",
        "Ours has what measures, hashes, syncs and enters every segment.",
        f"PyAV {av.__version__}, Python {platform.python_version()}, {os.cpu_count()} cores, load",
        f"{os.getloadavg()[0]:.1f} at the end.",
        f"The bar is {CPU_BAR} times the processor time, {MEMORY_BAR} times the PSS: {'held' if held else 'MISSED'}.",
        f"After an outage of {OUTAGE_S:.0f} s all were recorded again within {back_s:.1f} s.",
        "",
        "| a camera | ours | a plain ffmpeg | ratio |",
        "|---|---|---|---|",
        row("% of one core", mine.cpu_percent, peer.cpu_percent),
        row("PSS, MB", mine.pss_mb, peer.pss_mb),
        row("USS, MB", mine.uss_mb, peer.uss_mb),
        row("frames/s that it sent", mine.fps, peer.fps),
    ]


def main() -> int:
    """Measure and write it down."""
    for coding in CODINGS:
        table = measured(coding)
        sys.stdout.write("\n".join(table) + "\n")
        write_section(HEADINGS[coding], table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
