"""A real ``milton-hub serve`` in a process of its own, to be killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

ROOT = Path(__file__).resolve().parents[2]
READY = b"The hub is ready."
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 60  # beyond what a service manager waits before it kills


class HubProcess:
    """One running hub."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        """Hold a started process."""
        self._process = process
        self.pid = process.pid

    async def kill(self) -> None:
        """End it as a power cut would: no handler runs."""
        if self._process.returncode is None:
            os.kill(self.pid, signal.SIGKILL)
        await self._process.communicate()

    async def stop(self) -> int:
        """Ask it to stop, as a service manager does; return its exit code."""
        os.kill(self.pid, signal.SIGTERM)
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await self._process.communicate()
        return self._process.returncode or 0

    def children(self) -> list[int]:
        """Return the processes that it has started."""
        listed = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text(encoding="ascii")
        return [int(pid) for pid in listed.split()]


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[HubProcess]:
    """Run ``milton-hub serve folder`` until the block ends; it is killed then."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hub", "serve", str(folder), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    hub = HubProcess(process)
    try:
        assert process.stdout is not None
        async with asyncio.timeout(START_TIMEOUT_S):
            async for line in process.stdout:
                if READY in line:
                    break
            else:
                message = "the hub ended before it was ready"
                raise AssertionError(message)
        yield hub
    finally:
        await hub.kill()


@asynccontextmanager
async def ended_hub(folder: Path) -> AsyncIterator[tuple[int, str]]:
    """Run ``milton-hub serve folder``, which ends by itself; yield its exit code and what it said of the reason."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hub", "serve", str(folder)),
        cwd=ROOT,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(START_TIMEOUT_S):
            _, told = await process.communicate()
        yield process.returncode or 0, told.decode()
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
