"""The hub that a home has, as the simulation drives it: what the city does, and what the hub's log and disk say then.

The hub itself is `hub_life`, in a process of the hub's own environment.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import tempfile
import time
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .trace import Seen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

    from .clock import JumpingClock

    type Note = Callable[[float, Seen, str, int], None]  # after so many seconds, who sees it, its words, its bytes

ROOT = Path(__file__).parents[3]
HUB_PYTHON = ROOT / ".venv" / "hub" / "bin" / "python"
ANSWER_MAX_BYTES = 2**26
PATIENCE_S = 120.0  # for what takes seconds on an idle machine
RETRY_S = 0.05


@contextmanager
def running_hub(*, mqtt: bool) -> Iterator[Path]:
    """Run the process of the hubs, with brokers or without; yield the socket that it will listen on."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    environment["PYTHONPATH"] = str(ROOT / "custom_components" / "milton_share" / "shared")
    with tempfile.TemporaryDirectory(prefix="hub-", ignore_cleanup_errors=True) as folder:
        socket, said = Path(folder) / "socket", Path(folder) / "said"
        command = [str(HUB_PYTHON), "-m", "tests.simulators.silence.hub_life", str(socket), folder]
        command += ["mqtt"] if mqtt else []
        with said.open("wb") as output:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        try:
            yield socket
        except BaseException as error:
            error.add_note(said.read_text(errors="replace")[-4_000:])
            raise
        finally:
            process.terminate()
            process.wait()


def wait_for(socket: Path) -> None:
    """Return when the city is founded, and its hubs can begin: no clock of theirs may stand before that."""
    end_s = time.monotonic() + PATIENCE_S
    while not socket.exists():
        assert time.monotonic() < end_s, "no city was founded"
        time.sleep(RETRY_S)


@dataclass(kw_only=True)
class Peer:
    """One hub's life, as long as a connection. ``url`` is where its home finds it, by a line that is listened to."""

    clock: JumpingClock
    note: Note
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    ports: dict[str, int] = field(default_factory=dict)
    code: str = ""
    url: str = ""

    async def tell(self, what: str, *, at_s: float | None = None, **more: object) -> dict[str, Any]:
        """Have the city do something; note what log and disk show since the last time; return the answer.

        It happens now, or ``at_s``, a moment ago: what it changes on the disk is then of that very moment in every
        life, however long it takes here.
        """
        at = self.clock.utcnow() if at_s is None else self.clock.moment(at_s)
        told = {"do": what, "at": at.isoformat(), **more}
        self.writer.write(json.dumps(told).encode() + b"\n")
        async with asyncio.timeout(PATIENCE_S):
            line = await self.reader.readline()
        assert line, "the hub ended"
        answer: dict[str, Any] = json.loads(line)
        for noted_at, name, text, size_bytes in answer["notes"]:
            who = Seen(name)
            self.note(
                at_s if at_s is not None and who is Seen.HUBS_TABLES else self.clock.passed_at(noted_at),
                who,
                text,
                size_bytes,
            )
        return answer

    async def faults(self) -> dict[str, list[tuple[Seen, str, int]]]:
        """Return what log and disk show of homes with faults, by the fault."""
        answer = await self.tell("faults")
        return {
            name: [(Seen(who), text, size_bytes) for _, who, text, size_bytes in notes]
            for name, notes in answer["faults"].items()
        }


@asynccontextmanager
async def a_hub(socket: Path, clock: JumpingClock, note: Note) -> AsyncIterator[Peer]:
    """Have a hub of one's own until the block ends; ``note`` is told what is seen of it."""
    reader, writer = await asyncio.open_unix_connection(socket, limit=ANSWER_MAX_BYTES)
    try:
        peer = Peer(clock=clock, note=note, reader=reader, writer=writer)
        begun = await peer.tell("begin")
        peer.ports, peer.code = begun["ports"], begun["code"]
        peer.url = f"http://127.0.0.1:{peer.ports['home']}"
        yield peer
        writer.write_eof()
        async with asyncio.timeout(PATIENCE_S):
            assert await reader.read() == b"", "it ends when it has ended"
    finally:
        writer.close()
