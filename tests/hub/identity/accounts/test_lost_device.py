"""A device that was lost: shown, put out, and out at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hub.__main__ import main
from hub.audit.model import AuditRow
from hub.audit.trail import first_broken
from hub.identity.accounts.devices import remove_device
from hub.identity.model import SignInCredential
from hub.kit.access import OPERATOR, Actor, Role
from hub.kit.errors import HubError
from tests.simulators.officer_device import Device

if TYPE_CHECKING:
    from tests.simulators.agency import Agency


async def command(agency: Agency, *arguments: str) -> int:
    """Run ``milton-hub device ACTION DIR …`` beside the running hub."""
    action, *more = arguments
    return await asyncio.to_thread(main, ["device", action, str(agency.settings.folder.parent), *more])


async def registered(agency: Agency, person_id: str, name: str) -> Device:
    """Invite a person and register a device, which is then signed in."""
    device = Device.new(agency)
    await device.open_invitation(person_id)
    assert (await device.register(device=name))[0] == 200
    return device


async def ids(agency: Agency) -> dict[str, str]:
    """Return the credential ids by the device's name."""
    async with agency.hub.database.reading() as session:
        return {each.device: each.credential_id for each in await session.scalars(select(SignInCredential))}


async def test_a_device_that_is_removed_is_out_at_once_and_no_other(
    agency: Agency, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its session is dead, its passkey opens none; the person's other device and other people go on; a row says so."""
    lost = await registered(agency, "officer", "MPD-LT-031")
    others = [await registered(agency, "officer", "desk"), await registered(agency, "supervisor", "tablet")]
    assert (await lost.page("/requests"))[0] == 200
    prefix = (await ids(agency))["MPD-LT-031"][:16]
    capsys.readouterr()
    assert await command(agency, "remove", "--", prefix) == 0
    assert "officer: MPD-LT-031" in capsys.readouterr().out
    assert (await lost.page("/requests"))[0] == 303
    assert (await lost.post("/account/signing-key/options"))[0] == 401
    status, answer = await lost.sign_in()
    assert (status, answer["error"]) == (400, "passkey_unknown")
    for other in others:
        assert (await other.page("/requests"))[0] == 200
        assert (await other.sign_in())[0] == 200
    async with agency.hub.database.reading() as session:
        rows = (await session.scalars(select(AuditRow).where(AuditRow.action == "device.removed"))).all()
        assert [(row.actor, row.subject, row.detail) for row in rows] == [("operator", "officer", "MPD-LT-031")]
        assert await first_broken(session) is None


async def test_the_list_shows_whose_devices_they_are_and_what_was_removed(
    agency: Agency, capsys: pytest.CaptureFixture[str]
) -> None:
    """Everybody's, or one person's; by the prefix that the removal takes."""
    assert await command(agency, "list") == 0
    assert capsys.readouterr().out.endswith("No devices.\n")
    await registered(agency, "officer", "laptop")
    await registered(agency, "supervisor", "tablet")
    known = await ids(agency)
    assert await command(agency, "remove", "--", known["laptop"]) == 0
    capsys.readouterr()
    assert await command(agency, "list") == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{known['laptop'][:16]}  officer: laptop, since ")
    assert "; removed " in first
    assert second.startswith(f"{known['tablet'][:16]}  supervisor: tablet, since ")
    assert "removed" not in second
    assert await command(agency, "list", "supervisor") == 0
    assert capsys.readouterr().out.splitlines() == [second]


async def test_what_names_no_one_device_removes_none(agency: Agency, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing, an unknown beginning, one of two devices, one that is out already."""
    device = await registered(agency, "officer", "laptop")
    known = (await ids(agency))["laptop"]
    for prefix in ("", "nobody's", known.swapcase()):
        assert await command(agency, "remove", "--", prefix) == 1
        assert "device_unknown" in capsys.readouterr().err
    async with agency.hub.database.session("test") as session:
        twin = {"person_id": "officer", "public_key": b"", "sign_count": 0, "aaguid": "", "device": "twin"}
        session.add(SignInCredential(credential_id=f"{known[:16]}-twin", created_at=agency.clock(), **twin))
    assert await command(agency, "remove", "--", known[:16]) == 1
    assert "device_ambiguous" in capsys.readouterr().err
    assert (await device.page("/requests"))[0] == 200
    assert await command(agency, "remove", "--", known) == 0
    assert await command(agency, "remove", "--", known) == 1
    assert "device_unknown" in capsys.readouterr().err


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.OPERATOR, Role.ADMINISTRATOR}])
async def test_nobody_but_the_command_line_and_administrators_removes_a_device(agency: Agency, role: Role) -> None:
    """Deny by default."""
    assert OPERATOR.roles == {Role.OPERATOR}
    somebody = Actor(id="x", roles=frozenset({role}), person_id="x")
    async with agency.hub.database.session("test") as session:
        with pytest.raises(HubError, match="not_allowed"):
            await remove_device(session, somebody, "any", agency.clock())
