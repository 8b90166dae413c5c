"""The tables of custody: rows are only ever added."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotation when it maps the class

from sqlalchemy import BigInteger, ForeignKey, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, UtcDateTime
from hub.submissions.model import SHA256_HEX_CHARS, SHARE_ID_CHARS


class ReceiptRow(Base):
    """One receipt: the signed envelope, and the same sealed to the share's ``receipt_recipient``."""

    __tablename__ = "receipt"

    share_id: Mapped[str] = mapped_column(String(SHARE_ID_CHARS), ForeignKey("share.share_id"), primary_key=True)
    sequence: Mapped[int] = mapped_column(Integer, primary_key=True)
    event: Mapped[str] = mapped_column(String(12))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    person_id: Mapped[str | None] = mapped_column(String(64))
    badge: Mapped[str | None] = mapped_column(String(20))
    device: Mapped[str | None] = mapped_column(String(80))
    envelope: Mapped[bytes] = mapped_column(LargeBinary)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class ConsentRow(Base):
    """What an owner agreed to (``milton/consent``), by the digest of the envelope that the share's key signed."""

    __tablename__ = "share_consent"

    share_id: Mapped[str] = mapped_column(String(SHARE_ID_CHARS), ForeignKey("share.share_id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(SHA256_HEX_CHARS), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class CustodyDayRow(Base):
    """One day as it was sealed (``milton/custody-day``), and where its digest stands in the public log."""

    __tablename__ = "custody_day"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    leaf_index: Mapped[int] = mapped_column(BigInteger)
