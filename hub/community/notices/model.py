"""The table of notices: one for each entry that a look-up showed."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotation when it maps the class

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.community.base import CommunityBase
from hub.db.base import UtcDateTime

BADGE_MAX_CHARS = 20
CASE_NUMBER_MAX_CHARS = 80


class Notice(CommunityBase):
    """That an officer saw an entry, by badge and case number; it goes with its entry's account."""

    __tablename__ = "look_up_notice"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.entry_id", ondelete="CASCADE"), index=True)
    badge: Mapped[str] = mapped_column(String(BADGE_MAX_CHARS))
    case_number: Mapped[str] = mapped_column(String(CASE_NUMBER_MAX_CHARS))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
