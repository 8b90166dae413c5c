"""Workers of one hub beside each other on Postgres, where nothing keeps writers one after the other."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import UTC, datetime

from sqlalchemy import func, select

from hub.db.engine import Database
from hub.db.migrate import upgrade
from hub.publiclog.model import LogCosignature
from hub.publiclog.service import PublicLog
from hub.witnesses.line import Line
from hub.witnesses.service import Witnesses
from hub.witnesses.settings import Witness
from milton_protocol.translog.verifier_key import VerifierKey
from tests.hub.witnesses.conftest import ORIGIN
from tests.simulators.city import ed25519
from tests.simulators.log_witness import serving
from tests.simulators.postgres import running_postgres

ROUNDS, WORKERS = 10, 3


async def test_workers_that_ask_at_once_keep_one_anothers_cosignatures() -> None:
    """Each signs the same checkpoint and keeps the same lines: a publication in one ends by no other's round."""
    log = PublicLog(ORIGIN, ed25519("log"))
    async with (
        running_postgres() as url,
        serving("one.example") as one,
        serving("two.example") as two,
        AsyncExitStack() as stack,
    ):
        named = [Witness(key=each.key, url=each.url) for each in (one, two)]
        workers: list[tuple[Database, Witnesses]] = []
        for _ in range(WORKERS):
            line, database = Line(), Database(url)
            stack.push_async_callback(database.close)
            await stack.enter_async_context(line.running())
            worker = Witnesses(witnesses=named, line=line, database=database, log=log, clock=lambda: datetime.now(UTC))
            workers.append((database, worker))
        database, worker = workers[0]
        await upgrade(database)
        for each in (one, two):
            each.trust(VerifierKey.of(ORIGIN, ed25519("log")))
        for number in range(ROUNDS):
            async with database.session("test") as session:
                await log.append(session, f"leaf {number}".encode(), kind="request", at=datetime.now(UTC))
            await asyncio.gather(*(each.ask() for _, each in workers))
        async with database.reading() as session:
            seen = await worker.seen(session, ROUNDS - 1)
            kept = await session.scalar(select(func.count()).select_from(LogCosignature))
        assert (seen.size, seen.count, seen.is_denied) == (ROUNDS, 2, False)
        assert kept == 2 * ROUNDS
