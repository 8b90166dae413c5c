"""A demonstration city: its hub is founded by the hub's own commands and served on free ports."""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.simulators.ports import free_port

from .processes import Child, StepError, children_of, kill_if, name_of, run, until

if TYPE_CHECKING:
    from pathlib import Path

UP_WITHIN_S = 60.0
READY = "The hub is ready."
HUB = (sys.executable, "-m", "hub")


@dataclass(slots=True, kw_only=True)
class City:
    """One city with its folder: ``hub/`` is what the hub has, ``offline/`` what must not be there."""

    folder: Path
    broker: bool
    homes_port: int = field(default_factory=free_port)
    officers_port: int = field(default_factory=free_port)
    signer_port: int = field(default_factory=free_port)
    residents_port: int = field(default_factory=free_port)
    mqtt_port: int = field(default_factory=free_port)
    child: Child | None = None

    @property
    def homes_url(self) -> str:
        """Where homes reach the hub."""
        return f"http://127.0.0.1:{self.homes_port}"

    @property
    def officers_url(self) -> str:
        """The officers' pages."""
        return f"http://localhost:{self.officers_port}"

    @property
    def signer_url(self) -> str:
        """The signing page."""
        return f"http://sign.localhost:{self.signer_port}"

    @property
    def residents_url(self) -> str:
        """The residents' pages."""
        return f"http://community.localhost:{self.residents_port}"

    async def command(self, *arguments: str) -> str:
        """Run ``milton-hub`` and return what it said."""
        return await run([*HUB, *arguments])

    async def found(self) -> None:
        """Make keys, records and the hub's folder."""
        await self.command(
            *("init", str(self.folder), "--demo", "--city", "Milton", "--agency", "Milton PD"),
            *("--home-url", self.homes_url, "--listen-homes", f"127.0.0.1:{self.homes_port}"),
            *("--officers-origin", self.officers_url, "--listen-officers", f"127.0.0.1:{self.officers_port}"),
            *("--signer-origin", self.signer_url, "--listen-signer", f"127.0.0.1:{self.signer_port}"),
            *("--community-origin", self.residents_url, "--listen-community", f"127.0.0.1:{self.residents_port}"),
            *("--broker", "mosquitto" if self.broker else "none", "--listen-mqtt", f"127.0.0.1:{self.mqtt_port}"),
        )

    async def serve(self) -> None:
        """Start the hub and wait until it says that it is ready."""
        log = self.folder / "hub.log"
        said_before = log.read_text().count(READY) if log.exists() else 0
        self.child = await Child.start("the hub", [*HUB, "serve", str(self.folder)], log=log)
        async with asyncio.timeout(UP_WITHIN_S):
            while log.read_text().count(READY) == said_before:
                if not self.child.running:
                    message = f"the hub ended:\n{self.child.tail()}"
                    raise StepError(message)
                await asyncio.sleep(0.1)

    def log_records(self) -> list[str]:
        """Return the warnings and errors of the hub's log, and what is in it of tracebacks."""
        text = (self.folder / "hub.log").read_text(errors="replace")
        return [line for line in text.splitlines() if re.match(r"\S+ \S+ (WARNING|ERROR|CRITICAL) |\||Traceback", line)]

    async def stop(self) -> None:
        """End the hub."""
        if self.child is not None:
            await self.child.stop()

    @property
    def pid(self) -> int:
        """Process id of the hub; 0 while none runs."""
        return self.child.pid if self.child is not None and self.child.running else 0

    @property
    def broker_pid(self) -> int:
        """Process id of the broker that the hub started; 0 while there is none."""
        return next(filter(is_broker, children_of(self.pid)), 0)

    def kill_broker(self) -> bool:
        """Send SIGKILL to the broker; say whether there was one."""
        return kill_if(self.broker_pid, is_broker)

    async def broker_up(self) -> int:
        """Wait until the hub has a broker; return its process id."""

        async def found() -> int:
            return self.broker_pid

        return await until(found, UP_WITHIN_S, "the hub started no broker")

    async def invitation(self, person_id: str) -> str:
        """Return a new invitation's link for a person of the directory."""
        return _said(await self.command("invite", str(self.folder), person_id), "link")

    async def enrollment_code(self, cell: str) -> tuple[str, str]:
        """Return a code for a home of ``cell``, and the city's eight words."""
        words = await self.command("code", "new", str(self.folder), "--cell", cell)
        return _said(words, "code"), _said(words, "words")

    async def letters(self, count: int) -> list[str]:
        """Return new letter codes, each of which opens one resident's account."""
        return (await self.command("community", "letters", str(self.folder), "--count", str(count))).split()

    async def count_cameras(self) -> None:
        """Count the registered cameras of each square, as each night does."""
        await self.command("community", "count", str(self.folder))

    async def proposals_wait(self) -> bool:
        """Say whether a device's key waits to be signed into the directory."""
        return "Nothing waits." not in await self.command("proposals", str(self.folder))

    async def sign_directory(self) -> str:
        """Let both directory keys sign whatever people's devices have proposed; return the change in words."""
        out = self.folder / "proposals"
        await self.command("proposals", str(self.folder), "--out", str(out))
        files = [argument for path in sorted(out.glob("*.json")) for argument in ("--proposal", str(path))]
        words = await self.command("directory", "sign", str(self.folder), "--yes", *files)
        shutil.rmtree(out)
        return words

    def identity_file(self, person_id: str) -> Path:
        """Return the key by which a person opens footage: it lies offline, never with the hub."""
        return self.folder / "offline" / f"{person_id}.age"


def is_broker(pid: int) -> bool:
    """Say whether a process is a broker."""
    return name_of(pid) == "mosquitto"


def _said(words: str, name: str) -> str:
    found = re.search(rf"^{name}: (.+)$", words, re.MULTILINE)
    if found is None:
        message = f"milton-hub did not say its {name}"
        raise StepError(message)
    return found[1].strip()
