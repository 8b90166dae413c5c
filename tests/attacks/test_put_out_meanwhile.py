"""Who is put out does nothing more, though their call was let in before: while its body comes, or while it waits."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from hub.audit.model import AuditRow
from hub.identity.model import Ceremony, OfficerSession
from hub.identity.passkeys.ceremonies import Purpose
from hub.policy.repository import waiting
from tests.simulators.agency import running_agency
from tests.simulators.broker_bench import eventually
from tests.simulators.joining import joins
from tests.simulators.office import an_office
from tests.simulators.proofs import intent_of, prove

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from tests.simulators.agency import Desk
    from tests.simulators.office import Office

PROPOSE = "/api/policy/proposals"
CHANGE = {
    "base": 1,
    "reason": "Officers ask for shorter times.",
    "numbers": {"duration_ordinary_min": 60},
    "case_number": None,
    "offences": [],
}


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Run an agency with two administrators."""
    async with running_agency(tmp_path) as agency:
        yield await an_office(agency)


async def slowly(desk: Desk, path: str, body: object, meanwhile: Callable[[], Awaitable[object]]) -> tuple[int, Any]:
    """Send a call that the door lets in, and the end of its body when ``meanwhile`` has happened."""
    agency, data = desk.agency, json.dumps(body).encode()
    proof = await prove(
        agency.hub.database, agency.hub.keys.enrolment_secret, intent_of(desk.cookie, "POST", path), agency.clock()
    )

    async def is_let_in() -> bool:
        async with agency.hub.database.reading() as session:
            used = select(Ceremony.ceremony_id).where(Ceremony.purpose == Purpose.FRESH_USED)
            return set(proof.values()) <= set(await session.scalars(used))

    async def pieces() -> AsyncIterator[bytes]:
        yield data[:4]
        await eventually(is_let_in)
        await meanwhile()
        yield data[4:]

    sent = {**desk.headers, **proof, "Content-Type": "application/json"}
    async with agency.session.post(agency.officers_url + path, data=pieces(), headers=sent) as answer:
        return answer.status, json.loads(await answer.read())


async def test_a_call_that_comes_slowly_is_taken_where_nobody_was_put_out(office: Office) -> None:
    """Else these tests would show nothing."""

    async def nothing() -> None:
        """Let it come."""

    assert (await slowly(office.lou, PROPOSE, CHANGE, nothing))[0] == 200


async def test_who_is_put_out_while_a_call_is_coming_does_nothing_by_it(office: Office) -> None:
    """A thief of a passkey proposes a policy as slowly as the hub waits for a body; what they say is known by then."""

    async def put_out() -> None:
        assert (await office.ida.ask("POST", "/people/lou/revoke", {}))[0] == 200

    status, answer = await slowly(office.lou, PROPOSE, CHANGE, put_out)
    assert (status, answer["error"]) == (401, "not_signed_in")
    async with office.agency.hub.database.reading() as session:
        assert await waiting(session) == []
        acts = (await session.scalars(select(AuditRow.action).where(AuditRow.actor == "person:lou"))).all()
    assert "policy.proposed" not in acts


async def test_who_has_another_role_while_a_call_is_coming_does_nothing_by_the_one_before(office: Office) -> None:
    """The two keys took it: what was let in by it is asked again."""

    async def another_role() -> None:
        await joins(office.agency.settings.folder.parent, "lou", "auditor", badge="-")

    status, answer = await slowly(office.lou, PROPOSE, CHANGE, another_role)
    assert (status, answer["error"]) == (409, "role_changed")
    async with office.agency.hub.database.reading() as session:
        assert await waiting(session) == []


async def test_of_two_administrators_who_put_each_other_out_at_once_one_stays(office: Office) -> None:
    """Both were let in; who comes second is out by then, and puts nobody out any more."""
    asked = (office.ida.ask("POST", "/people/lou/revoke", {}), office.lou.ask("POST", "/people/ida/revoke", {}))
    answers = await asyncio.gather(*asked)
    assert sorted(status for status, _ in answers) == [200, 401]
    async with office.agency.hub.database.reading() as session:
        stay = select(OfficerSession.person_id).where(OfficerSession.ended_at.is_(None))
        assert len((await session.scalars(stay)).all()) == 1
