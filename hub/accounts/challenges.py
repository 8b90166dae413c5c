"""Challenges of a sign-in, which anybody may ask for: nothing is kept of one until a passkey has answered it.

Invariants: beginning a sign-in writes nothing, so a flood of beginnings fills and blocks nothing; a challenge can't be
made or foreseen without the hub's secret; it answers for ``CEREMONY_VALID`` and, since who used it is kept, once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete

from hub.accounts.ceremonies import CEREMONY_VALID, Begun, Purpose, ceremony_unknown
from hub.accounts.model import Ceremony

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

_LABEL = b"milton sign-in challenge v1\0"
TIME_BYTES = 8  # a ceremony's id begins with the second at which it ends
NONCE_BYTES = 8


class SignInChallenges:
    """Gives out challenges and takes answers once."""

    def __init__(self, secret: bytes) -> None:
        """Derive them from ``secret``."""
        self._secret = secret

    def begin(self, at: datetime) -> Begun:
        """Give out a challenge."""
        ends = int((at + CEREMONY_VALID).timestamp())
        return self._of(ends.to_bytes(TIME_BYTES) + secrets.token_bytes(NONCE_BYTES))

    def check(self, ceremony_id: str, at: datetime) -> Begun:
        """Return the challenge that ``ceremony_id`` stands for; raise ``ceremony_unknown`` when its time is over."""
        number = bytes.fromhex(ceremony_id)
        ends = int.from_bytes(number[:TIME_BYTES])
        if not at.timestamp() < ends <= (at + CEREMONY_VALID).timestamp():
            raise ceremony_unknown()
        return self._of(number)

    async def use_up(self, session: AsyncSession, begun: Begun, at: datetime) -> None:
        """Keep that it was answered; raise ``ceremony_unknown`` when it was answered before."""
        await session.execute(delete(Ceremony).where(Ceremony.expires_at <= at))
        if await session.get(Ceremony, begun.ceremony_id) is not None:
            raise ceremony_unknown()
        ends = int.from_bytes(bytes.fromhex(begun.ceremony_id)[:TIME_BYTES])
        session.add(
            Ceremony(
                ceremony_id=begun.ceremony_id,
                purpose=Purpose.SIGN_IN,
                person_id=None,
                challenge=begun.challenge,
                expires_at=datetime.fromtimestamp(ends, UTC),
            )
        )
        await session.flush()

    def _of(self, number: bytes) -> Begun:
        challenge = hmac.digest(self._secret, _LABEL + number, hashlib.sha256)
        return Begun(ceremony_id=number.hex(), challenge=challenge, person_id=None)
