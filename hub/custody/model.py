"""The table of receipts: rows are only ever added."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotation when it maps the class

from sqlalchemy import ForeignKey, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, UtcDateTime
from hub.submissions.model import SHARE_ID_CHARS


class ReceiptRow(Base):
    """One receipt: the signed envelope, and the same sealed to the share's ``receipt_recipient``."""

    __tablename__ = "receipt"

    share_id: Mapped[str] = mapped_column(String(SHARE_ID_CHARS), ForeignKey("share.share_id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(Integer, primary_key=True)
    event: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    person_id: Mapped[str | None] = mapped_column(String(64))
    badge: Mapped[str | None] = mapped_column(String(20))
    device: Mapped[str | None] = mapped_column(String(80))
    envelope: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
