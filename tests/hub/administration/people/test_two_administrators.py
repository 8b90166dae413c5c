"""How two administrators let people in, and one puts them out."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hub.__main__ import main
from hub.administration.people.listing import State, state_of
from hub.audit.model import AuditRow
from hub.identity.accounts.invitations import INVITATION_VALID, found
from hub.identity.accounts.proposals import waiting
from hub.kit.access import OPERATOR
from hub.kit.errors import HubError
from tests.simulators.joining import joins
from tests.simulators.office import an_office
from tests.simulators.officer_device import Device

if TYPE_CHECKING:
    from hub.identity.accounts.proposals import Waiting
    from tests.simulators.agency import Agency, Desk
    from tests.simulators.office import Office


@pytest.fixture
async def office(agency: Agency) -> Office:
    """Run an agency with two administrators."""
    return await an_office(agency)


async def page(desk: Desk, path: str) -> tuple[int, str]:
    """Look at a page as a browser does."""
    headers = desk.headers | {"Accept": "text/html"}
    async with desk.agency.session.get(desk.agency.officers_url + path, headers=headers) as answer:
        return answer.status, await answer.text()


async def state(office: Office, person_id: str) -> str:
    """Return where the page says that a person stands."""
    text = (await page(office.lou, f"/people/{person_id}"))[1]
    return text.partition('data-state="')[2].partition('"')[0]


async def proposed(office: Office, person_id: str) -> list[Waiting]:
    """Return what waits for the directory's keys."""
    agency = office.agency
    async with agency.hub.database.reading() as session:
        current = await agency.directory.current(session)
        return list(await waiting(session, current.directory, agency.clock(), person_id))


async def test_a_person_comes_in_by_an_invitation_that_two_administrators_stand_behind(office: Office) -> None:
    """The link opens nothing before the second; the trail names both; the pages say where it stands."""
    assert await state(office, "officer") == "new"
    code = await office.invite("officer")
    assert await state(office, "officer") == "asked"
    device = Device.new(office.agency)
    status, answer = await device.open_code(code)
    assert (status, answer["error"]) == (404, "invitation_unknown")
    assert "Confirm this invitation" in (await page(office.lou, "/people/officer"))[1]
    assert "nobody approves their own" in (await page(office.ida, "/people/officer"))[1]
    for _ in range(2):  # the answer may have been lost
        assert await office.confirm(office.lou, "officer") == (200, {"next": "/people/officer"})
    assert await state(office, "officer") == "invited"
    assert (await device.open_code(code))[0] == 200
    assert (await device.register())[0] == 200
    assert await state(office, "officer") == "active"
    assert await office.acts("officer") == [("person:ida", "person.invited"), ("person:lou", "person.confirmed")]


async def test_whoever_lost_their_passkey_is_out_at_once_and_comes_back_by_two_administrators(office: Office) -> None:
    """Old passkeys and sessions end when the first asks; the new invitation waits for the second."""
    lost, other = await office.let_in("officer"), await office.let_in("supervisor")
    code = await office.invite("officer", "recover")
    assert (await lost.page("/requests"))[0] == 303
    assert (await lost.sign_in())[1]["error"] == "passkey_unknown"
    assert (await other.page("/requests"))[0] == 200
    new = Device.new(office.agency)
    assert (await new.open_code(code))[1]["error"] == "invitation_unknown"
    assert (await office.confirm(office.lou, "officer"))[0] == 200
    assert (await new.open_code(code))[0] == 200
    assert (await new.register())[0] == 200
    assert (await new.sign_in())[0] == 200
    assert ("person:ida", "person.recovered") in await office.acts("officer")


async def test_all_sessions_of_a_person_end_and_their_passkey_signs_in_again(office: Office) -> None:
    """One administrator is enough to take away."""
    device = await office.let_in("officer")
    assert "1 open session." in (await page(office.ida, "/people/officer"))[1]
    assert (await office.ida.ask("POST", "/people/officer/end-sessions", {}))[0] == 200
    assert (await device.page("/requests"))[0] == 303
    assert (await device.sign_in())[0] == 200


async def test_who_is_put_out_leaves_the_directory_once_its_keys_have_signed(office: Office) -> None:
    """Passkeys and sessions end at once; the removal waits, and once it is signed it never waits again."""
    device, folder = await office.let_in("officer"), office.agency.settings.folder.parent
    for _ in range(2):
        assert (await office.ida.ask("POST", "/people/officer/revoke", {}))[0] == 200
    assert (await device.sign_in())[1]["error"] == "passkey_unknown"
    assert await state(office, "officer") == "leaves"
    (only,) = await proposed(office, "officer")
    assert only.words == ("officer leaves, with all credentials and keys.",)
    path = folder / "leaves.json"
    path.write_text(json.dumps(only.value))
    sign = ["directory", "sign", str(folder), "--yes", "--proposal", str(path)]
    assert await asyncio.to_thread(main, sign) == 0
    status, text = await page(office.lou, "/people")
    assert status == 200
    assert 'data-person="officer"' not in text
    assert (await page(office.lou, "/people/officer"))[1].count("Out since") == 1
    assert await state(office, "officer") == "out"
    assert (await office.ida.ask("POST", "/people/officer/revoke", {}))[0] == 200  # who is gone stays gone
    await joins(folder, "officer", "officer")
    assert await proposed(office, "officer") == []
    assert await state(office, "officer") == "new"


async def test_what_the_keys_have_not_signed_waits_on(office: Office) -> None:
    """A directory that has something else settles neither a key nor a removal."""
    device = await office.let_in("officer")
    await device.make_signing_key()
    await joins(office.agency.settings.folder.parent, "ada", "auditor")
    (only,) = await proposed(office, "officer")
    assert "one more key" in only.words[0]
    assert (await office.ida.ask("POST", "/people/officer/revoke", {}))[0] == 200
    await joins(office.agency.settings.folder.parent, "ben", "auditor", badge="1520")
    (only,) = await proposed(office, "officer")
    assert "leaves" in only.words[0]


async def test_whoever_two_invite_again_does_not_leave(office: Office) -> None:
    """One alone takes nobody's removal back, by an invitation or a recovery. And they may be put out once more."""
    assert (await office.lou.ask("POST", "/people/officer/revoke", {}))[0] == 200
    for act in ("invite", "recover"):
        await office.invite("officer", act)
        assert len(await proposed(office, "officer")) == 1
        assert await state(office, "officer") == "leaves"
    assert (await office.confirm(office.lou, "officer"))[0] == 200
    assert await proposed(office, "officer") == []
    assert (await office.ida.ask("POST", "/people/officer/revoke", {}))[0] == 200
    assert len(await proposed(office, "officer")) == 1


async def test_a_newer_invitation_takes_the_place_of_an_older_and_either_administrator_takes_one_back(
    office: Office,
) -> None:
    """What was handed over before opens nothing."""
    first = await office.invite("officer")
    await office.confirm(office.lou, "officer")
    second = await office.invite("officer")
    await office.confirm(office.lou, "officer")
    device = Device.new(office.agency)
    assert (await device.open_code(first))[0] == 404
    assert (await device.open_code(second))[0] == 200
    invitation_id = await office.open_id("officer")
    end = f"/people/officer/invitations/{invitation_id}/end"
    assert (await office.lou.ask("POST", end, {}))[0] == 200
    assert (await device.open_code(second))[0] == 404
    assert (await office.lou.ask("POST", end, {}))[1]["error"] == "invitation_unknown"
    third = await office.invite("officer")
    office.agency.clock.ahead += INVITATION_VALID
    lou = await office.agency.desk("lou")
    assert (await office.confirm(lou, "officer"))[1]["error"] == "invitation_unknown"
    assert (await device.open_code(third))[0] == 404


async def test_an_invitation_is_worth_what_those_behind_it_are(office: Office) -> None:
    """One of them is put out, or loses the role in the directory: the link is dead."""
    code = await office.invite("officer")
    await office.confirm(office.lou, "officer")
    other = await office.invite("supervisor")
    device = Device.new(office.agency)
    await joins(office.agency.settings.folder.parent, "ida", "auditor", badge="-")
    assert (await device.open_code(code))[0] == 404
    assert (await office.confirm(office.lou, "supervisor"))[1]["error"] == "invitation_unknown"
    await joins(office.agency.settings.folder.parent, "ida", "administrator", badge="-")
    assert (await device.open_code(code))[0] == 200
    assert (await office.lou.ask("POST", "/people/ida/revoke", {}))[0] == 200
    for each in (code, other):
        assert (await device.open_code(each))[0] == 404


async def test_the_list_says_who_is_who_and_finds_people(office: Office) -> None:
    """Roles in words, by name; what waits stands below it with its commands."""
    await office.let_in("officer")
    assert (await office.ida.ask("POST", "/people/supervisor/revoke", {}))[0] == 200
    status, text = await page(office.ida, "/people")
    assert status == 200
    assert 'data-person="officer" data-state="active"' in text
    assert 'data-person="supervisor" data-state="leaves"' in text
    assert '<td data-name="Roles">Officer</td>' in text
    assert "milton-hub directory draft" in text
    assert "--proposal proposals/proposal-1.json" in text
    found_one = (await page(office.ida, "/people?find=whitf"))[1]
    assert ('data-person="officer"' in found_one, 'data-person="supervisor"' in found_one) == (True, False)
    assert "Nobody was found" in (await page(office.ida, "/people?find=zzz"))[1]
    assert (await page(office.ida, "/people/nobody"))[0] == 404


async def test_the_command_line_founds_two_administrators_and_nobody_else(agency: Agency) -> None:
    """Outside of a demonstration; the trail says that it was the founding."""
    folder = agency.settings.folder.parent
    for person_id in ("ida", "lou", "ada"):
        await joins(folder, person_id, "administrator", badge="-")

    async def founded(person_id: str) -> str:
        async with agency.hub.database.session("test") as session:
            return await found(session, agency.directory, OPERATOR, person_id=person_id, at=agency.clock())

    with pytest.raises(HubError, match="administrators_invite"):
        await founded("officer")
    for person_id in ("ida", "lou"):
        device = Device.new(agency)
        assert (await device.open_code(await founded(person_id)))[0] == 200
        assert (await device.register())[0] == 200
    for person_id in ("ada", "ida"):
        with pytest.raises(HubError, match="administrators_invite"):
            await founded(person_id)
    async with agency.hub.database.reading() as session:
        rows = (await session.scalars(select(AuditRow).where(AuditRow.action == "person.invited"))).all()
    assert [(row.actor, row.detail) for row in rows] == [("operator", "founding")] * 2


def test_where_a_person_stands() -> None:
    """Whoever is out is out, whatever else is known of them."""
    assert state_of(is_in=False, leaves=True, invitation=None, has_passkey=True) is State.OUT
    assert state_of(is_in=True, leaves=True, invitation=None, has_passkey=True) is State.LEAVES
    assert state_of(is_in=True, leaves=False, invitation=None, has_passkey=True) is State.ACTIVE
    assert state_of(is_in=True, leaves=False, invitation=None, has_passkey=False) is State.NEW
