"""The table of letter codes, kept as keyed digests only."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotation when it maps the class

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.community.base import CommunityBase
from hub.db.base import UtcDateTime


class LetterCode(CommunityBase):
    """One single-use code.

    ``account_id`` is who used it, for a repeated call alone: a used code's row is gone a day later, or at the account's
    next sign-out, so that no list of letters leads to an account.
    """

    __tablename__ = "letter_code"

    code_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    account_id: Mapped[str | None] = mapped_column(ForeignKey("account.account_id", ondelete="CASCADE"))
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
