"""What a person may keep of wrapped opening keys, and what comes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hub.audit.model import AuditRow
from hub.identity.accounts.proposals import waiting
from hub.identity.wraps.service import WRAPS_MAX
from hub.identity.wraps.wrapped import WRAP_BYTES
from milton_protocol.base64_text import b64
from milton_protocol.sealing.age import Identity
from tests.simulators.wraps import a_wrap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.simulators.agency import Agency, Desk


@pytest.fixture
async def officer(agency: Agency) -> Desk:
    """Sign the officer in."""
    return await agency.desk("officer")


@pytest.fixture
def recipient() -> str:
    """Return an opening key that the directory does not have."""
    return Identity.generate().recipient


async def words_waiting(agency: Agency, person_id: str = "officer") -> Sequence[str]:
    """Return what waits for the directory's two keys, in words."""
    async with agency.hub.database.reading() as session:
        directory = (await agency.directory.current(session)).directory
        found = await waiting(session, directory, agency.clock(), person_id)
    return [words for each in found for words in each.words]


async def acts(agency: Agency) -> Sequence[str]:
    """Return the trail's actions on wraps."""
    async with agency.hub.database.reading() as session:
        actions = await session.scalars(select(AuditRow.action).order_by(AuditRow.number))
        return [each for each in actions if each.startswith("key.")]


async def test_a_new_opening_key_is_proposed_once_it_lies_under_two_security_keys(
    agency: Agency, officer: Desk, recipient: str
) -> None:
    """With one of them lost, the other still opens what was sealed to it."""
    status, kept = await officer.ask("POST", "/api/wraps", a_wrap(recipient, "blue"))
    assert (status, kept["label"], kept["recipient"]) == (200, "blue", recipient)
    assert await words_waiting(agency) == []
    assert (await officer.ask("POST", "/api/wraps", a_wrap(recipient, "red")))[0] == 200
    (words,) = await words_waiting(agency)
    assert recipient in words
    assert (await officer.ask("POST", "/api/wraps", a_wrap(recipient, "green")))[0] == 200
    assert len(await words_waiting(agency)) == 1
    _, answer = await officer.ask("GET", "/api/wraps")
    assert [each["label"] for each in answer["wraps"]] == ["blue", "red", "green"]
    assert answer["wraps"][0]["wrap"] == b64(bytes(WRAP_BYTES))
    assert await acts(agency) == ["key.wrapped"] * 3


async def test_an_opening_key_of_the_directory_is_not_proposed_again(agency: Agency, officer: Desk) -> None:
    """It comes from a file that the officer had before."""
    async with agency.hub.database.reading() as session:
        directory = (await agency.directory.current(session)).directory
    known = next(each.age_recipient for each in directory.recipients if each.person_id == "officer")
    for name in ("blue", "red"):
        assert (await officer.ask("POST", "/api/wraps", a_wrap(known, name)))[0] == 200
    assert await words_waiting(agency) == []


async def test_the_same_again_is_the_same_and_another_is_refused(agency: Agency, officer: Desk, recipient: str) -> None:
    """A repeated call is safe; what a security key wraps is never written over."""
    first = await officer.ask("POST", "/api/wraps", a_wrap(recipient, "blue"))
    assert await officer.ask("POST", "/api/wraps", a_wrap(recipient, "blue")) == first
    other = a_wrap(recipient, "blue", wrap=b64(b"\1" * WRAP_BYTES))
    status, answer = await officer.ask("POST", "/api/wraps", other)
    assert (status, answer["error"]) == (409, "wrap_known")
    assert await acts(agency) == ["key.wrapped"]


async def test_a_person_keeps_eight_and_no_more(officer: Desk, recipient: str) -> None:
    """One that is removed makes room."""
    for number in range(WRAPS_MAX):
        assert (await officer.ask("POST", "/api/wraps", a_wrap(recipient, f"key {number}")))[0] == 200
    one_more = a_wrap(recipient, "one more")
    status, answer = await officer.ask("POST", "/api/wraps", one_more)
    assert (status, answer["error"]) == (409, "too_many_wraps")
    _, answer = await officer.ask("GET", "/api/wraps")
    assert (await officer.ask("POST", f"/api/wraps/{answer['wraps'][3]['wrap_id']}/remove", {}))[0] == 200
    assert (await officer.ask("POST", "/api/wraps", one_more))[0] == 200


async def test_nobody_reaches_another_person_s(agency: Agency, officer: Desk, recipient: str) -> None:
    """Somebody else's is answered as one that never was; who opens no footage has none."""
    _, kept = await officer.ask("POST", "/api/wraps", a_wrap(recipient, "blue"))
    custodian, supervisor = await agency.desk("custodian"), await agency.desk("supervisor")
    assert (await custodian.ask("GET", "/api/wraps"))[1] == {"wraps": []}
    for desk, wrap_id in ((custodian, kept["wrap_id"]), (officer, "0" * 32)):
        status, answer = await desk.ask("POST", f"/api/wraps/{wrap_id}/remove", {})
        assert (status, answer["error"]) == (404, "wrap_unknown")
    status, answer = await supervisor.ask("GET", "/api/wraps")
    assert (status, answer["error"]) == (403, "not_allowed")
    assert (await officer.ask("POST", f"/api/wraps/{kept['wrap_id']}/remove", {}))[0] == 200
    assert (await officer.ask("GET", "/api/wraps"))[1] == {"wraps": []}
    assert await acts(agency) == ["key.wrapped", "key.unwrapped"]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"iv": b64(bytes(11))}, "out_of_bounds"),
        ({"wrap": b64(bytes(WRAP_BYTES + 1))}, "out_of_bounds"),
        ({"credential_id": ""}, "out_of_bounds"),
        ({"recipient": "AGE-SECRET-KEY-1"}, "not_an_age_recipient"),
        ({"label": "a\nb"}, "forbidden_character"),
        ({"more": "x"}, "unknown_field"),
    ],
)
async def test_what_is_no_wrap_is_refused(officer: Desk, recipient: str, changes: dict[str, str], rule: str) -> None:
    """Lengths are exact: nothing but a wrapped key can be left at the hub."""
    status, answer = await officer.ask("POST", "/api/wraps", a_wrap(recipient, "blue", **changes))
    assert (status, answer["error"]) == (400, rule)
