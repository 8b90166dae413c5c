"""mosquitto as the hub's child: its configuration, its start, its watch.

Invariants: it listens where it is told and nowhere else; it takes nobody without a password; it keeps nothing on disk
but the derived accounts (what is retained comes from the hub's database); it logs no connection, so its log names no
home; it ends when the hub ends, also by kill -9.
"""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import json
import logging
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hub.broker.errors import BrokerError
from hub.kit.disk import write_beside
from hub.kit.steps import durable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from milton_protocol.canonical import JsonValue

_LOGGER = logging.getLogger(__name__)

PACKET_MAX_BYTES = 2_097_152  # the receipts of one share have at most 1 MiB, a directory half of that
# What is retained is queued for a home that has just subscribed; a lower number would drop part of it in silence.
QUEUED_MESSAGES_MAX = 100_000
START_TIMEOUT_S = 15
STOP_TIMEOUT_S = 5
PROBE_EVERY_S = 0.05
RESTART_FIRST_S = 0.5
RESTART_MAX_S = 30.0
HEALTHY_AFTER_S = 60.0
PLUGIN_NAME = "mosquitto_dynamic_security.so"
# PR_SET_PDEATHSIG, then become mosquitto: the kernel ends it when the hub dies, however that happens.
_TIED_TO_PARENT = (
    "import ctypes, os, signal, sys\n"
    "ctypes.CDLL(None).prctl(1, signal.SIGTERM)\n"
    "os.getppid() == int(sys.argv[1]) or sys.exit(1)\n"
    "os.execv(sys.argv[2], sys.argv[2:])\n"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """The program and its plugin on this machine."""

    program: Path
    plugin: Path

    @classmethod
    def find(cls) -> Installed:
        """Look in the usual places; raise BrokerError ``mosquitto_missing``."""
        program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
        folders = (Path("/usr/lib"), Path("/usr/local/lib"))
        plugins = [
            path for folder in folders for path in sorted((*folder.glob(PLUGIN_NAME), *folder.glob(f"*/{PLUGIN_NAME}")))
        ]
        if program is None or not plugins:
            rule = "mosquitto_missing"
            raise BrokerError(rule, "mosquitto or its dynamic-security plugin is not installed")
        return cls(program=Path(program), plugin=plugins[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """Where mosquitto listens, with its certificate and key when it speaks TLS."""

    host: str
    port: int
    certificate: Path | None = None
    key: Path | None = None


def configuration(installed: Installed, listener: Listener, document: Path) -> str:
    """Return mosquitto's configuration file."""
    lines = [
        f"user {getpass.getuser()}",
        f"listener {listener.port} {listener.host}",
        "allow_anonymous false",
        "allow_zero_length_clientid false",
        f"plugin {installed.plugin}",
        f"plugin_opt_config_file {document}",
        "persistence false",
        f"max_packet_size {PACKET_MAX_BYTES}",
        f"max_queued_messages {QUEUED_MESSAGES_MAX}",
        "set_tcp_nodelay true",
        "sys_interval 0",
        "connection_messages false",
        "log_dest stderr",
        "log_type error",
        "log_type warning",
    ]
    if listener.certificate is not None:
        lines += [f"certfile {listener.certificate}", f"keyfile {listener.key}", "tls_version tlsv1.2"]
    return "\n".join(lines) + "\n"


class Mosquitto:
    """One supervised mosquitto; ``document`` is asked for the accounts at every start."""

    def __init__(
        self,
        *,
        installed: Installed,
        listener: Listener,
        folder: Path,
        document: Callable[[], Awaitable[dict[str, JsonValue]]],
    ) -> None:
        """Keep what a start needs."""
        self._installed = installed
        self._listener = listener
        self.folder = folder
        self._document = document
        self.running = asyncio.Event()
        self.pid: int | None = None

    async def run(self) -> None:
        """Keep mosquitto running until cancelled; a start that fails is tried again, more and more slowly."""
        pause_s = RESTART_FIRST_S
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await self._run_once()
            except (BrokerError, OSError) as error:
                _LOGGER.warning("The broker did not start (%s); trying again in %.1f s", error, pause_s)
            if loop.time() - began > HEALTHY_AFTER_S:
                pause_s = RESTART_FIRST_S
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, RESTART_MAX_S)

    async def _run_once(self) -> None:
        """Start, and wait for its end; one that never listens is ended."""
        document = await self._document()
        arguments = await asyncio.to_thread(self._prepare, document)
        process = await asyncio.create_subprocess_exec(
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        self.pid = process.pid
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(_log_lines(process))
                watch = tasks.create_task(self._watch_start(process))
                code = await process.wait()
                watch.cancel()
            _LOGGER.warning("The broker ended with code %s", code)
        finally:
            self.running.clear()
            self.pid = None
            await _stop(process)

    async def _watch_start(self, process: asyncio.subprocess.Process) -> None:
        """Set ``running`` once the port answers; end the process when it never does."""
        try:
            async with asyncio.timeout(START_TIMEOUT_S):
                while True:
                    if await _answers(self._listener):
                        break
                    await asyncio.sleep(PROBE_EVERY_S)
        except TimeoutError:
            _LOGGER.warning("The broker does not answer on its port")
            process.terminate()
            return
        if process.returncode is None:
            self.running.set()

    def _prepare(self, document: dict[str, JsonValue]) -> Sequence[str]:
        """Write both files (0600, in a folder of 0700) and return the command."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        accounts = self.folder / "dynamic-security.json"
        settings = self.folder / "mosquitto.conf"
        write_private(accounts, json.dumps(document).encode())
        write_private(settings, configuration(self._installed, self._listener, accounts).encode())
        program = str(self._installed.program)
        return (sys.executable, "-I", "-c", _TIED_TO_PARENT, str(os.getpid()), program, "-c", str(settings))


def write_private(path: Path, data: bytes) -> None:
    """Replace ``path`` with ``data``, readable by its owner only."""
    part = write_beside(path, data)
    with durable("broker.file_written"):
        part.replace(path)


async def _answers(listener: Listener) -> bool:
    try:
        _, writer = await asyncio.open_connection(listener.host, listener.port)
    except OSError:
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True


async def _log_lines(process: asyncio.subprocess.Process) -> None:
    if process.stderr is None:
        return
    async for line in process.stderr:
        _LOGGER.warning("broker: %s", line.decode(errors="replace").rstrip())


async def _stop(process: asyncio.subprocess.Process) -> None:
    """End the child and wait for it."""
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(STOP_TIMEOUT_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
