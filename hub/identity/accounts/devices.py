"""A person's devices at the officers' pages: list them, and put one out that was lost.

Invariant: with the removal's commit the device's sign-in passkey opens no session and its open sessions have ended. A
sign-in that runs at the same moment holds the credential's row, so it is either ended here or refused there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.audit.trail import record
from hub.identity.model import OfficerSession, SignInCredential
from hub.identity.revoke import end_sessions, one_beginning
from hub.kit.access import Action, require

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.access import Actor


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
    still_in = select(SignInCredential).where(SignInCredential.removed_at.is_(None))
    device = await one_beginning(session, still_in, SignInCredential.credential_id, id_prefix, "a credential")
    device.removed_at = at
    await end_sessions(session, OfficerSession.credential_id == device.credential_id, at)
    await record(session, at=at, actor=actor, action="device.removed", subject=device.person_id, detail=device.device)
    return device
