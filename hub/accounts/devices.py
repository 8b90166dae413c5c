"""A person's devices at the officers' pages: list them, and put one out that was lost.

Invariant: with the removal's commit the device's sign-in passkey opens no session and its open sessions have ended. A
sign-in that runs at the same moment holds the credential's row, so it is either ended here or refused there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select, update

from hub.access import Action, require
from hub.accounts.model import OfficerSession, SignInCredential
from hub.audit.trail import record
from hub.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.access import Actor

NOT_FOUND = 404
CONFLICT = 409


async def devices(session: AsyncSession, person_id: str | None = None) -> Sequence[SignInCredential]:
    """Return the sign-in passkeys of one person or of everybody, removed ones too, oldest first for each person."""
    found = select(SignInCredential).order_by(SignInCredential.person_id, SignInCredential.created_at)
    if person_id is not None:
        found = found.where(SignInCredential.person_id == person_id)
    return (await session.scalars(found)).all()


async def remove_device(session: AsyncSession, actor: Actor, id_prefix: str, at: datetime) -> SignInCredential:
    """Put out the one device whose credential id begins with ``id_prefix``, and end its sessions.

    Raises ``device_unknown`` (404; also for one that was removed before) and ``device_ambiguous`` (409).
    """
    require(actor, Action.DEVICE_REMOVE)
    device = await _one(session, id_prefix)
    device.removed_at = at
    opened = (OfficerSession.credential_id == device.credential_id, OfficerSession.ended_at.is_(None))
    await session.execute(update(OfficerSession).where(*opened).values(ended_at=at))
    await record(session, at=at, actor=actor, action="device.removed", subject=device.person_id, detail=device.device)
    return device


async def _one(session: AsyncSession, id_prefix: str) -> SignInCredential:
    """Return the device, its row locked."""
    begins = func.substr(SignInCredential.credential_id, 1, len(id_prefix)) == id_prefix  # LIKE would ignore case
    found = select(SignInCredential).where(begins, SignInCredential.removed_at.is_(None)).with_for_update()
    matching = (await session.scalars(found.limit(2))).all() if id_prefix else ()
    if not matching:
        rule = "device_unknown"
        raise HubError(rule, NOT_FOUND, "No device has a credential that begins so; see milton-hub device list.")
    if len(matching) > 1:
        rule = "device_ambiguous"
        raise HubError(rule, CONFLICT, "More than one device's credential begins so; give more of it.")
    return matching[0]
