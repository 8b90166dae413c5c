"""What people try against cases that they are not in, not any more, or in by another role than they have now."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

import pytest

from hub.topics.service import LOOK_AGAIN_S
from tests.hub.casework.conftest import colleague
from tests.simulators.agency import running_agency
from tests.simulators.answered import CASE_NUMBER, case_of, share_with
from tests.simulators.joining import joins

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.agency import Agency, Desk

__all__ = ["colleague"]
NAMED = "Several cars were opened overnight by somebody in a light SUV, QRV 4471."


@pytest.fixture
async def agency(tmp_path: Path) -> AsyncIterator[Agency]:
    """Run a hub."""
    async with running_agency(tmp_path) as started:
        yield started


async def added(agency: Agency, what: str = "members") -> str:
    """Let the officer add the colleague to the case, or take them off; return the path of the case."""
    case, officer = f"/cases/{await case_of(agency)}", await agency.desk("officer")
    body = {"officer": "9001"} if what == "members" else {"person_id": "mallory"}
    assert (await officer.ask("POST", f"/api{case}/{what}", body))[0] == 200
    return case


async def test_a_verdict_says_nothing_of_a_case_of_others(agency: Agency, colleague: Desk) -> None:
    """Neither that there is one by that number, nor how often it asked, nor which plate it is about."""
    await agency.published(reason=NAMED)
    body = agency.draft(case_number=CASE_NUMBER, reason=NAMED)
    verdicts = [
        await colleague.ask("POST", "/api/requests/verdict", body | {"case_number": number})
        for number in (CASE_NUMBER, "26-999999")
    ]
    assert verdicts[0] == verdicts[1]
    assert [each["kind"] for each in verdicts[0][1]["lately"]] == ["plate", "area"]
    await added(agency)
    _, own = await colleague.ask("POST", "/api/requests/verdict", body)
    assert own["lately"] == []
    assert [each["value"] for each in own["limits"] if each["name"] == "requests_of_case"] == [2]


async def test_who_left_a_case_reads_their_own_request_of_it_no_more(agency: Agency, colleague: Desk) -> None:
    """Not by sending its draft again either."""
    await agency.published()
    await added(agency)
    body = agency.draft()
    _, drafted = await colleague.ask("POST", "/api/requests", body)
    assert (await colleague.ask("POST", "/api/requests", body))[1] == drafted
    await added(agency, "members/end")
    status, answer = await colleague.ask("POST", "/api/requests", body)
    assert (status, answer["error"]) == (404, "request_unknown")


async def test_a_stream_ends_when_its_reader_is_taken_off_the_case(agency: Agency, colleague: Desk) -> None:
    """And says nothing more."""
    request_id = await agency.published()
    paths = (await added(agency) + "/events", f"/requests/{request_id}/events")
    streams = [await agency.session.get(agency.officers_url + path, headers=colleague.headers) for path in paths]
    assert [each.status for each in streams] == [200, 200]
    await added(agency, "members/end")
    async with asyncio.timeout(5 * LOOK_AGAIN_S):
        said = [await each.content.read() for each in streams]
    assert not [each for each in said if b"changed" in each]


async def test_who_becomes_a_supervisor_sees_no_shares_of_the_cases_they_were_in(
    agency: Agency, colleague: Desk, tmp_path: Path
) -> None:
    """By none of the ways in, nor which of them custodians keep to themselves."""
    request_id = await agency.published()
    flagged, share_id = [await share_with(agency, request_id) for _ in range(2)]
    case = "/api" + await added(agency)
    custodian = await agency.desk("custodian")
    assert (await custodian.ask("POST", f"/api/shares/{flagged}/flag", {}))[0] == 200
    await joins(tmp_path, "mallory", "supervisor", badge="9001")
    status, found = await colleague.ask("GET", f"{case}/changes?after=0")
    assert (status, found["shares"], found["flagged"]) == (200, [], [])
    assert found["requests"]
    note = {"note_id": secrets.token_hex(16), "share_id": share_id, "text": "What is it?"}
    assert (await colleague.ask("POST", f"{case}/notes", note))[1]["error"] == "share_unknown"
    for path in (f"{case}/shares", f"/api/shares/{share_id}", f"/api/shares?request={request_id}"):
        status, answer = await colleague.ask("GET", path)
        assert (status, answer["error"]) == (403, "not_allowed"), path
