"""``milton-hub`` commands in processes that die where a test says (``tests.simulators.dying_hub`` runs them)."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import signal
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[2]
READY = "The hub is ready."
PATIENCE_S = 120  # for what takes a fraction of a second on an idle machine
PID_MAX_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """Where a process dies: at a step, at a moment, the so-many-eth time; and who dies (hub, broker, both)."""

    step: str
    moment: str
    number: int = 1
    target: str = "hub"


class DiedError(Exception):
    """The process ended before it did what was asked of it."""


class Mortal:
    """One command in its process."""

    def __init__(self, pid: int, output: int) -> None:
        """Read what it says until it ends."""
        self.pid = pid
        self.lines: list[str] = []
        self._ready = asyncio.Event()
        self.killed, self.ended = asyncio.Event(), asyncio.Event()
        self._reading = asyncio.create_task(self._read(output))

    async def _read(self, output: int) -> None:
        reader = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(output, "rb", buffering=0)
        )
        async for line in reader:
            self.lines.append(line.decode(errors="replace").rstrip())
            if self.lines[-1] == READY:
                self._ready.set()
            if self.lines[-1].startswith("killed at "):
                self.killed.set()
        transport.close()
        self.ended.set()
        self._ready.set()

    @property
    def code(self) -> str | None:
        """Return the exit code as it said it; None when it was killed."""
        said = [line.removeprefix("exit ") for line in self.lines if line.startswith("exit ")]
        return said[-1] if said else None

    def steps(self) -> set[str]:
        """Return the names of the steps that it told of."""
        return {line.split()[1] for line in self.lines if line.startswith("step ")}

    async def until_ready(self) -> None:
        """Wait until the hub serves; raise DiedError when it ends before."""
        async with asyncio.timeout(PATIENCE_S):
            await self._ready.wait()
        if self.ended.is_set():
            raise DiedError("\n".join(self.lines[-20:]))

    async def until_ended(self) -> None:
        """Wait for its end."""
        async with asyncio.timeout(PATIENCE_S):
            await self.ended.wait()

    async def signal(self, number: signal.Signals) -> None:
        """Send a signal and wait for the end that follows."""
        if not self.ended.is_set():
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)
        await self.until_ended()


class Mortals:
    """Starts them."""

    def __init__(self, *, before: Sequence[str] = ()) -> None:
        """Start the process that has the code at hand; ``before`` stands before its command, to watch it."""
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [*before, sys.executable, "-m", "tests.simulators.dying_hub", str(theirs.fileno())]
        # What is killed can't hand over what it measured; measuring would only slow it down.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
        self._process = subprocess.Popen(command, cwd=ROOT, pass_fds=[theirs.fileno()], env=environment)
        theirs.close()

    def start(
        self, *arguments: object, end: End | None = None, tells: bool = False, doom: Path | None = None
    ) -> Mortal:
        """Start ``milton-hub`` with ``arguments``; an end that is put into the file ``doom`` later is its end too."""
        told = {
            "arguments": [str(each) for each in arguments],
            "tells": tells,
            "end": None if end is None else asdict(end),
            "doom": None if doom is None else str(doom),
        }
        ours, theirs = os.pipe()
        socket.send_fds(self._channel, [json.dumps(told).encode()], [theirs])
        os.close(theirs)
        return Mortal(int(self._channel.recv(PID_MAX_BYTES)), ours)

    def close(self) -> None:
        """End it; what it started ends with it."""
        self._channel.close()
        self._process.wait(PATIENCE_S)
