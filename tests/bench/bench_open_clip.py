"""How an officer's browser opens, plays and checks a sealed clip of 1 GiB.

The peers, in the same run: the same clip as a plain file that the same Chromium plays, and this machine's own SHA-256.
A real hub and Chromium on one machine. Nothing is asserted: machines are noisy.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from typing import TYPE_CHECKING

from aiohttp import web
from playwright.sync_api import sync_playwright

from tests.bench.report import write_section
from tests.browser.conftest import ARGUMENTS, CHROMIUM, found, serving
from tests.browser.homes import Answer, enrol, share
from tests.browser.officers import Wanted, come_in, publish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

SIZE_BYTES = int(sys.argv[1]) if len(sys.argv) > 1 else 2**30
LOOP_S, MBIT_S = 10, 20
PIECE_BYTES = 16 * 2**20
SEEKS = 25
LOOK_EVERY_S = 0.25
FIRST_BAR_S, SEEK_BAR_S, MEMORY_BAR_MB, VERIFY_BAR_S = 0.5, 0.3, 900, 30

FIRST = """() => new Promise((resolve, reject) => {
  const video = document.querySelector("#clip");
  const pressed = performance.now();
  video.requestVideoFrameCallback(() => resolve((performance.now() - pressed) / 1000));
  video.addEventListener("error", () => reject(new Error(video.error?.message)));
  document.querySelector("#open").click();
})"""
SEEK = """async (to) => {
  const video = document.querySelector("video");
  const asked = performance.now();
  const shown = new Promise((resolve) => video.requestVideoFrameCallback(resolve));
  const sought = new Promise((resolve) => video.addEventListener("seeked", resolve, { once: true }));
  video.currentTime = to;
  await Promise.all([shown, sought]);
  return (performance.now() - asked) / 1000;
}"""
READ = """async () => {
  const began = performance.now();
  const reader = (await fetch(document.querySelector("#clip").src)).body.getReader();
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return bytes / 1e6 / ((performance.now() - began) / 1000);
    bytes += value.length;
  }
}"""


@dataclass(kw_only=True)
class Renderers:
    """The browser's renderers, all of them together.

    Their own memory (RssAnon), and the CPU time of the worker that checks: what a machine that is busy with other
    things does not make longer.
    """

    peak_mb: float = 0
    check_cpu_s: float = 0
    over: threading.Event = field(default_factory=threading.Event)

    def look(self) -> None:
        """Keep the most that was seen, until it is over."""
        while not self.over.wait(LOOK_EVERY_S):
            found = _renderers(os.getpid())
            self.peak_mb = max(self.peak_mb, sum(_anon_mb(each) for each in found))
            self.check_cpu_s = max([self.check_cpu_s, *(_worker_cpu_s(each) for each in found)])


def _renderers(root: int) -> list[Path]:
    """Return the renderers among the processes below ``root``."""
    parents: dict[int, int] = {}
    for each in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(each.parent.name)] = int(each.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    below = {root}
    while more := {pid for pid, parent in parents.items() if parent in below} - below:
        below |= more
    return [Path(f"/proc/{pid}") for pid in below if b"--type=renderer" in _read(Path(f"/proc/{pid}/cmdline"))]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _anon_mb(process: Path) -> float:
    lines = _read(process / "status").decode().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon")) / 1000


def _worker_cpu_s(process: Path) -> float:
    """Return what a renderer's dedicated workers have used of the processor."""
    used = 0
    for each in process.glob("task/*/stat"):
        name, _, rest = _read(each).decode().rpartition(") ")
        if "DedicatedWorker" in name:
            used += sum(int(ticks) for ticks in rest.split()[11:13])
    return used / os.sysconf("SC_CLK_TCK")


@contextmanager
def memory() -> Iterator[Renderers]:
    """Watch the renderers' memory while something is done."""
    seen = Renderers()
    thread = threading.Thread(target=seen.look, daemon=True)
    thread.start()
    try:
        yield seen
    finally:
        seen.over.set()
        thread.join()


def long_film(folder: Path) -> bytes:
    """Return an mp4 of about ``SIZE_BYTES``: ten seconds of a noisy picture, over and over."""
    short, whole = folder / "short.mp4", folder / "whole.mp4"
    times = SIZE_BYTES // (LOOP_S * MBIT_S * 125_000)
    picture = f"testsrc2=s=1920x1080:r=30:d={LOOP_S},noise=alls=60:allf=t"
    coding = (
        f"-c:v libx264 -preset ultrafast -g 60 -pix_fmt yuv420p -b:v {MBIT_S}M -maxrate {MBIT_S}M -bufsize {MBIT_S}M"
    )
    quiet = ["ffmpeg", "-v", "error", "-y"]
    subprocess.run([*quiet, "-f", "lavfi", "-i", picture, *coding.split(), str(short)], check=True)
    copying = ["-stream_loop", str(times), "-i", str(short), "-c", "copy", "-movflags", "+faststart", str(whole)]
    subprocess.run([*quiet, *copying], check=True)
    return whole.read_bytes()


def seeks_p95_s(page: Page) -> float:
    """Seek all over the clip; return the time that one in twenty takes longer than, to the frame that is shown."""
    duration = page.evaluate("document.querySelector('video').duration")
    took = sorted(page.evaluate(SEEK, (number * 7919 % 997) / 997 * duration * 0.98) for number in range(1, SEEKS + 1))
    return float(took[int(SEEKS * 0.95)])


def say(words: str) -> None:
    """Tell who waits how far it is."""
    sys.stderr.write(f"{words}\n")


@contextmanager
def plain_file(path: Path) -> Iterator[str]:
    """Serve a file with ranges, as any web server does; give its address."""
    address: Queue[str] = Queue()
    loop = asyncio.new_event_loop()
    runners: list[web.AppRunner] = []

    async def start() -> None:
        application = web.Application()
        application.router.add_get("/clip.mp4", lambda _: web.FileResponse(path))
        runner = web.AppRunner(application)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        address.put(f"http://127.0.0.1:{runner.addresses[0][1]}/clip.mp4")

    def run() -> None:
        loop.run_until_complete(start())
        loop.run_forever()

    threading.Thread(target=run, daemon=True).start()
    yield address.get()
    asyncio.run_coroutine_threadsafe(runners[0].cleanup(), loop).result()
    loop.call_soon_threadsafe(loop.stop)


def plain_seeks_p95_s(browser: Browser, path: Path) -> float:
    """Seek in the same clip where nothing is sealed."""
    with plain_file(path) as url:
        page = browser.new_page()
        page.goto(url)
        page.wait_for_function("document.querySelector('video').readyState >= 2")
        page.evaluate("document.querySelector('video').pause()")
        found = seeks_p95_s(page)
        page.close()
    return found


def own_sha256_s(data: bytes) -> float:
    """Return how long this machine's own SHA-256 takes."""
    began = time.perf_counter()
    hashlib.sha256(data).hexdigest()
    return time.perf_counter() - began


def until_verified_s(page: Page, began: float) -> float:
    """Wait for the end of the check."""
    page.wait_for_selector("body[data-clip=verified]", timeout=300_000)
    return time.perf_counter() - began


def main() -> int:
    """Measure, and write the section."""
    with tempfile.TemporaryDirectory(prefix="milton-bench-") as scratch, sync_playwright() as playwright:
        folder = Path(scratch)
        clip = long_film(folder)
        sha256_s = own_sha256_s(clip)
        say(f"{len(clip) / 1e6:.0f} MB are filmed")
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*ARGUMENTS, "--autoplay-policy=no-user-gesture-required"]
        )
        with serving(found(folder / "city", demo=True)) as city:
            page = browser.new_page()
            come_in(page, city, "officer")
            request_id = publish(page, city, Wanted(case_number="26-800001"))
            sealed = share(city, enrol(city), request_id, Answer(clip=clip), PIECE_BYTES)
            say("sealed and sent")
            page.goto(f"{city.officers}/shares/{sealed.share.share_id}")
            identity = city.folder / "offline" / "officer.age"
            page.set_input_files("#identity-file", identity)
            with memory() as first_pass:
                first_s = page.evaluate(FIRST)
                say(f"first frame after {first_s:.2f} s")
                began = time.perf_counter()
                busy_s = seeks_p95_s(page)
                verify_busy_s = until_verified_s(page, began)
                say(f"checked after {verify_busy_s:.1f} s, seeks {busy_s:.2f} s meanwhile")
                seek_s = seeks_p95_s(page)
                mb_s = page.evaluate(READ)
            say(f"seeks {seek_s:.2f} s, {mb_s:.0f} MB/s, {first_pass.peak_mb:.0f} MB held")
            with memory() as second_pass:
                page.reload()
                page.set_input_files("#identity-file", identity)
                began = time.perf_counter()
                page.click("#open")
                verify_s = until_verified_s(page, began)
                again_s = seeks_p95_s(page)
                page.evaluate(READ)
            page.close()
            say(f"checked again after {verify_s:.1f} s, seeks {again_s:.2f} s, {second_pass.peak_mb:.0f} MB held")
            plain_s = plain_seeks_p95_s(browser, folder / "whole.mp4")
        browser.close()

    def held(value: float, bar: float, unit: str) -> str:
        return f"{value:.2f} | {bar:g} {unit}, {'held' if value < bar else 'MISSED'}"

    mb = len(clip) / 1e6
    lines = [
        f"A sealed clip of {mb:.0f} MB (1080p, {MBIT_S} Mbit/s, H.264), hub and Chromium on one machine.",
        f"{SEEKS} seeks to the frame that is shown. Load {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores.",
        "The second pass is the page loaded again: all is opened, checked, sought in and read once more.",
        "",
        "| step | seconds | bar |",
        "|---|---|---|",
        f"| *Open and check*, to the first frame | {held(first_s, FIRST_BAR_S, 's')} |",
        f"| seeks, p95, while the whole is being checked | {busy_s:.2f} | |",
        f"| seeks, p95, afterwards | {held(seek_s, SEEK_BAR_S, 's')} |",
        f"| seeks, p95, second pass | {held(again_s, SEEK_BAR_S, 's')} |",
        f"| seeks, p95, the same clip as a plain file | {plain_s:.2f} | |",
        f"| every byte checked, with the seeks beside it | {verify_busy_s:.1f} | |",
        f"| every byte checked, second pass | {held(verify_s, VERIFY_BAR_S, 's')} |",
        f"| the same in CPU time of the worker that checks | {second_pass.check_cpu_s:.1f} | |",
        f"| this machine's own SHA-256 over the clip | {sha256_s:.2f} | |",
        "",
        f"All renderers together held at most {first_pass.peak_mb:.0f} MB in the first pass and",
        f"{second_pass.peak_mb:.0f} MB in the second; the bar is {MEMORY_BAR_MB} MB and no growth.",
        f"The player's worker gives {mb_s:.0f} MB/s.",
    ]
    write_section("Opening a clip of 1 GiB in the browser", lines)
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
