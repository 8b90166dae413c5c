"""Real Home Assistants, one after the other, in processes that die where a test says (``mortal_home`` is theirs)."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp

from tests.e2e.home_assistant import HomeAssistant
from tests.e2e.processes import until

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 120.0  # for what takes a second or two; a loaded machine may take its time


@dataclass(frozen=True, slots=True)
class Kill:
    """A durable step and the moment at which the process dies: just before it, or just after."""

    step: str
    moment: str

    def __str__(self) -> str:
        """Say it as the file of steps does."""
        return f"{self.step} {self.moment}"


class Nursery:
    """The process that forks Home Assistants; one lives at a time."""

    def __init__(self, *, before: Sequence[str] = (), python: Path | str = sys.executable) -> None:
        """Start it, and wait until everything is imported; ``before`` stands before its command, to watch it.

        ``python`` is the interpreter of the environment that has Home Assistant.
        """
        left_out = ("COVERAGE_", "PYTHONPATH")  # what is killed writes no coverage down; its modules are its own
        self._process = subprocess.Popen(
            [*before, str(python), "-m", "tests.simulators.mortal_home"],
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if not name.startswith(left_out)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._line() == "ready"

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    async def begin(self, **asked: object) -> int:
        """Fork one; return its pid."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return int(await asyncio.to_thread(self._line))

    async def ended(self) -> int:
        """Return how the one that ended did."""
        return int(await asyncio.to_thread(self._line))

    def close(self) -> None:
        """End it; the last Home Assistant has ended."""
        self._process.communicate()


class ForkedHome(HomeAssistant):
    """One configuration folder, and whatever process runs on it now."""

    def __init__(self, config: Path, port: int, session: aiohttp.ClientSession, nursery: Nursery) -> None:
        """Name the folder; nothing is started."""
        super().__init__(config, port, session)
        self.steps = config / "steps.txt"
        self.child_file = config / "child.txt"
        self._nursery = nursery
        self._pid = 0
        self._pidfd = -1

    @property
    def pid(self) -> int:
        """Process id of the running Home Assistant; 0 while there is none."""
        return self._pid

    async def fork(self, kill: Kill | None = None, **more: object) -> None:
        """Start Home Assistant, doomed or not, and return at once; ``more`` is what else its process is asked."""
        self.steps.write_bytes(b"")
        self._pid = await self._nursery.begin(
            config=str(self.config),
            log=str(self.config / "hass.out"),
            steps=str(self.steps),
            kill=[kill.step, kill.moment] if kill else None,
            child=str(self.child_file),
            **more,
        )
        self._pidfd = os.pidfd_open(self._pid)

    async def died(self) -> int:
        """Wait for the end of the process; return its exit code, below zero for a signal."""
        loop = asyncio.get_running_loop()
        over = loop.create_future()
        loop.add_reader(self._pidfd, lambda: over.done() or over.set_result(None))
        try:
            await over
        finally:
            loop.remove_reader(self._pidfd)
        os.close(self._pidfd)
        self._pid, self._pidfd = 0, -1
        return await self._nursery.ended()

    def kill_now(self) -> bool:
        """Send SIGKILL, and return at once; say whether there was a process."""
        if self._pidfd < 0:
            return False
        try:
            signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        except ProcessLookupError:
            return False
        return True

    async def kill(self) -> None:
        """End it as a power cut does."""
        self.kill_now()
        await self.died()

    async def quit(self) -> int:
        """Ask it to stop, as a restart does; return its exit code."""
        os.kill(self._pid, signal.SIGTERM)
        async with asyncio.timeout(PATIENCE_S):
            return await self.died()

    def doom_child(self, kill: Kill, number: signal.Signals) -> None:
        """Let the next cutting child get this signal at one of its steps."""
        self.child_file.with_name(f"{self.child_file.name}.pid").unlink(missing_ok=True)
        self.child_file.write_text(f"{kill.step} {kill.moment} {int(number)}")

    async def doomed_child(self) -> int:
        """Wait until that child is stopped, and return its process id."""

        async def stopped() -> int:
            try:
                pid = int(self.child_file.with_name(f"{self.child_file.name}.pid").read_text())
            except (FileNotFoundError, ValueError):
                return 0
            return pid if state_of(pid) == "T" else 0

        return await until(stopped, PATIENCE_S, "the cutter never came there", every_s=0.02)

    async def close(self) -> None:
        """Leave no process behind, whatever happened."""
        if self._pid:
            await self.kill()

    def said(self) -> str:
        """Return the end of what it said."""
        return (self.config / "hass.out").read_text(errors="replace")[-3000:]

    async def up(self) -> None:
        """Wait until it answers."""
        await until(self._answers_here, PATIENCE_S, "Home Assistant does not answer", every_s=0.05)

    async def _answers_here(self) -> bool:
        """Whether it answers, and to the owner too once there is one: it may be asked while it still starts."""
        signed_in = bool(self._tokens)
        headers = {"Authorization": f"Bearer {self._tokens['access_token']}"} if signed_in else {}
        try:
            async with self._http.get(
                f"{self.url}/{'api/' if signed_in else 'manifest.json'}", headers=headers
            ) as answer:
                return answer.ok
        except aiohttp.ClientError:
            return False


def state_of(pid: int) -> str:
    """Return a process's state as the kernel names it, "Z" also for one that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return "Z"
