"""An urgent request from its officer to its end: a supervisor at once, homes for a day, the report's count."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hub.auditors.report import figures
from hub.auditors.report.quarters import Quarter
from hub.kit.access import Actor, Role
from milton_protocol.limits import EXPIRY_URGENT_MAX
from milton_protocol.messages.requests.request import Urgency
from milton_protocol.verification import Refusal, VerifiedRequest
from tests.hub.requests.test_requests import as_a_home, leaves, topics
from tests.hub.web.pages.test_pages import look

if TYPE_CHECKING:
    from tests.simulators.agency import Agency, Desk

URGENT = {"urgency": "urgent", "offence_code": "16-5-40", "expires_in_h": 24}
LARGE = {"area": {"kind": "circle", "center": [341_400_000, -843_000_000], "radius_m": 400}}
LARGE |= {"why_larger": "Three streets, and the way out of them."}
AUDITOR = Actor(id="person:auditor", roles=frozenset({Role.AUDITOR}), person_id="auditor")
COUNTED = 5  # fewer are not said


async def asks_urgently(officer: Desk, **changes: object) -> str:
    """Draft and sign an urgent request; return its id."""
    drafted = await officer.draft(**URGENT | changes)
    assert drafted["exceeded"] == ["urgent"]
    request_id = str(drafted["id"])
    assert (await officer.sign(request_id))[1]["state"] == "drafted"
    assert (await officer.act(request_id, "publish"))[1]["error"] == "wrong_state"
    return request_id


async def count(desk: Desk) -> tuple[int, int]:
    """Return how much waits for a second person, and how much of it is urgent."""
    status, answer = await desk.ask("GET", "/api/requests/waiting")
    assert status == 200, answer
    return answer["waiting"], answer["urgent"]


async def test_an_urgent_request_goes_to_a_supervisor_to_homes_for_a_day_and_into_the_report(agency: Agency) -> None:
    """It skips no signature, no log and no limit; homes read that it is urgent, as its owner's quiet hours ask."""
    officer, supervisor = await agency.desk("officer"), await agency.desk("supervisor")
    ids = [await asks_urgently(officer, case_number=f"26-{7000 + number}") for number in range(COUNTED)]
    assert await count(supervisor) == (COUNTED, COUNTED)
    for request_id in ids:
        assert (await supervisor.sign(request_id, "approver"))[1]["state"] == "signed"
        assert (await officer.act(request_id, "publish"))[1]["state"] == "published"
    assert await count(supervisor) == (0, 0)
    assert await leaves(agency) == ["urgent_request"] * COUNTED
    published = agency.clock()
    for request_id in ids:
        verified = await as_a_home(agency, request_id)
        assert isinstance(verified, VerifiedRequest)
        assert verified.request.urgency is Urgency.URGENT
        assert verified.request.expires_at - verified.request.created_at == EXPIRY_URGENT_MAX
        assert verified.approver is not None

    agency.clock.ahead += EXPIRY_URGENT_MAX
    await agency.hub.jobs.run_now("expiry")
    sent = await topics(agency)
    assert {sent[f"requests/{request_id}"] for request_id in ids} == {None}
    officer = await agency.desk("officer")
    assert {(await officer.ask("GET", f"/api/requests/{each}"))[1]["state"] for each in ids} == {"expired"}

    zone = ZoneInfo(agency.settings.time_zone)
    quarter = Quarter.of(published, zone)
    async with agency.hub.database.reading() as session:
        report = await figures.report(session, AUDITOR, quarter, quarter.end(zone), zone)
    said = {words: number for section in report.sections for words, number in section.lines}
    assert said["of these, urgent"] == said["Requests published"] == "at least 5"
    assert said["of these, routine"] == "fewer than 5"


async def test_homes_refuse_it_the_moment_its_time_is_over_whatever_the_hub_still_sends(agency: Agency) -> None:
    """Its topic is cleared by a job; a home does not wait for that."""
    officer, supervisor = await agency.desk("officer"), await agency.desk("supervisor")
    request_id = await asks_urgently(officer, expires_in_h=6)
    assert (await supervisor.sign(request_id, "approver"))[0] == 200
    assert (await officer.act(request_id, "publish"))[0] == 200
    assert isinstance(await as_a_home(agency, request_id), VerifiedRequest)
    agency.clock.ahead += timedelta(hours=6)
    refused = await as_a_home(agency, request_id)
    assert isinstance(refused, Refusal)
    assert refused.rule == "expired"


async def test_what_is_urgent_stands_above_what_came_later_and_what_closes_first_above_all(agency: Agency) -> None:
    """With a chip; the count is everybody's but one's own, and nobody's who approves nothing."""
    officer, supervisor = await agency.desk("officer"), await agency.desk("supervisor")
    later = await asks_urgently(officer)
    sooner = await asks_urgently(officer, case_number="26-7101", expires_in_h=6)
    agency.clock.ahead += timedelta(seconds=1)
    larger = str((await officer.draft(case_number="26-7102", **LARGE))["id"])
    text = (await look(supervisor, "/cosign"))[2]
    places = [text.index(f'data-request-id="{each}"') for each in (sooner, later, larger)]
    assert places == sorted(places)
    assert text.count("data-left=") == 2
    assert await count(supervisor) == (3, 2)
    status, answer = await officer.ask("GET", "/api/requests/waiting")
    assert (status, answer["error"]) == (403, "not_allowed")
