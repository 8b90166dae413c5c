"""Single-use links by which a person of the directory registers a device.

Invariants: a link is shown once and kept as its SHA-256; it works once, for one person, for three days.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from hub.access import Action, require
from hub.accounts.model import Invitation
from hub.audit.trail import record
from hub.errors import HubError

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.access import Actor
    from hub.directory.service import DirectoryService

INVITATION_VALID = timedelta(days=3)  # handed over in person or through the agency's own mail
CODE_BYTES = 24
NOT_FOUND = 404


async def invite(
    session: AsyncSession, directory: DirectoryService, actor: Actor, *, person_id: str, at: datetime
) -> str:
    """Make an invitation for a person of the directory; return its code. Raises ``person_unknown``."""
    require(actor, Action.PERSON_INVITE)
    await directory.person(session, person_id, at)
    code = secrets.token_urlsafe(CODE_BYTES)
    session.add(
        Invitation(code_sha256=_digest(code), person_id=person_id, created_at=at, expires_at=at + INVITATION_VALID)
    )
    await record(session, at=at, actor=actor, action="person.invited", subject=person_id)
    return code


async def invited(session: AsyncSession, code: str, at: datetime) -> Invitation:
    """Return the invitation of ``code``, locked. Raises ``invitation_unknown`` for a wrong, used or old one."""
    row = await session.get(Invitation, _digest(code), with_for_update=True)
    if row is None or row.used_at is not None or row.expires_at <= at:
        rule = "invitation_unknown"
        raise HubError(rule, NOT_FOUND, "This invitation is not known, was used, or has expired. Ask for a new one.")
    return row


def link(officers_origin: str, code: str) -> str:
    """Return the address to hand over; the fragment never reaches a server's log."""
    return f"{officers_origin}/invite#code={code}"


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
