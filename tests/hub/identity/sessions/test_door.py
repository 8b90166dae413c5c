"""The doors: who is let into the officers' application, and who may do what."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from hub.identity.sessions.guard import UNATTENDED
from hub.identity.sessions.service import Sessions
from hub.kit.access import ALLOWED, ANY_HOME, OPERATOR, Action, Actor, Role, require, require_other, system
from hub.kit.errors import HubError
from tests.simulators.agency import Desk

if TYPE_CHECKING:
    from tests.simulators.agency import Agency

PEOPLE = (Role.OFFICER, Role.SUPERVISOR, Role.CUSTODIAN, Role.ADMINISTRATOR, Role.AUDITOR)


async def test_without_a_session_nothing_but_the_open_paths_answers(agency: Agency) -> None:
    """No cookie, a made-up one, an ended one."""
    officer = await agency.desk("officer")
    ended = await agency.desk("officer")
    async with agency.hub.database.session("test") as session:
        await Sessions(agency.directory).end(session, ended.cookie, agency.clock())
    for cookie in ("", "made-up", ended.cookie):
        stranger = Desk(agency=agency, person_id="officer", cookie=cookie)
        for method, path in (("GET", "/api/requests"), ("POST", "/api/requests"), ("GET", "/no/such/page")):
            status, answer = await stranger.ask(method, path)
            assert (status, answer["error"]) == (401, "not_signed_in")
    assert (await officer.ask("GET", "/api/requests"))[0] == 200


async def test_a_browser_is_sent_to_the_sign_in_page(agency: Agency) -> None:
    """A person sees a page, not JSON."""
    url = f"{agency.officers_url}/requests"
    async with agency.session.get(url, headers={"Accept": "text/html"}, allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (303, "/sign-in")


async def test_a_session_locks_after_half_an_hour_and_ends_after_a_shift(agency: Agency) -> None:
    """Use keeps it open, at most for twelve hours."""
    officer = await agency.desk("officer")
    for _ in range(3):
        agency.clock.ahead += timedelta(minutes=29)
        assert (await officer.ask("GET", "/api/requests"))[0] == 200
    agency.clock.ahead += timedelta(minutes=30, seconds=1)
    assert (await officer.ask("GET", "/api/requests"))[0] == 401
    officer = await agency.desk("officer")
    for minutes in [20] * 35 + [19]:
        agency.clock.ahead += timedelta(minutes=minutes)
        last = await officer.ask("GET", "/api/requests")
    agency.clock.ahead += timedelta(minutes=1)
    assert (last[0], (await officer.ask("GET", "/api/requests"))[0]) == (200, 401)


async def test_what_a_page_asks_for_by_itself_keeps_no_session_from_locking(agency: Agency) -> None:
    """A list that changes while nobody sits there, a stream that is opened anew."""
    officer = await agency.desk("officer")
    for headers in ({UNATTENDED: "yes"}, {"Accept": "text/event-stream"}):
        agency.clock.ahead += timedelta(minutes=14)
        assert (await officer.ask("GET", "/api/requests", **headers))[0] == 200
    agency.clock.ahead += timedelta(minutes=3)
    assert (await officer.ask("GET", "/api/requests"))[0] == 401


async def test_another_sites_page_can_not_act_for_a_signed_in_officer(agency: Agency) -> None:
    """By its origin, or by what the browser says of the site."""
    officer = await agency.desk("officer")
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
        status, answer = await officer.ask("POST", "/api/requests", agency.draft(), **headers)
        assert (status, answer["error"]) == (403, "wrong_origin")


async def test_the_table_is_asked_at_each_act(agency: Agency) -> None:
    """A custodian drafts nothing, a supervisor drafts nothing, an officer approves nothing."""
    for person_id in ("custodian", "supervisor"):
        status, answer = await (await agency.desk(person_id)).ask("POST", "/api/requests", agency.draft())
        assert (status, answer["error"]) == (403, "not_allowed")


async def test_an_expired_directory_lets_nobody_in(agency: Agency) -> None:
    """Homes believe it no more; neither does the hub."""
    agency.clock.ahead += timedelta(days=31)
    with pytest.raises(HubError) as refused:
        await agency.desk("officer")
    assert refused.value.rule == "directory_expired"


def test_every_action_is_in_the_table_and_what_is_not_is_denied() -> None:
    """Deny by default."""
    assert set(ALLOWED) == set(Action)
    nobody = Actor(id="person:x", roles=frozenset(), person_id="x")
    for action in Action:
        with pytest.raises(HubError, match="not_allowed"):
            require(nobody, action)


def test_administrators_see_no_evidence_and_the_hub_itself_asks_for_none() -> None:
    """Nor does an auditor, a home or the command line."""
    evidence = (Action.SHARE_WATCH, Action.SHARE_ACCEPT, Action.REQUEST_DRAFT)
    others = [Actor(id="x", roles=frozenset({role})) for role in (Role.ADMINISTRATOR, Role.AUDITOR)]
    for actor in (*others, ANY_HOME, OPERATOR, system("x")):
        assert not [action for action in evidence if actor.may(action)]


def test_only_the_command_line_changes_the_directory_makes_codes_enrols_devices_and_founds() -> None:
    """No page can."""
    for action in (Action.DIRECTORY_CHANGE, Action.CODE_NEW, Action.PERSON_FOUND, Action.DEVICE_ENROL):
        assert [role for role in PEOPLE if role in ALLOWED[action]] == []


def test_nobody_approves_their_own_act() -> None:
    """Nor does somebody who is no person."""
    require_other(Actor(id="person:b", roles=frozenset(), person_id="b"), "a")
    for actor in (Actor(id="person:a", roles=frozenset(), person_id="a"), system("x")):
        with pytest.raises(HubError, match="own_act"):
            require_other(actor, "a")
