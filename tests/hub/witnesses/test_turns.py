"""Who waits for a round while others do, are canceled, or the hub stops."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from hub.witnesses.service import Witnesses
from hub.witnesses.settings import Witness
from tests.simulators.broker_bench import eventually
from tests.simulators.log_witness import Manner

if TYPE_CHECKING:
    from tests.hub.witnesses.conftest import Log
    from tests.simulators.log_witness import LogWitness


def asking(log: Log, witness: LogWitness) -> Witnesses:
    """Return the part of a hub that asks."""
    return Witnesses(
        witnesses=[Witness(key=witness.key, url=witness.url)],
        line=log.line,
        database=log.database,
        log=log.log,
        clock=lambda: datetime.now(UTC),
    )


async def has_asked(witness: LogWitness, count: int) -> None:
    """Wait until the witness was asked so many times."""

    async def asked() -> bool:
        return len(witness.asked) >= count

    await eventually(asked)


async def test_who_is_cancelled_in_the_middle_keeps_no_other_back(log: Log, witness: LogWitness) -> None:
    """Neither who waited for that round, nor who waits for the next, nor who comes later; each finds its leaf."""
    witnesses = asking(log, witness)
    witness.manner, witness.delay_s = Manner.SLOW, 60
    first = asyncio.create_task(witnesses.ask())
    await has_asked(witness, 1)
    second, third = asyncio.create_task(witnesses.ask()), asyncio.create_task(witnesses.ask())
    await log.grow()
    await asyncio.sleep(0)
    witness.manner = Manner.BEHAVES
    for each in (first, second):
        each.cancel()
        with pytest.raises(asyncio.CancelledError):
            await each
    await asyncio.wait_for(third, 4)
    async with log.database.reading() as session:
        assert (await witnesses.seen(session, 5)).count == 1
    await log.grow()
    await asyncio.wait_for(witnesses.ask(), 4)
    async with log.database.session("test") as session:  # and no transaction is left open
        assert (await witnesses.seen(session, 6)).count == 1


async def test_nobody_holds_a_transaction_while_a_witness_is_slow(log: Log, witness: LogWitness) -> None:
    """Who writes meanwhile waits for nothing."""
    witnesses = asking(log, witness)
    witness.manner, witness.delay_s = Manner.SLOW, 2
    asked = asyncio.create_task(witnesses.ask())
    await has_asked(witness, 1)
    async with asyncio.timeout(1):
        await log.grow()
    assert not asked.done()
    await asked
