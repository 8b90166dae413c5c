"""Two administrators at their desks, and what they do with people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from hub.audit.model import AuditRow
from hub.identity.model import Invitation
from tests.simulators.joining import joins
from tests.simulators.officer_device import Device

if TYPE_CHECKING:
    from tests.simulators.agency import Agency, Desk

FIRST, SECOND = "ida", "lou"


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A running agency with two administrators."""

    agency: Agency
    ida: Desk
    lou: Desk

    async def invite(self, person_id: str, act: str = "invite") -> str:
        """Let the first administrator ask; return the code of the link."""
        status, answer = await self.ida.ask("POST", f"/people/{person_id}/{act}", {})
        assert status == 200, answer
        code: str = answer["link"].partition("#code=")[2]
        return code

    async def open_id(self, person_id: str) -> str:
        """Return the id of the person's open invitation."""
        async with self.agency.hub.database.reading() as session:
            rows = select(Invitation.code_sha256).where(
                Invitation.person_id == person_id, Invitation.used_at.is_(None), Invitation.ended_at.is_(None)
            )
            return (await session.scalars(rows)).one()

    async def confirm(self, desk: Desk, person_id: str, invitation_id: str | None = None) -> tuple[int, Any]:
        """Let somebody confirm the open invitation of a person."""
        which = invitation_id or await self.open_id(person_id)
        return await desk.ask("POST", f"/people/{person_id}/invitations/{which}/confirm", {})

    async def let_in(self, person_id: str) -> Device:
        """Let both administrators bring a person in, who registers a device."""
        code = await self.invite(person_id)
        assert (await self.confirm(self.lou, person_id))[0] == 200
        device = Device.new(self.agency)
        assert (await device.open_code(code))[0] == 200
        assert (await device.register())[0] == 200
        return device

    async def acts(self, subject: str) -> list[tuple[str, str]]:
        """Return who did what with somebody, by the trail."""
        async with self.agency.hub.database.reading() as session:
            rows = select(AuditRow).where(AuditRow.subject == subject, AuditRow.action.startswith("person."))
            return [(row.actor, row.action) for row in await session.scalars(rows.order_by(AuditRow.number))]


async def an_office(agency: Agency) -> Office:
    """Let two administrators join a running agency, and sign them in."""
    folder = agency.settings.folder.parent
    for person_id in (FIRST, SECOND):
        await joins(folder, person_id, "administrator", badge="-")
    return Office(agency=agency, ida=await agency.desk(FIRST), lou=await agency.desk(SECOND))
