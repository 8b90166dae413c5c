"""Another program holds the database's lock for longer than the hub waits."""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from hub.access import OPERATOR
from hub.enrolment import setup as enrolment_setup
from milton_protocol import canonical
from tests.simulators.agency import enrol_body, running_agency

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    import pytest

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
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """503 ``database_busy`` after the hub's own wait; the feed and pages go on; the code is good afterwards."""
    async with running_agency(tmp_path) as agency:
        officer = await agency.desk("officer")
        enrolment = enrolment_setup.build(agency.hub)
        async with agency.hub.database.session("test") as session:
            code = await enrolment.new_code(session, OPERATOR, cell="3414,-8430", at=agency.clock())
        body = canonical.encode(enrol_body(code, secrets.token_hex(16)))
        url = f"{agency.homes_url}/v1/enrol"
        async with held(agency.settings.folder / "hub.sqlite"):
            enrolling = asyncio.create_task(agency.session.post(url, data=body))
            assert (await agency.get("/v1/city"))[0] == 200
            assert (await officer.ask("GET", "/api/requests"))[0] == 200
            async with await enrolling as answer:
                assert (answer.status, json.loads(await answer.read())["error"]) == (503, "database_busy")
        async with agency.session.post(url, data=body) as answer:
            assert answer.status == 200
    assert [each for each in caplog.messages if each.startswith("POST /v1/enrol: another program holds")]
