"""Letter codes: made by the clerk, used once by a resident.

Invariants: a code opens one account; whoever used it gets the same answer again until a day has passed or they have
signed out, when its row is deleted, and with it what joined a letter to an account.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from aiohttp import web
from sqlalchemy import delete, or_, select

from hub.community.invitations.model import LetterCode
from hub.kit.codes import new_code, normalise
from hub.kit.errors import HubError

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.community.secrets import CommunitySecret

VALID = timedelta(days=180)  # a letter lies around; a campaign is over in half a year
ANSWERED_AGAIN = timedelta(days=1)
LETTERS_MAX = 10_000  # in one run: a sheet has 1,250 pages


class Invitations:
    """The codes of one house."""

    def __init__(self, secret: CommunitySecret) -> None:
        """Keep what digests are made with."""
        self._secret = secret

    def make(self, session: AsyncSession, count: int, at: datetime) -> tuple[str, ...]:
        """Return ``count`` new codes; raise ValueError for none, or more than ``LETTERS_MAX``."""
        if not 1 <= count <= LETTERS_MAX:
            message = f"from 1 to {LETTERS_MAX} letters at once"
            raise ValueError(message)
        codes = tuple(new_code() for _ in range(count))
        session.add_all(LetterCode(code_sha256=self._secret.code_digest(code), expires_at=at + VALID) for code in codes)
        return codes

    async def find(self, session: AsyncSession, typed: str, account_id: str, at: datetime) -> LetterCode:
        """Return the code that ``account_id`` may use, locked; raise ``code_unknown`` (404)."""
        code = normalise(typed)
        row = None
        if code is not None:
            known = select(LetterCode).where(LetterCode.code_sha256 == self._secret.code_digest(code))
            row = await session.scalar(known.with_for_update())
        if row is None or row.expires_at <= at or row.account_id not in {None, account_id}:
            rule = "code_unknown"
            raise HubError(rule, web.HTTPNotFound.status_code, "That code isn't valid, or was used.")
        return row


async def forget_used(session: AsyncSession, account_id: str) -> None:
    """Delete the code that an account was opened with."""
    await session.execute(delete(LetterCode).where(LetterCode.account_id == account_id))


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """Delete the codes that nobody needs: used a day ago, or expired."""
    old = or_(LetterCode.used_at <= now - ANSWERED_AGAIN, LetterCode.expires_at <= now)
    await session.execute(delete(LetterCode).where(old))
