"""Challenges for passkeys that are known: nothing is kept of one until a passkey has answered it.

Invariants: beginning writes nothing, so a flood of beginnings (anybody may begin a sign-in) fills and blocks nothing; a
challenge can't be made or foreseen without the hub's secret, nor for another purpose or matter; it answers for a while
and, since it is kept that it was used, once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete

from hub.identity.model import Ceremony
from hub.identity.passkeys.ceremonies import CEREMONY_VALID, Begun, Purpose, ceremony_unknown

if TYPE_CHECKING:
    from datetime import timedelta

    from sqlalchemy.ext.asyncio import AsyncSession

SIGN_IN_LABEL = b"milton sign-in challenge v1\0"
TIME_BYTES = 8  # a ceremony's id begins with the second at which it ends
NONCE_BYTES = 8


class Challenges:
    """Gives out challenges for one purpose and takes answers once."""

    def __init__(
        self,
        secret: bytes,
        label: bytes = SIGN_IN_LABEL,
        *,
        purpose: Purpose = Purpose.SIGN_IN,
        valid: timedelta = CEREMONY_VALID,
    ) -> None:
        """Derive them from ``secret`` and ``label``, which is the purpose's own."""
        self._secret = secret
        self._label = label
        self._purpose = purpose
        self._valid = valid

    def begin(self, at: datetime, about: bytes = b"") -> Begun:
        """Give out a challenge; ``about`` is what it is bound to."""
        ends = int((at + self._valid).timestamp())
        return self._of(ends.to_bytes(TIME_BYTES) + secrets.token_bytes(NONCE_BYTES), about)

    def check(self, ceremony_id: str, at: datetime, about: bytes = b"") -> Begun:
        """Return the challenge that ``ceremony_id`` (32 hex) stands for; raise ``ceremony_unknown`` past its time."""
        number = bytes.fromhex(ceremony_id)
        ends = int.from_bytes(number[:TIME_BYTES])
        if not at.timestamp() < ends <= (at + self._valid).timestamp():
            raise ceremony_unknown()
        return self._of(number, about)

    async def use_up(self, session: AsyncSession, begun: Begun, at: datetime) -> None:
        """Keep that it was answered; raise ``ceremony_unknown`` when it was answered before."""
        await session.execute(delete(Ceremony).where(Ceremony.expires_at <= at))
        if await session.get(Ceremony, begun.ceremony_id) is not None:
            raise ceremony_unknown()
        ends = int.from_bytes(bytes.fromhex(begun.ceremony_id)[:TIME_BYTES])
        session.add(
            Ceremony(
                ceremony_id=begun.ceremony_id,
                purpose=self._purpose,
                person_id=None,
                challenge=begun.challenge,
                expires_at=datetime.fromtimestamp(ends, UTC),
            )
        )
        await session.flush()

    def _of(self, number: bytes, about: bytes) -> Begun:
        challenge = hmac.digest(self._secret, self._label + number + about, hashlib.sha256)
        return Begun(ceremony_id=number.hex(), challenge=challenge, person_id=None)
