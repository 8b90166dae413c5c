"""Several workers of one hub ask the same witness."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hub.witnesses.service import Witnesses
from hub.witnesses.settings import Witness

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hub.witnesses.add_checkpoint import Answer
    from hub.witnesses.asking import Posts
    from tests.hub.witnesses.conftest import Log
    from tests.simulators.log_witness import LogWitness


@dataclass(kw_only=True)
class LateLine:
    """A line on which something happens before the first call is carried."""

    line: Posts
    before: Callable[[], Awaitable[None]] | None

    async def post(self, url: str, body: bytes) -> Answer:
        """Carry it."""
        before, self.before = self.before, None
        if before is not None:
            await before()
        return await self.line.post(url, body)


def worker(log: Log, witness: LogWitness, line: Posts) -> Witnesses:
    """Return one worker's part."""
    return Witnesses(
        witnesses=[Witness(key=witness.key, url=witness.url)],
        line=line,
        database=log.database,
        log=log.log,
        clock=lambda: datetime.now(UTC),
    )


async def test_a_witness_that_another_worker_asked_meanwhile_denies_nothing(log: Log, witness: LogWitness) -> None:
    """It has seen more than the checkpoint that is late, and no more than the log has by now."""
    first = worker(log, witness, log.line)

    async def overtake() -> None:
        await log.grow()
        await first.ask()

    late = worker(log, witness, LateLine(line=log.line, before=overtake))
    await late.ask()
    async with log.database.reading() as session:
        assert not await late.deny(session)
        seen = await late.seen(session, 4)
    assert (seen.size, seen.count) == (6, 1)  # the leaf that the late worker asked for is under the other's checkpoint
    assert late.denial_notice() is None
