"""What is tried against oversight: by the people whom flags are about, and by the auditor."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiohttp import hdrs

import hub
from hub.auditors.flags.service import first_false
from hub.kit.access import ALLOWED, Action, Role
from hub.web.routing import ROUTES
from tests.simulators.answered import answered_agency
from tests.simulators.flagged import act, flags
from tests.simulators.paths import filled

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.simulators.answered import Answered

OVERSIGHT = (
    "/oversight",
    "/oversight/trail",
    "/oversight/refusals",
    "/oversight/reports",
    "/oversight/reports/2026-Q1",
)
OF_ONES_OWN = ("/api/filters", "/api/filters/end")
DATA = ("/api/flags", "/api/audit", "/api/denials")


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Answered]:
    """Run a hub with everybody in it, and one flag."""
    async with answered_agency(tmp_path) as started:
        await act(started.agency.hub.database)
        yield started


async def test_nobody_but_the_auditor_reads_oversight(town: Answered) -> None:
    """Neither those whom a flag is about nor their chiefs, nor who runs their accounts; each try is a refusal."""
    for role in (Role.OFFICER, Role.SUPERVISOR, Role.CUSTODIAN, Role.ADMINISTRATOR):
        for path in (*OVERSIGHT, *DATA, "/oversight/reports/2026-Q1/pdf"):
            status, answer = await town.desks[role].ask("GET", path)
            assert (status, answer["error"]) == (403, "not_allowed"), (role, path)
    tried = (await town.desks[Role.AUDITOR].ask("GET", "/api/denials?person=officer"))[1]["rows"]
    assert {f"GET {path}" for path in DATA} <= {each["route"] for each in tried}
    found = (await town.desks[Role.AUDITOR].ask("GET", "/api/flags"))[1]["flags"]
    curious = {each["person_id"] for each in found if each["kind"] == "denied_attempts"}
    assert curious == set()  # nine tries each; the tenth is one too many
    for _ in range(10):
        await town.desks[Role.OFFICER].ask("GET", "/api/flags")
        await town.desks[Role.OFFICER].ask("GET", "/api/audit?person=chief")
    await town.agency.hub.jobs.run_now("denials")
    found = (await town.desks[Role.AUDITOR].ask("GET", "/api/flags"))[1]["flags"]
    assert "officer" in {each["person_id"] for each in found if each["kind"] == "denied_attempts"}


async def test_an_auditor_changes_nothing(town: Answered) -> None:
    """No act that changes something is the role's, and oversight has no route that does.

    A search that an auditor keeps is theirs alone.
    """
    auditor = town.desks[Role.AUDITOR]
    before = (await auditor.ask("GET", "/api/flags"))[1]
    listed = [entry for entry in town.agency.hub.officers[ROUTES].values() if entry.opens in Action]
    reading = {hdrs.METH_GET, hdrs.METH_HEAD}
    changing = [entry for entry in listed if entry.method not in reading and entry.path not in OF_ONES_OWN]
    assert changing
    assert not [entry for entry in changing if Role.AUDITOR in ALLOWED[Action(entry.opens)]]
    for entry in changing:
        status, answer = await auditor.ask(entry.method, filled(town, entry.path), {})
        assert (status, answer["error"]) == (403, "not_allowed"), entry
    for path in (*OVERSIGHT, *DATA):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            status, _ = await auditor.ask(method, path, {})
            assert status == 405, (method, path)
    assert (await auditor.ask("GET", "/api/flags"))[1]["flags"][-1] == before["flags"][-1]


async def test_a_flag_can_not_be_deleted_and_one_that_is_shows(town: Answered) -> None:
    """No code of the hub deletes or changes one; whoever does it in the database is seen."""
    source = "".join(path.read_text() for path in Path(hub.__file__).parent.rglob("*.py"))
    for what in ("delete(FlagRow", "update(FlagRow", "DELETE FROM flag", "UPDATE flag"):
        assert what not in source
    for method in ("DELETE", "POST"):
        for path in ("/api/flags/1", "/oversight/flags/1", "/api/flags?number=1"):
            status, _ = await town.desks[Role.AUDITOR].ask(method, path, {})
            assert status in {404, 405}
    database = town.agency.hub.database
    assert [flag.number for flag in await flags(database)][:1] == [1]
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM flag WHERE number = 1")
    async with database.reading() as session:
        assert await first_false(session) == 1


async def test_a_search_is_data_and_comes_back_as_text(town: Answered) -> None:
    """Quotes, marks, wildcards and line ends find nothing, change nothing and are no markup."""
    auditor = town.desks[Role.AUDITOR]
    for evil in ("' OR 1=1 --", '"><script>alert(1)</script>', "%", "_", "share.%", "x\r\nSet-Cookie: a=b", "\u202e"):
        status, found = await auditor.ask("GET", "/api/audit", **{"X-Tried": "1"})
        assert status == 200
        async with town.agency.session.get(
            f"{town.agency.officers_url}/oversight/trail",
            params={"person": evil, "action": evil, "subject": evil},
            headers=auditor.headers | {"Accept": "text/html"},
        ) as answer:
            text = await answer.text()
            assert answer.status == 200
            assert "Set-Cookie" not in answer.headers
        assert "Nothing was found." in text
        assert "<script>alert" not in text
        assert json.dumps(evil) not in json.dumps(found)


async def test_another_sites_page_reads_no_flags(town: Answered) -> None:
    """Nor does the signer's, with the auditor's own session."""
    for path in DATA:
        status, answer = await town.desks[Role.AUDITOR].ask(
            "GET", path, **{"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}
        )
        assert (status, answer["error"]) == (403, "wrong_origin")
