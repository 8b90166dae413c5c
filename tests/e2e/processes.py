"""Child processes of the demo town: each has a log file, and is ended by its own id."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

STOP_AFTER_S = 20.0  # a process that ignores SIGTERM this long is killed


class StepError(RuntimeError):
    """A step of the journey did not come out as it must."""


async def until[T](look: Callable[[], Awaitable[T]], within_s: float, otherwise: str, every_s: float = 0.2) -> T:
    """Look again and again until what is seen is true; return it, or raise StepError with ``otherwise``."""
    for _ in range(max(1, int(within_s / every_s))):
        if seen := await look():
            return seen
        await asyncio.sleep(every_s)
    raise StepError(otherwise)


class Child:
    """One running process of the town."""

    def __init__(self, name: str, process: asyncio.subprocess.Process, log: Path) -> None:
        """Keep what is needed to watch and to end it."""
        self.name = name
        self.log = log
        self._process = process

    @classmethod
    async def start(
        cls, name: str, command: Sequence[str], *, log: Path, environment: Mapping[str, str] | None = None
    ) -> Child:
        """Start ``command``; both its outputs go to ``log``."""
        env = {**os.environ, **(environment or {})}
        env.pop("PYTHONDONTWRITEBYTECODE", None)  # else Home Assistant compiles everything at each start
        with log.open("ab") as out:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, env=env
            )
        return cls(name, process, log)

    @property
    def running(self) -> bool:
        """Whether the process has not ended."""
        return self._process.returncode is None

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    def tail(self, characters: int = 3000) -> str:
        """Return the end of what it said."""
        return self.log.read_text(errors="replace")[-characters:]

    async def json_line(self, timeout_s: float = 60.0) -> dict[str, object]:
        """Return the first line of its output that is a JSON object."""
        async with asyncio.timeout(timeout_s):
            while True:
                for line in self.log.read_text(errors="replace").splitlines(keepends=True):
                    if line.startswith("{") and line.endswith("}\n"):
                        return dict(json.loads(line))
                if not self.running:
                    message = f"{self.name} ended early:\n{self.tail()}"
                    raise StepError(message)
                await asyncio.sleep(0.1)

    async def kill(self) -> None:
        """End it as a power cut does: SIGKILL to the process, none to what it started."""
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()

    async def stop(self) -> None:
        """End it: SIGTERM to the process, then SIGKILL to its group after a time."""
        if not self.running:
            return
        self._process.terminate()
        try:
            async with asyncio.timeout(STOP_AFTER_S):
                await self._process.wait()
        except TimeoutError:
            os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()


async def run(command: Sequence[str], *, environment: Mapping[str, str] | None = None, stdin: bytes = b"") -> str:
    """Run ``command`` to its end and return its standard output; raise StepError with its words when it fails."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **(environment or {})},
    )
    out, err = await process.communicate(stdin)
    if process.returncode != 0:
        message = (
            f"{' '.join(command[:4])} … ended with {process.returncode}: {err.decode()[-2000:]}{out.decode()[-500:]}"
        )
        raise StepError(message)
    return out.decode()


def processes() -> list[int]:
    """Return the ids of all processes of this machine."""
    return [int(path.name) for path in Path("/proc").glob("[0-9]*")]


def children_of(pid: int) -> list[int]:
    """Return the process ids of a process's children, none when it is gone."""
    with suppress(FileNotFoundError, ProcessLookupError):
        listed = [path.read_text(encoding="ascii") for path in Path(f"/proc/{pid}/task").glob("*/children")]
        return [int(child) for line in listed for child in line.split()]
    return []


def kill_if(pid: int, is_it: Callable[[int], bool]) -> bool:
    """Send SIGKILL to a process that ``is_it`` knows again, to no other that got its id; say whether it was there."""
    try:
        held = os.pidfd_open(pid)  # 0 is nobody: ValueError or OSError
    except (OSError, ValueError):
        return False
    try:
        if not is_it(pid):
            return False
        signal.pidfd_send_signal(held, signal.SIGKILL)
    except ProcessLookupError:
        return False
    finally:
        os.close(held)
    return True


def name_of(pid: int) -> str:
    """Return what the kernel calls a process, nothing when it is gone."""
    return _fact(pid, "comm").strip()


def command_of(pid: int) -> str:
    """Return a process's command, a NUL after each argument; nothing when it is gone."""
    return _fact(pid, "cmdline")


def _fact(pid: int, name: str) -> str:
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path(f"/proc/{pid}/{name}").read_text(errors="replace")
    return ""
