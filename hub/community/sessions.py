"""Sessions of residents: a random token in a cookie, its digest in the database.

Invariants: a session ends by itself after ``LASTS``, at its sign-out, or with its account; an account has at most
``SESSIONS_MAX``, and one more ends the one that would end first.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from hub.community.base import CommunityBase
from hub.db.base import UtcDateTime
from hub.kit.digests import secret_digest

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

LASTS = timedelta(days=30)  # the printed key opens another one
SESSIONS_MAX = 10
TOKEN_BYTES = 32
TOKEN_MAX_CHARS = 64


class ResidentSession(CommunityBase):
    """One browser that is signed in, by the digest of its cookie."""

    __tablename__ = "resident_session"

    token_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.account_id", ondelete="CASCADE"), index=True)
    until: Mapped[datetime] = mapped_column(UtcDateTime)


async def open_session(session: AsyncSession, account_id: str, at: datetime) -> str:
    """Sign a browser in; return its token."""
    newest = select(ResidentSession).where(ResidentSession.account_id == account_id).order_by(ResidentSession.until)
    open_now = (await session.scalars(newest)).all()
    for row in open_now[: max(0, len(open_now) - SESSIONS_MAX + 1)]:
        await session.delete(row)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    session.add(ResidentSession(token_sha256=secret_digest(token), account_id=account_id, until=at + LASTS))
    return token


async def account_of(session: AsyncSession, token: str, at: datetime) -> str | None:
    """Return whose session it is, None where nobody is signed in by it."""
    if not 0 < len(token) <= TOKEN_MAX_CHARS or not token.isascii():
        return None
    row = await session.get(ResidentSession, secret_digest(token))
    return None if row is None or row.until <= at else row.account_id


async def close_session(session: AsyncSession, token: str) -> None:
    """Sign a browser out."""
    await session.execute(delete(ResidentSession).where(ResidentSession.token_sha256 == secret_digest(token)))


async def forget_ended(session: AsyncSession, now: datetime) -> None:
    """Delete the sessions that are over."""
    await session.execute(delete(ResidentSession).where(ResidentSession.until <= now))
