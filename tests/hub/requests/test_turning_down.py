"""A supervisor says no to what is asked above the limits; the queue is told of what comes and goes."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from hub.identity.sessions.service import SESSION_MAX
from hub.policy.values import Policy
from hub.requests.queue import above
from milton_protocol.messages.requests.request import Request
from tests.hub.web.pages.test_pages import look
from tests.simulators.city import City

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.simulators.agency import Agency, Desk

LARGE = {"kind": "circle", "center": [341_400_000, -843_000_000], "radius_m": 400}
WHY = "Three streets, and the way out of them."
REASON = {"reason": "One street is enough; ask for that one."}


async def larger(agency: Agency) -> str:
    """Draft and sign a request for a larger area; return its id."""
    officer = await agency.desk("officer")
    request_id = str((await officer.draft(area=LARGE, why_larger=WHY))["id"])
    assert (await officer.sign(request_id))[0] == 200
    return request_id


async def test_what_a_supervisor_turns_down_is_over_and_its_officer_reads_why(agency: Agency) -> None:
    """It can't be signed, published or turned down otherwise any more; the trail has who did it and not the words."""
    officer, supervisor = await agency.desk("officer"), await agency.desk("supervisor")
    request_id = await larger(agency)
    path = f"/api/requests/{request_id}"
    _, seen = await supervisor.ask("GET", path)
    assert (seen["why_larger"], seen["may"]) == (WHY, ["cosign", "turn_down", "withdraw"])
    status, answer = await supervisor.ask("POST", f"{path}/turn-down", REASON)
    assert (status, answer["state"]) == (200, "turned_down")
    assert answer["turned_down"] == {"person_id": "supervisor"} | REASON
    assert await supervisor.ask("POST", f"{path}/turn-down", {"reason": "Another reason, a minute later."}) == (
        200,
        answer,
    )
    _, told = await officer.ask("GET", path)
    assert (told["turned_down"], told["may"]) == ({"person_id": "supervisor"} | REASON, [])
    text = (await look(officer, f"/requests/{request_id}"))[2]
    assert REASON["reason"] in text
    assert "Turned down by a supervisor" in text
    assert (await supervisor.sign(request_id, "approver"))[1]["error"] == "wrong_state"
    assert (await officer.act(request_id, "publish"))[1]["error"] == "wrong_state"


@pytest.mark.parametrize(
    ("who", "body", "refusal"),
    [
        ("officer", REASON, (403, "not_allowed")),
        ("custodian", REASON, (403, "not_allowed")),
        ("supervisor", {"reason": "No."}, (400, "out_of_bounds")),
        ("supervisor", {"reason": "x" * 501}, (400, "out_of_bounds")),
        ("supervisor", {}, (400, "missing_field")),
        ("supervisor", REASON | {"by": "officer"}, (400, "unknown_field")),
    ],
)
async def test_only_a_supervisor_turns_down_and_only_with_a_reason(
    agency: Agency, who: str, body: dict[str, str], refusal: tuple[int, str]
) -> None:
    """Long enough to help, short enough to be read."""
    request_id = await larger(agency)
    status, answer = await (await agency.desk(who)).ask("POST", f"/api/requests/{request_id}/turn-down", body)
    assert (status, answer["error"]) == refusal


async def test_what_needs_no_supervisor_or_was_approved_is_not_turned_down(agency: Agency) -> None:
    """A supervisor withdraws such a request, in public where it was published."""
    officer, supervisor = await agency.desk("officer"), await agency.desk("supervisor")
    ordinary = (await officer.draft())["id"]
    approved = (await officer.draft(area=LARGE, why_larger=WHY))["id"]
    assert (await supervisor.sign(approved, "approver"))[0] == 200
    for request_id in (ordinary, approved):
        status, answer = await supervisor.ask("POST", f"/api/requests/{request_id}/turn-down", REASON)
        assert (status, answer["error"]) == (409, "wrong_state")


async def queue(desk: Desk) -> AsyncIterator[str]:
    """Yield the names of the events of the page of what waits."""
    headers = desk.headers | {"Accept": "text/event-stream"}
    async with desk.agency.session.get(f"{desk.agency.officers_url}/cosign/events", headers=headers) as answer:
        assert answer.status == 200
        async for line in answer.content:
            if line.startswith(b"event: "):
                yield line.decode().strip().removeprefix("event: ")


async def test_the_queue_is_told_of_what_comes_and_of_what_goes_and_ends_with_the_session(agency: Agency) -> None:
    """Within seconds, and without a word of what it is."""
    supervisor = await agency.desk("supervisor")
    stream = queue(supervisor)
    async with asyncio.timeout(30):
        assert await anext(stream) == "ready"
        request_id = await larger(agency)
        assert await anext(stream) == "changed"
        while WHY not in (await look(supervisor, "/cosign"))[2]:
            assert await anext(stream) == "changed"
        assert (await supervisor.ask("POST", f"/api/requests/{request_id}/turn-down", REASON))[0] == 200
        assert await anext(stream) == "changed"
        assert "Nothing waiting." in (await look(supervisor, "/cosign"))[2]
        agency.clock.ahead += SESSION_MAX
        assert await anext(stream, "ended") == "ended"


def test_each_limit_that_is_passed_is_said_with_its_number() -> None:
    """For who decides."""
    city = City()
    asked = Request.from_bytes(city.draft().to_bytes())
    length = timedelta(hours=3, minutes=20)
    early = Request.from_bytes(city.draft(from_=asked.until - length).to_bytes())
    assert above("duration urgent", early, Policy()) == (
        "3 h 20 min of footage, above 2 h",
        "Urgent, closes within 24 h",
    )
    whole = Request.from_bytes(city.draft(from_=asked.until - timedelta(hours=3)).to_bytes())
    assert above("duration", whole, Policy()) == ("3 h of footage, above 2 h",)
    assert above("", asked, Policy()) == ()
    assert len(above("area look_back requests_of_case", asked, Policy())) == 3
