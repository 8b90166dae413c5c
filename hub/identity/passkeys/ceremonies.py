"""Passkey ceremonies: a challenge is given out once, answers once, for one purpose, for a few minutes."""

from __future__ import annotations

import secrets
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import delete

from hub.identity.model import Ceremony
from hub.kit.passkeys.challenges import CEREMONY_VALID, Begun, ceremony_unknown

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

CHALLENGE_BYTES = 32
CEREMONY_ID_BYTES = 16


class Purpose(StrEnum):
    """What a challenge is for; it is good for nothing else."""

    SIGN_IN = "sign_in"  # kept once it was answered (hub.identity.passkeys.challenges)
    SIGN_IN_KEY = "sign_in_key"  # register a passkey of the officers' hostname
    SIGNING_KEY = "signing_key"  # register a signing credential of the signer's
    FRESH = "fresh"  # proven again for one act; kept until the act uses it up
    FRESH_USED = "fresh_used"


async def begin(session: AsyncSession, purpose: Purpose, *, person_id: str | None, at: datetime) -> Begun:
    """Give out a challenge; those that ran out are cleared away."""
    await session.execute(delete(Ceremony).where(Ceremony.expires_at <= at))
    begun = Begun(
        ceremony_id=secrets.token_hex(CEREMONY_ID_BYTES),
        challenge=secrets.token_bytes(CHALLENGE_BYTES),
        person_id=person_id,
    )
    session.add(
        Ceremony(
            ceremony_id=begun.ceremony_id,
            purpose=purpose,
            person_id=person_id,
            challenge=begun.challenge,
            expires_at=at + CEREMONY_VALID,
        )
    )
    return begun


async def take(session: AsyncSession, ceremony_id: str, purpose: Purpose, *, at: datetime) -> Begun:
    """Use up a ceremony. Raises ``ceremony_unknown`` when it was used, ran out, or had another purpose."""
    row = await _open(session, ceremony_id, purpose, at, lock=True)  # two answers at once: one finds nothing
    await session.delete(row)
    return Begun(ceremony_id=row.ceremony_id, challenge=row.challenge, person_id=row.person_id)


async def check(session: AsyncSession, ceremony_id: str, purpose: Purpose, *, at: datetime) -> None:
    """Raise what :func:`take` would: who began nothing keeps no writer waiting."""
    await _open(session, ceremony_id, purpose, at)


async def _open(
    session: AsyncSession, ceremony_id: str, purpose: Purpose, at: datetime, *, lock: bool = False
) -> Ceremony:
    row = await session.get(Ceremony, ceremony_id, with_for_update=lock or None)
    if row is None or row.purpose != purpose or row.expires_at <= at:
        raise ceremony_unknown()
    return row
