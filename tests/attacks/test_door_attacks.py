"""Attacks on the officers' door by whoever has a session, or what is left of one: each is refused and written down."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from hub.access import Role
from hub.accounts.csrf import FIELD, HEADER
from hub.accounts.guard import COOKIE
from tests.simulators.answered import PEOPLE, Answered, answered_agency
from tests.simulators.sealed_share import seal_share

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.simulators.agency import Desk

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def started(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Answered]:
    """Run a hub with everybody in it, for all of these attacks."""
    async with answered_agency(tmp_path_factory.mktemp("town")) as town:
        yield town


@pytest_asyncio.fixture(loop_scope="module")
async def town(started: Answered) -> Answered:
    """Seat everybody anew."""
    return replace(started, desks={role: await started.agency.desk(role.value) for role in PEOPLE})


# Other pages


async def test_a_call_that_does_not_know_the_sessions_word_changes_nothing(town: Answered) -> None:
    """None, an empty one, another session's of the same person, one in the address or in a form: refused."""
    desk, other = await town.agency.desk("officer"), await town.agency.desk("officer")
    path = f"/api/requests/{town.request_id}/withdraw"
    words = (None, "", other.word, desk.word[:-1], "\u00fc")
    for word in words:
        status, answer = await desk.ask("POST", path, {}, **{HEADER: word})
        assert (status, answer["error"]) == (403, "csrf_wrong"), word
    for form in ({}, {FIELD: other.word}, [("x", "y")] * 9):
        assert await posted(town, desk, path, form) == 403
    assert (await desk.ask("POST", f"{path}?{FIELD}={desk.word}", {}, **{HEADER: None}))[0] == 403
    assert (await desk.ask("GET", f"/api/requests/{town.request_id}"))[1]["state"] == "published"


async def test_a_form_signs_out_with_the_word_that_its_page_has(town: Answered) -> None:
    """The one form that needs no script."""
    desk = await town.agency.desk("officer")
    assert await posted(town, desk, "/sign-out", {}) == 403
    assert (await desk.ask("GET", "/api/session"))[1] == {"csrf": desk.word}
    assert await posted(town, desk, "/sign-out", {FIELD: desk.word}) == 303
    assert (await desk.ask("GET", "/api/session"))[0] == 401


async def posted(town: Answered, desk: Desk, path: str, form: object) -> int:
    """Post a form as a page of the officers' own origin."""
    sent = {"Cookie": f"{COOKIE}={desk.cookie}", "Origin": town.agency.settings.officers_origin}
    url = town.agency.officers_url + path
    async with town.agency.session.post(url, data=form, headers=sent, allow_redirects=False) as answer:
        return answer.status


@pytest.mark.parametrize("site", ["same-site", "cross-site", "made-up"])
async def test_no_page_beside_the_officers_own_reads_with_their_cookie(town: Answered, site: str) -> None:
    """The signer's page is of the same site: its calls get no byte, and leave no receipt of a look."""
    desk, share = town.desks[Role.OFFICER], seal_share(town.request, town.request_id)
    await town.home.send(share)
    one = f"/api/shares/{share.share.share_id}"
    called = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors"}
    for path in (f"{one}/parts/clip/body", one, "/api/requests", f"/requests/{town.request_id}/events", "/map.geojson"):
        status, answer = await desk.ask("GET", path, **called)
        assert (status, answer["error"]) == (403, "wrong_origin"), path
    linked = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate"}
    assert (await desk.ask("GET", f"{one}/parts/clip/body", **linked))[0] == 403
    assert (await desk.ask("GET", "/api/requests", Origin="https://evil.example"))[0] == 403
    receipts = (await desk.ask("GET", one))[1]["receipts"]
    assert [receipt["event"] for receipt in receipts] == ["received"]


async def test_a_link_from_another_site_leads_to_the_page(town: Answered) -> None:
    """A browser that follows it reads nothing to that site (and a Strict cookie is not even sent)."""
    cookie = {"Cookie": f"{COOKIE}={town.desks[Role.OFFICER].cookie}", "Accept": "text/html"}
    linked = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    async with town.agency.session.get(f"{town.agency.officers_url}/requests", headers=cookie | linked) as page:
        assert page.status == 200
