"""``python -m tests.simulators.silence JOB``: live the homes that the file JOB lists, write their traces beside it."""

from __future__ import annotations

import asyncio
import json
import logging
import shutil
import socket
import sys
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from .home import City200, live
from .trace import Trace, save

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@asynccontextmanager
async def broker(folder: Path) -> AsyncIterator[int]:
    """Run mosquitto on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    config = folder / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\nset_tcp_nodelay true\n")
    program = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")
    assert program is not None, "mosquitto is not installed"
    process = await asyncio.create_subprocess_exec(
        program, "-c", str(config), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(30):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    writer.close()
                    break
        yield port
    finally:
        process.terminate()
        await process.wait()


async def run_one(folder: Path, film: bytes, trace: Trace) -> None:
    """Live one home, with a broker of its own where it has one."""
    if not trace.mqtt:
        await live(folder / "config", film, trace, None)
        return
    async with broker(folder) as port:
        await live(folder / "config", film, trace, port)


def main(job: Path) -> None:
    """Live all homes of a job, each in a loop of its own."""
    logging.getLogger().setLevel(logging.DEBUG)  # what is logged is recorded, and printed nowhere
    logging.getLogger().addHandler(logging.NullHandler())
    wanted = json.loads(job.read_text())
    city = City200.of(wanted["hours"], wanted["requests"], wanted["city"])
    film = Path(wanted["film"]).read_bytes()
    traces = []
    for home in wanted["homes"]:
        trace = Trace(**home, hours=city.hours, published_s=list(city.published_s))
        with tempfile.TemporaryDirectory(dir=job.parent) as folder:
            asyncio.run(run_one(Path(folder), film, trace))
        traces.append(trace)
        for handler in logging.getLogger().handlers[1:]:
            logging.getLogger().removeHandler(handler)
    save(job.with_suffix(".traces"), traces)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
