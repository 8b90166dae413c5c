"""Challenges for passkeys that are known: nothing is kept of one until a passkey has answered it.

Invariants: beginning writes nothing, so a flood of beginnings (anybody may begin a sign-in) fills and blocks nothing;
a challenge is derived (:mod:`hub.kit.passkeys.challenges`) and, since it is kept that it was used, answers once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from hub.identity.model import Ceremony
from hub.identity.passkeys.ceremonies import Purpose
from hub.kit.passkeys.challenges import CEREMONY_VALID, Begun, DerivedChallenges, ceremony_unknown

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from sqlalchemy.ext.asyncio import AsyncSession

SIGN_IN_LABEL = b"milton sign-in challenge v1\0"


class Challenges(DerivedChallenges):
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
        super().__init__(secret, label, valid=valid)
        self._purpose = purpose

    async def use_up(self, session: AsyncSession, begun: Begun, at: datetime) -> None:
        """Keep that it was answered; raise ``ceremony_unknown`` when it was answered before."""
        await session.execute(delete(Ceremony).where(Ceremony.expires_at <= at))
        if await session.get(Ceremony, begun.ceremony_id) is not None:
            raise ceremony_unknown()
        session.add(
            Ceremony(
                ceremony_id=begun.ceremony_id,
                purpose=self._purpose,
                person_id=None,
                challenge=begun.challenge,
                expires_at=begun.ends,
            )
        )
        await session.flush()
