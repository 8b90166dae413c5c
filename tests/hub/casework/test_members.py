"""Whose a case is, and what that opens: one rule for its requests and its shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hub.audit.model import AuditRow
from hub.cases.joining import MEMBERS_MAX
from hub.cases.model import CaseMember
from tests.simulators.answered import case_of, share_with
from tests.simulators.joining import joins, leaves

if TYPE_CHECKING:
    from tests.simulators.agency import Agency, Desk


async def test_who_opens_a_case_is_in_it_and_nobody_comes_in_by_asking(agency: Agency, colleague: Desk) -> None:
    """A made-up request under somebody's case number opens nothing of the case."""
    await agency.published()
    status, answer = await colleague.ask("POST", "/api/requests", agency.draft())
    assert (status, answer["error"]) == (403, "case_of_others")
    assert (await colleague.ask("GET", "/api/requests"))[1]["requests"] == []
    assert (await colleague.draft(case_number="26-104418"))["request"]["case_number"] == "26-104418"


async def test_an_officer_who_is_added_sees_the_case_and_asks_in_it_until_taken_off(
    agency: Agency, colleague: Desk
) -> None:
    """Requests and shares open and close together, whoever asked."""
    request_id = await agency.published()
    share_id = await share_with(agency, request_id)
    officer, case = await agency.desk("officer"), f"/api/cases/{await case_of(agency)}"
    looks = (f"/api/requests/{request_id}", f"/api/shares/{share_id}", f"/requests/{request_id}/signable")
    assert {(await colleague.ask("GET", each))[0] for each in looks} == {404}
    for _ in range(2):
        status, answer = await officer.ask("POST", f"{case}/members", {"officer": "9001"})
        assert (status, [each["badge"] for each in answer["members"]]) == (200, ["4117", "9001"])
    assert {(await colleague.ask("GET", each))[0] for each in looks} == {200}
    status, answer = await colleague.act(request_id, "withdraw")
    assert (status, answer["error"]) == (403, "not_your_request")
    own = await colleague.draft()
    assert (await officer.ask("GET", f"/api/requests/{own['id']}"))[0] == 200
    for _ in range(2):
        status, answer = await officer.ask("POST", f"{case}/members/end", {"person_id": "mallory"})
        assert (status, [each["person_id"] for each in answer["members"]]) == (200, ["officer"])
    assert {(await colleague.ask("GET", each))[0] for each in (*looks, f"/api/requests/{own['id']}")} == {404}
    assert (await colleague.ask("POST", "/api/requests", agency.draft()))[0] == 403
    assert (await officer.ask("POST", f"{case}/members", {"officer": "9001"}))[0] == 200
    assert {(await colleague.ask("GET", each))[0] for each in looks} == {200}
    async with agency.hub.database.reading() as session:
        acts = select(AuditRow.action).where(AuditRow.action.like("case.%")).order_by(AuditRow.number)
        written = (await session.scalars(acts)).all()
    assert written == ["case.opened", "case.member_added", "case.member_ended", "case.member_added"]


async def test_who_left_the_directory_is_named_among_a_cases_people(agency: Agency) -> None:
    """As they were called there last."""
    await agency.published()
    folder, officer = agency.settings.folder.parent, await agency.desk("officer")
    await joins(folder, "lee", "officer", badge="7007")
    members = f"/api/cases/{await case_of(agency)}/members"
    assert (await officer.ask("POST", members, {"officer": "7007"}))[0] == 200
    await leaves(folder, "lee")
    _, answer = await officer.ask("POST", f"{members}/end", {"person_id": "nobody"})
    assert answer["members"][-1] == {"person_id": "lee", "name": "Lee Ortiz", "badge": "7007", "asks": False}


async def test_nobody_adds_themselves_nor_somebody_who_does_not_ask(agency: Agency, colleague: Desk) -> None:
    """By any id of a case, and with any name."""
    await agency.published()
    officer, supervisor = await agency.desk("officer"), await agency.desk("supervisor")
    case = f"/api/cases/{await case_of(agency)}/members"
    for desk, words, status, rule in (
        (colleague, "9001", 404, "case_unknown"),
        (officer, "4117", 403, "own_act"),
        (officer, "custodian", 409, "no_officer"),
        (officer, "mallory", 409, "no_officer"),
        (officer, "No Body", 409, "no_officer"),
        (officer, "", 400, "out_of_bounds"),
    ):
        answer = await desk.ask("POST", case, {"officer": words})
        assert (answer[0], answer[1]["error"]) == (status, rule), words
    assert (await officer.ask("POST", f"/api/cases/{'0' * 32}/members", {"officer": "9001"}))[0] == 404
    assert (await supervisor.ask("POST", case, {"officer": "kay lin"}))[0] == 200
    assert (await officer.ask("POST", f"{case}/end", {"person_id": "officer"}))[1]["members"][0]["badge"] == "9001"


@pytest.mark.usefixtures("colleague")
async def test_a_case_has_a_bounded_number_of_people(agency: Agency) -> None:
    """The one too many is refused by name; who left the directory is still shown."""
    await agency.published()
    officer, case_id = await agency.desk("officer"), await case_of(agency)
    async with agency.hub.database.session("test") as session:
        for number in range(1, MEMBERS_MAX):
            person_id = f"left-{number}"
            session.add(CaseMember(case_number="26-104417", person_id=person_id, added_by="officer", at=agency.clock()))
    status, answer = await officer.ask("POST", f"/api/cases/{case_id}/members", {"officer": "9001"})
    assert (status, answer["error"]) == (409, "too_many_members")
    _, answer = await officer.ask("POST", f"/api/cases/{case_id}/members/end", {"person_id": "left-1"})
    assert answer["members"][-1] == {"person_id": "left-49", "name": "left-49", "badge": "-", "asks": False}
