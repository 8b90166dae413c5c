"""A process that has the hub's code at hand and runs ``milton-hub`` commands, each in a child of its own.

A child is the real command in a real process, started by a fork: a matrix of kills starts hundreds, and most of a
start is reading the code. It is told of its end by the hub's own audit events (``hub.kit.steps``): at the named step,
at the named moment, for the so-many-eth time, it kills itself, or its broker, or both, with SIGKILL. A child may be
given a file instead: the end that is put there, at any time, is its next one, and the file is taken away then.

Spoken to over a socket, whose number is the only argument: one message is a command as JSON with the descriptor of its
output, the answer is the child's process id. What a child does stands in its output: its own lines, ``step NAME
MOMENT`` where it is asked to tell, ``killed at NAME MOMENT``, ``exit CODE``.
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import json
import os
import signal
import socket
import sys
import tempfile
import traceback
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from hub.__main__ import main
from hub.kit.steps import EVENT
from tests.simulators.agency import running_agency

if TYPE_CHECKING:
    from collections.abc import Mapping

MESSAGE_MAX_BYTES = 65_536
PR_SET_PDEATHSIG = 1
OUTPUT = 1


def _brokers() -> list[int]:
    """Return this process's children that are a broker."""
    listed = [path.read_text(encoding="ascii") for path in Path("/proc/self/task").glob("*/children")]
    children = [pid for line in listed for pid in line.split()]
    return [int(pid) for pid in children if Path(f"/proc/{pid}/comm").read_text().strip() == "mosquitto"]


def _kill(target: str) -> None:
    if target in {"broker", "both"}:
        for pid in _brokers():
            os.kill(pid, signal.SIGKILL)
    if target in {"hub", "both"}:
        os.kill(os.getpid(), signal.SIGKILL)


def _taken(doom: Path) -> str | None:
    """Take the file away and return what stood in it, None when there is none (another thread may take it)."""
    with suppress(FileNotFoundError):
        taken = doom.rename(f"{doom}.taken")
        return taken.read_text(encoding="ascii")
    return None


def _listen(told: Mapping[str, object]) -> None:
    """Tell of each step, and die at the one that is named."""
    tells, end, doom = told["tells"], told["end"], told["doom"]
    count = 0

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal count, end
        if event != EVENT:
            return
        if tells:
            os.write(OUTPUT, f"step {arguments[0]} {arguments[1]}\n".encode())
        if isinstance(doom, str) and (taken := _taken(Path(doom))):
            end, count = json.loads(taken), 0
        if isinstance(end, dict) and arguments == (end["step"], end["moment"]):
            count += 1
            if count == end["number"]:
                os.write(OUTPUT, f"killed at {arguments[0]} {arguments[1]}\n".encode())
                _kill(str(end["target"]))

    sys.addaudithook(hook)


def _run(told: dict[str, object], output: int) -> NoReturn:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.dup2(output, OUTPUT)
    os.dup2(output, 2)
    os.close(output)
    code: object = 1
    try:
        _listen(told)
        code = main(told["arguments"])
    except SystemExit as error:
        code = error.code
    except BaseException:  # noqa: BLE001 - a child of a fork must end here, and say why
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os.write(OUTPUT, f"exit {code}\n".encode())
    os._exit(0)


async def _rehearse() -> None:
    """Be a hub that publishes a request: what SQL its children will carry out is compiled then, once for all."""
    with tempfile.TemporaryDirectory(prefix="milton-rehearsal-") as folder:
        async with running_agency(Path(folder)) as agency:
            await agency.published()


def serve(channel: socket.socket) -> None:
    """Run commands until the other side is closed."""
    asyncio.run(_rehearse())
    gc.freeze()  # no child's collector goes through what was imported, which would also copy it for each
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # their end is seen by their output's
    while True:
        message, descriptors, _, _ = socket.recv_fds(channel, MESSAGE_MAX_BYTES, 1)
        if not message:
            return
        pid = os.fork()
        if pid == 0:
            channel.close()
            _run(json.loads(message), descriptors[0])
        os.close(descriptors[0])
        channel.send(str(pid).encode())


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
