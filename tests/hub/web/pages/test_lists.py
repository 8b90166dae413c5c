"""Open list pages are notified when their content changes, each on its own route."""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from hub.identity.sessions.service import SESSION_MAX
from hub.web.pages.lists import SEEN, seen
from tests.simulators.joining import joins
from tests.simulators.looked import look

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from tests.simulators.agency import Agency, Desk

DATA = re.compile(r'id="page-data" nonce="[^"]*">(.*?)</script>', re.DOTALL)


async def follows(desk: Desk, path: str) -> str:
    """Return the stream that a list's page names."""
    found = DATA.search((await look(desk, path))[2])
    assert found is not None
    return str(json.loads(found[1])["follows"])


@asynccontextmanager
async def told(desk: Desk, path: str) -> AsyncIterator[AsyncGenerator[str]]:
    """Open a stream; yield the names of its events."""

    async def names() -> AsyncGenerator[str]:
        headers = desk.headers | {"Accept": "text/event-stream"}
        async with desk.agency.session.get(desk.agency.officers_url + path, headers=headers) as answer:
            assert answer.status == 200, path
            async for line in answer.content:
                if line.startswith(b"event: "):
                    yield line.decode().strip().removeprefix("event: ")

    stream = names()
    async with asyncio.timeout(30):
        assert await anext(stream) == "ready"
        yield stream
    await stream.aclose()


@pytest.mark.parametrize(("who", "path"), [("officer", "/requests"), ("officer", "/cases"), ("supervisor", "/cosign")])
async def test_a_list_of_what_is_asked_hears_of_a_request_and_reads_otherwise_then(
    agency: Agency, who: str, path: str
) -> None:
    """Without a word of what it is; who opens the list anew is told by another stream."""
    desk, officer = await agency.desk(who), await agency.desk("officer")
    before = await follows(desk, path)
    async with told(desk, before) as stream:
        await officer.draft(urgency="urgent", offence_code="16-5-40", expires_in_h=20)
        assert await anext(stream) == "changed"
    assert await follows(desk, path) != before


async def test_the_lists_of_people_and_of_policy_hear_of_what_administrators_do(agency: Agency) -> None:
    """One is let in, a limit is proposed: whoever has these pages open sees it."""
    await joins(agency.settings.folder.parent, "ida", "administrator", badge="B-ida")
    ida = await agency.desk("ida")
    people, policy, devices = [await follows(ida, path) for path in ("/people/officer", "/administration", "/devices")]
    assert people.startswith("/lists/people/events?")
    async with told(ida, people) as stream:
        assert (await ida.ask("POST", "/people/officer/invite", {}))[0] == 200
        assert await anext(stream) == "changed"
    change = {"base": 1, "numbers": {"expiry_max_h": 48}, "case_number": None, "offences": [], "reason": "Less."}
    async with told(ida, policy) as stream:
        status, answer = await ida.ask("POST", "/api/policy/proposals", change | {"reason": "The council asked."})
        assert status == 200, answer
        assert await anext(stream) == "changed"
    assert await follows(ida, "/devices") == devices


async def test_a_page_that_was_made_before_a_change_is_told_of_it_when_its_stream_begins(agency: Agency) -> None:
    """Nothing is lost between the page and its stream; what a page claims to show opens nothing else."""
    officer = await agency.desk("officer")
    before = await follows(officer, "/requests")
    await officer.draft()
    for path in (before, f"/lists/requests/events?{SEEN}=made-up"):
        async with told(officer, path) as stream:
            assert await anext(stream) == "changed"
    supervisor = await agency.desk("supervisor")
    status, answer = await supervisor.ask("GET", "/lists/leavers/events")
    assert (status, answer["error"]) == (403, "not_allowed")


async def test_a_list_ends_with_the_session_and_with_the_right_to_read_it(agency: Agency) -> None:
    """At the next change, or the next look."""
    officer = await agency.desk("officer")
    async with told(officer, await follows(officer, "/requests")) as stream:
        agency.clock.ahead += SESSION_MAX
        assert await anext(stream, "ended") == "ended"


def test_what_is_shown_is_the_same_for_the_same_and_says_nothing_of_it() -> None:
    """A digest of all of it."""
    assert seen(["26-104417"]) == seen(["26-104417"]) != seen(["26-104418"])
    assert re.fullmatch("[0-9a-f]{64}", seen(["26-104417"]))
