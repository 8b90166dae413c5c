"""The device keys of the homes that take part, as officers' browsers check a named share by them.

Invariant: whose a key is is not said, and how many homes there are only to within ``ROUNDED_TO``. That is so of one
answer: who keeps two learns which keys came and went between them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from hub.enrollment.model import Home

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.enrollment.secrets import EnrollmentSecret

ROUNDED_TO: Final = 64  # keys are handed out in so many: one answer then counts no homes closer than that


async def device_keys(session: AsyncSession, secret: EnrollmentSecret) -> tuple[bytes, ...]:
    """Return the raw Ed25519 keys of all homes that take part, filled up with nobody's, the same ones each time."""
    rows = await session.scalars(select(Home.device_key).where(Home.left_at.is_(None)))
    keys = sorted(rows.all())
    missing = ROUNDED_TO - len(keys) % ROUNDED_TO
    filling = (Ed25519PrivateKey.from_private_bytes(secret.filling_key(number)) for number in range(missing))
    return tuple(sorted([*keys, *(key.public_key().public_bytes_raw() for key in filling)]))
