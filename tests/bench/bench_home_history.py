"""What a home needs to make and send its state with 500 requests in it, and its memory meanwhile.

A real Home Assistant with an enrolled home, the city played by a simulator; the state is made on the event loop, so
nothing else of Home Assistant moves meanwhile. Nothing is asserted: machines are noisy. The fixtures are those of the
home's tests, so this runs itself by pytest.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from homeassistant.helpers.json import json_bytes

from custom_components.milton_share.panel.websocket.encode import to_json
from tests.bench.report import write_section
from tests.milton_share.long_history import REQUESTS, SHARED_EVERY, give_history

if TYPE_CHECKING:
    from tests.milton_share.conftest import Home
    from tests.milton_share.panel.conftest import Line

ROUNDS, STATES = 9, 60
pytest_plugins = ("tests.milton_share.conftest", "tests.milton_share.panel.conftest")


def rss_mb() -> float:
    """Return what this process holds of the memory."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def said(values: list[float]) -> str:
    """Return the median and the longest."""
    return f"{statistics.median(values):.0f} ({max(values):.0f})"


@pytest.mark.usefixtures("recorded")
async def test_measure(home: Home, line: Line) -> None:
    """Share a clip, remember 500 requests of which some are like that one, then make the state again and again."""
    await home.place_camera()
    case = await home.looked_at()
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted", 60)
    services = home.services
    before = rss_mb()
    ids = await give_history(home, case.request_id, services.book.share(share_id))
    receipts = services.receipts.of(share_id)
    services.receipts._receipts |= dict.fromkeys(services.book.shares, receipts)  # noqa: SLF001
    made, encoded, written, size_bytes = [], [], [], 0
    for _ in range(ROUNDS):
        began = time.perf_counter()
        state = home.state()
        views = time.perf_counter()
        plain = to_json(state)
        shaped = time.perf_counter()
        size_bytes = len(json_bytes(plain))
        ended = time.perf_counter()
        made.append((views - began) * 1000)
        encoded.append((shaped - views) * 1000)
        written.append((ended - shaped) * 1000)
    began = time.perf_counter()
    await line.result("subscribe")
    shown = len((await line.event())["state"]["requests"])
    whole_ms = (time.perf_counter() - began) * 1000
    grown = [rss_mb()]
    for number in range(STATES):
        json_bytes(to_json(home.state()))
        if number % (STATES // 2) == STATES // 2 - 1:
            grown.append(rss_mb())
    lines = [
        f"{REQUESTS} requests with two cases each, one in {SHARED_EVERY} shared, half of them over, in a real Home",
        "Assistant; all of it on the event loop, for each page and card that is open, at each change.",
        f"Load {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores; the median of {ROUNDS} (the longest).",
        "",
        "| the state | ms |",
        "|---|---|",
        f"| made of the parts | {said(made)} |",
        f"| given the form that is sent | {said(encoded)} |",
        f"| written as JSON, {size_bytes / 1e6:.2f} MB | {said(written)} |",
        f"| asked for by a page, once, until it is there and read ({shown} requests) | {whole_ms:.0f} |",
        "",
        f"Home Assistant's process: {before:.0f} MB before the history, {grown[0]:.0f} with it, {grown[1]:.0f} after",
        f"{STATES // 2} more states, {grown[2]:.0f} after {STATES} ({grown[2] - grown[1]:+.1f} in the second half).",
    ]
    write_section("500 requests at home", lines)
    print("\n".join(lines))  # noqa: T201  a program's words
    assert len(ids) == REQUESTS


if __name__ == "__main__":
    run_by = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", __file__]
    sys.exit(subprocess.call(run_by))  # a process of its own: the kit wants to be there before Home Assistant
