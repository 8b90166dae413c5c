"""One administrator alone lets nobody in: every way in which one might."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from hub.identity.accounts.proposals import waiting
from hub.identity.passkeys.reverify import HEADER
from tests.simulators.agency import running_agency
from tests.simulators.office import an_office
from tests.simulators.officer_device import Device
from tests.simulators.proofs import intent_of, prove

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.agency import Desk
    from tests.simulators.office import Office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """Run an agency with two administrators."""
    async with running_agency(tmp_path) as agency:
        yield await an_office(agency)


async def rule(desk: Desk, path: str, **headers: str | None) -> object:
    """Return the rule by which an act is refused, or its status."""
    status, answer = await desk.ask("POST", path, {}, **headers)
    return answer["error"] if status >= 400 else status


async def test_who_asks_does_not_confirm_however_often_they_ask(office: Office) -> None:
    """Nor from another session of theirs; nor does the person whom it is for."""
    code = await office.invite("officer")
    again = await office.agency.desk("ida")
    for desk in (office.ida, again):
        status, answer = await office.confirm(desk, "officer")
        assert (status, answer["error"]) == (403, "own_act")
    await office.invite("lou")
    status, answer = await office.confirm(office.lou, "lou")
    assert (status, answer["error"]) == (403, "own_act")
    assert (await Device.new(office.agency).open_code(code))[0] == 404
    for act in ("recover", "revoke"):
        assert await rule(office.ida, f"/people/ida/{act}") == "own_act"


async def test_a_link_that_nobody_confirmed_is_as_good_as_one_that_was_guessed(office: Office) -> None:
    """The same answer; a registration that was begun by another invitation does not serve it."""
    code = await office.invite("officer")
    device = Device.new(office.agency)
    early, guessed = await device.open_code(code), await device.open_code("guessed")
    assert [answer[0] for answer in (early, guessed)] == [404, 404]
    assert [answer[1]["message"] for answer in (early, guessed)] == [early[1]["message"]] * 2
    await device.open_invitation("officer")
    device.begun["code"] = code
    assert (await device.register())[1]["error"] == "invitation_unknown"


async def test_a_proof_serves_one_act_on_one_person_once(office: Office) -> None:
    """Kept, handed on to another person's act, or used for a second recovery: refused."""
    agency = office.agency
    secret, path = agency.hub.keys.enrolment_secret, "/people/officer/recover"

    async def proof() -> dict[str, str]:
        return await prove(agency.hub.database, secret, intent_of(office.ida.cookie, "POST", path), agency.clock())

    kept = (await proof())[HEADER]
    for other in ("/people/supervisor/recover", "/people/officer/revoke"):
        assert await rule(office.ida, other, **{HEADER: kept}) == "fresh_wrong"
    assert await rule(office.lou, path, **{HEADER: kept}) == "fresh_wrong"
    assert await rule(office.ida, path, **{HEADER: kept}) == 200
    assert await rule(office.ida, path, **{HEADER: kept}) == "fresh_wrong"


async def test_without_the_passkey_a_session_lets_nobody_in_and_puts_nobody_out(office: Office) -> None:
    """A cookie that was stolen from an administrator's device that is open."""
    await office.invite("officer")
    which = await office.open_id("officer")
    acts = ("invite", "recover", "end-sessions", "revoke", f"invitations/{which}/confirm")
    for act in acts:
        assert await rule(office.lou, f"/people/officer/{act}", **{HEADER: None}) == "fresh_needed", act
    for path in (f"/devices/{'0' * 32}/revoke", f"/passkeys/{'0' * 32}/remove"):
        assert await rule(office.lou, path, **{HEADER: None}) == "fresh_needed"


async def test_an_id_that_is_unknown_or_another_persons_is_one_answer(office: Office) -> None:
    """Whatever is in the address."""
    await office.invite("officer")
    which = await office.open_id("officer")
    for person_id, invitation_id in (("supervisor", which), ("nobody", which), ("officer", "0" * 64)):
        for act in ("confirm", "end"):
            path = f"/people/{person_id}/invitations/{invitation_id}/{act}"
            assert await rule(office.lou, path) == "invitation_unknown", path
    for act in ("invite", "recover", "end-sessions", "revoke"):
        assert await rule(office.lou, f"/people/nobody/{act}") == "person_unknown"
    assert await rule(office.lou, f"/devices/{'0' * 32}/revoke") == "device_unknown"
    assert await rule(office.lou, f"/passkeys/{'0' * 32}/remove") == "device_unknown"


async def test_what_the_command_line_founded_needs_nobody_and_is_confirmed_by_nobody(office: Office) -> None:
    """It works already; there is nothing to stand behind."""
    await Device.new(office.agency).open_invitation("officer")
    assert (await office.confirm(office.lou, "officer"))[1]["error"] == "invitation_unknown"


async def test_a_key_that_a_thief_proposed_waits_no_more_once_the_person_is_put_out(office: Office) -> None:
    """Else the directory's keepers, who sign what waits, would sign it in for somebody who is back by then."""
    for act in ("recover", "revoke"):
        stolen = await office.let_in("officer")
        assert (await stolen.make_signing_key())[0] == 200
        assert "one more key" in await waiting_for(office, "officer")
        assert await rule(office.ida, f"/people/officer/{act}") == 200
        assert "one more key" not in await waiting_for(office, "officer")
    mine = await office.let_in("officer")
    assert await waiting_for(office, "officer") == ""
    assert (await mine.make_signing_key())[0] == 200
    assert "one more key" in await waiting_for(office, "officer")


async def test_one_administrator_alone_keeps_nobody_in_whom_another_put_out(office: Office) -> None:
    """An invitation, or a recovery, that nobody confirmed takes no removal back."""
    assert await rule(office.lou, "/people/officer/revoke") == 200
    for act in ("invite", "recover"):
        assert await rule(office.ida, f"/people/officer/{act}") == 200
        assert await waiting_for(office, "officer") == "officer leaves, with all credentials and keys."
    which = await office.open_id("officer")
    assert await rule(office.ida, f"/people/officer/invitations/{which}/confirm") == "own_act"
    assert await waiting_for(office, "officer") == "officer leaves, with all credentials and keys."


async def waiting_for(office: Office, person_id: str) -> str:
    """Return what waits for the directory's keys about somebody, in their keepers' words."""
    agency = office.agency
    async with agency.hub.database.reading() as session:
        directory = (await agency.directory.current(session)).directory
        found = await waiting(session, directory, agency.clock(), person_id)
    return " ".join(words for each in found for words in each.words)
