"""An id that one may not know answers as one that nothing has: at every route of the officers, for each kind of id."""

from __future__ import annotations

import json
import re
import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hub.audit.model import DenialRow
from hub.kit.access import ALLOWED, Action, Role
from hub.web.routing import RouteAccess
from tests.attacks.routes.listed import all_of
from tests.attacks.test_law_10_deny_by_default import call
from tests.simulators.answered import answered_agency
from tests.simulators.joining import joins
from tests.simulators.paths import filled
from tests.simulators.wraps import a_wrap

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.agency import Desk
    from tests.simulators.answered import Answered

IDS = re.compile(r"[0-9a-f]{64}|[0-9a-f]{32}")  # requests', and everything else's
THINGS = {"id", "share_id", "case_id"}  # of the town, and not of a colleague who is in none of its cases
# Which are no ids, are tried below, or are every administrator's (tests/attacks/test_policy_attacks.py,
# tests/attacks/test_two_administrators.py), or custodians (tests/attacks/test_passing_attacks.py).
OTHERS = {"name", "number", "path", "proposal_id", "quarter", "recipient_id", "wrap_id"}
OTHERS |= {"person_id", "invitation_id", "device_id", "passkey_id"}


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Answered]:
    """Run a hub with everybody in it, and an officer who is in no case."""
    async with answered_agency(tmp_path) as started:
        await joins(tmp_path, "mallory", "officer", badge="9001")
        yield started


def unknown(text: str) -> str:
    """Put ids of the same form, which nothing has, in the place of all ids."""
    return IDS.sub(lambda found: secrets.token_hex(len(found[0]) // 2), text)


def is_an_officers(door: Action | RouteAccess) -> bool:
    """Tell whether the officer's role opens a door."""
    return door is RouteAccess.SIGNED_IN or (door in Action and Role.OFFICER in ALLOWED[Action(door)])


async def test_at_every_route_anothers_id_answers_as_an_unknown_one(town: Answered) -> None:
    """In status, headers that say what it is, and every byte; each try is written down as one of theirs."""
    listed, mallory = all_of(), await town.agency.desk("mallory")
    walked, wrong = [], []
    for (method, path), door in listed.officers.items():
        names = set(re.findall(r"\{(\w+)\}", path))
        assert names <= THINGS | OTHERS, f"nobody said whose a {names} is"
        if not names & THINGS or not is_an_officers(door):
            continue
        route = (method, path)
        body = listed.bodies[route](town, Role.OFFICER) if route in listed.bodies else {}
        address = filled(town, path) + (listed.queries[route](town) if route in listed.queries else "")
        tried = await asked(town, mallory, method, address, body)
        never = await asked(town, mallory, method, unknown(address), json.loads(unknown(json.dumps(body))))
        walked.append(f"{method} {path}")
        if tried != never or tried[0] != HTTPStatus.NOT_FOUND:
            wrong.append((method, path, tried, never))
    assert wrong == []
    assert len(walked) > len(THINGS)
    noted = await denied(town, "mallory")
    assert {re.sub(r"\{(\w+):[^/]*\}", r"{\1}", route) for route in noted} >= set(walked)


async def test_lists_and_what_a_body_names_show_nothing_of_anothers(town: Answered) -> None:
    """Neither a query's nor a body's id is less closed than a path's."""
    officer, mallory = town.desks[Role.OFFICER], await town.agency.desk("mallory")
    for path in (f"/api/shares?request={town.request_id}", f"/cases/{town.case_id}"):
        assert await asked(town, mallory, "GET", path, {}) == await asked(town, mallory, "GET", unknown(path), {})
    draft = town.agency.draft(case_number="26-700001")
    kept = {"filter_id": secrets.token_hex(16), "name": "Mine", "query": "suv", "kind": None, "narrowed": "own=yes"}
    assert (await officer.ask("POST", "/api/drafts", draft))[0] == 200
    assert (await officer.ask("POST", "/api/filters", kept))[0] == 200
    for path, body in (
        ("/api/drafts/discard", {"draft_id": draft["draft_id"]}),
        ("/api/filters/end", {"filter_id": kept["filter_id"]}),
    ):
        for who in (mallory, town.desks[Role.SUPERVISOR]):
            tried = await asked(town, who, "POST", path, body)
            assert tried == await asked(town, who, "POST", path, json.loads(unknown(json.dumps(body)))), path
            assert tried[0] in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN}  # a supervisor drafts nothing
    for path, body in (("/api/drafts", draft), ("/api/filters", kept)):
        assert (await asked(town, mallory, "POST", path, body))[0] == HTTPStatus.NOT_FOUND, path
    assert {f"POST {path}" for path in ("/api/drafts", "/api/drafts/discard", "/api/filters", "/api/filters/end")} <= (
        await denied(town, "mallory")
    )
    for draft_id in (draft["draft_id"], "0" * 32):
        address = f"/requests/new?draft={draft_id}"
        assert (await asked(town, mallory, "GET", address, {}))[0] == HTTPStatus.NOT_FOUND
    assert "GET /requests/new" in await denied(town, "mallory")
    for path, words in (("/requests/new", str(draft["draft_id"])), ("/search", "Mine")):
        url = town.agency.officers_url + path
        status, page = await call(town, url, "GET", officer.headers)
        assert (status, words in page.decode()) == (200, True), path
        assert words not in (await call(town, url, "GET", mallory.headers))[1].decode()


async def test_nobody_removes_anothers_wrapped_key(town: Answered) -> None:
    """A wrap is its owner's; the custodian's opens nothing of the officer's and the other way round."""
    officer, custodian = town.desks[Role.OFFICER], town.desks[Role.CUSTODIAN]
    assert (await officer.ask("POST", "/api/wraps", a_wrap(town.share.identity.recipient, "blue")))[0] == 200
    [wrap] = (await officer.ask("GET", "/api/wraps"))[1]["wraps"]
    path = f"/api/wraps/{wrap['wrap_id']}/remove"
    assert await custodian.ask("POST", path, {}) == await custodian.ask("POST", unknown(path), {})
    assert (await custodian.ask("GET", "/api/wraps"))[1]["wraps"] == []
    assert len((await officer.ask("GET", "/api/wraps"))[1]["wraps"]) == 1


# What nothing has, of each kind of name in a path that is no request's, share's or case's.
MADE_UP = {
    "number": "9",
    "proposal_id": "0" * 64,
    "invitation_id": "0" * 64,
    "device_id": "0" * 32,
    "passkey_id": "0" * 32,
    "wrap_id": "0" * 32,
    "person_id": "nobody-there",
    "recipient_id": "nobody-there",
}


async def test_a_number_or_name_that_nothing_has_is_a_refusal_of_whoever_tried_it(town: Answered) -> None:
    """At every act that takes one, by a person whose act it is: an auditor sees who counts through them."""
    listed, walked = all_of(), set()
    for (method, path), door in listed.officers.items():
        names = set(re.findall(r"\{(\w+)\}", path)) & set(MADE_UP)
        if method != "POST" or not names or "/passing/" in path:  # of an accepted share: test_passing_attacks.py
            continue
        role = next(each for each in town.desks if door is RouteAccess.SIGNED_IN or each in ALLOWED[Action(door)])
        address = path
        for name in names:
            address = address.replace(f"{{{name}}}", MADE_UP[name])
        body = listed.bodies[method, path](town, role) if (method, path) in listed.bodies else {}
        status, answer = await town.desks[role].ask(method, filled(town, address), body)
        assert status == HTTPStatus.NOT_FOUND, (address, answer)
        walked.add((role.value, f"{method} {path}"))
    noted = {(role, route) for role in {who for who, _ in walked} for route in await denied(town, role)}
    assert walked <= noted
    assert len(walked) > len(MADE_UP)


async def asked(town: Answered, who: Desk, method: str, address: str, body: object) -> tuple[int, object]:
    """Ask by the bytes, and where the passkey is wanted again, with it proven for this very act."""
    answer = await call(town, town.agency.officers_url + address, method, who.headers, body)
    return await who.ask(method, address, body) if b'"fresh_needed"' in answer[1] else answer


async def denied(town: Answered, person_id: str) -> set[str]:
    """Return at which routes a person's refusals were written down."""
    await town.agency.hub.jobs.run_now("denials")
    async with town.agency.hub.database.reading() as session:
        rows = await session.scalars(select(DenialRow).where(DenialRow.person_id == person_id))
        return {row.route for row in rows}
