"""Another program holds the database's lock for longer than the hub waits."""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.db import engine
from hub.db.faults import DATABASE_BUSY
from hub.enrollment import setup as enrollment_setup
from hub.kit.access import OPERATOR
from hub.requests.model import RequestRow
from milton_protocol import canonical
from milton_protocol.messages.requests.request import Request
from tests.simulators.agency import enrol_body, running_agency
from tests.simulators.hub_bench import seed_home
from tests.simulators.sealed_share import HomeClient, seal_share

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import pytest

WAITS_MS = 500  # the hub's own wait is twenty times that
HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@asynccontextmanager
async def held(database: Path) -> AsyncIterator[None]:
    """Hold the write lock from another process until the block ends."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", HOLDER, str(database)), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == b"held\n"
        yield
    finally:
        await process.communicate()


async def test_who_writes_is_told_to_come_again_and_who_reads_notices_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A home joins, another shares, an officer drafts, signs and withdraws: 503 ``database_busy``, in words.

    The feed and pages go on. Afterwards the same calls do what they were for, once.
    """
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", WAITS_MS)
    async with running_agency(tmp_path) as agency:
        officer = await agency.desk("officer")
        request_id = await agency.published()
        drafted = (await officer.draft(case_number="26-1002"))["id"]
        home = HomeClient(agency.session, agency.homes_url, await seed_home(agency.hub.database))
        enrollment = enrollment_setup.build(agency.hub)
        async with agency.hub.database.session("test") as session:
            code = await enrollment.new_code(session, OPERATOR, cell="3414,-8430", at=agency.clock())
            row = (await session.scalars(select(RequestRow).where(RequestRow.request_id == request_id))).one()
        enrol = canonical.encode(enrol_body(code, secrets.token_hex(16)))
        share, draft = seal_share(Request.from_bytes(row.payload), request_id), agency.draft(case_number="26-1003")

        async def by_home(path: str, body: bytes) -> tuple[int, bytes]:
            status, _, answer = await home.ask("POST", path, data=body)
            return status, answer

        async def all_of_it() -> list[tuple[int, object]]:
            homes = [await by_home("/v1/enrol", enrol), await by_home("/v1/shares", share.envelope)]
            officers = [
                await officer.ask("POST", "/api/requests", draft),
                await officer.sign(drafted),
                await officer.act(request_id, "withdraw"),
            ]
            return [*((status, json.loads(answer or b"{}")) for status, answer in homes), *officers]

        async with held(agency.settings.folder / "hub.sqlite"):
            writing = asyncio.create_task(all_of_it())
            assert (await agency.get("/v1/city"))[0] == 200
            assert (await officer.ask("GET", "/api/requests"))[0] == 200
            headers = officer.headers | {"Accept": "text/html"}
            async with agency.session.get(f"{agency.officers_url}/requests/{request_id}", headers=headers) as page:
                assert page.status == 200
            refused = await writing
        assert [(status, answer["error"]) for status, answer in refused] == [(503, "database_busy")] * len(refused)
        assert {answer["message"] for _, answer in refused} == {DATABASE_BUSY.message}
        done = await all_of_it()
        assert [status for status, _ in done] == [200, 201, 200, 200, 200], done
        assert (done[-2][1]["state"], done[-1][1]["state"]) == ("signed", "withdrawn")
    for call in ("POST /v1/enrol", "POST /v1/shares", "POST /api/requests"):
        assert [each for each in caplog.messages if each.startswith(f"{call}: another program holds")], call
