"""Fixtures: a witness, and a log of some leaves with somebody who asks for its cosignature."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from hub.publiclog.service import PublicLog
from hub.witnesses.asking import AskedCheckpoint, ask
from hub.witnesses.line import Line
from hub.witnesses.settings import Witness
from milton_protocol.translog.note import SignedNote
from milton_protocol.translog.verifier_key import VerifierKey
from tests.simulators.city import ed25519
from tests.simulators.log_witness import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from hub.db.engine import Database
    from hub.witnesses.add_checkpoint import Cosignature
    from tests.simulators.log_witness import LogWitness

ORIGIN = "log.example/milton"


@pytest.fixture(name="witness")
async def witness_of_the_log() -> AsyncIterator[LogWitness]:
    """Run a witness that knows the log."""
    async with serving() as witness:
        witness.trust(VerifierKey.of(ORIGIN, ed25519("log")))
        yield witness


@dataclass(kw_only=True)
class Log:
    """A log of its own, and the line by which witnesses are asked."""

    database: Database
    log: PublicLog
    line: Line

    async def grow(self, count: int = 1) -> None:
        """Append leaves."""
        async with self.database.session("test") as session:
            for _ in range(count):
                number = await self.log.size(session)
                await self.log.append(session, f"leaf {number}".encode(), kind="request", at=datetime.now(UTC))

    async def asked(self) -> AskedCheckpoint:
        """Return the newest checkpoint."""
        async with self.database.session("test") as session:
            note = await self.log.checkpoint(session, datetime.now(UTC))
            size = await self.log.size(session)

        async def prove(old_size: int) -> Sequence[bytes]:
            async with self.database.reading() as session:
                return await self.log.consistency(session, old_size, size)

        return AskedCheckpoint(note=SignedNote.parse(note), size=size, prove=prove)

    async def ask(self, witness: LogWitness, seen_size: int = 0) -> Cosignature:
        """Ask for the newest checkpoint."""
        named = Witness(key=witness.key, url=witness.url)
        return await ask(self.line, named, await self.asked(), seen_size, datetime.now(UTC))


@pytest.fixture
async def log(database: Database) -> AsyncIterator[Log]:
    """Return a log of five leaves."""
    line = Line()
    async with line.running():
        made = Log(database=database, log=PublicLog(ORIGIN, ed25519("log")), line=line)
        await made.grow(5)
        yield made
