"""The tables of custody: rows are only ever added."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotation when it maps the class

from sqlalchemy import BigInteger, ForeignKey, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, UtcDateTime
from hub.shares.record.model import SHA256_HEX_CHARS, SHARE_ID_CHARS
from milton_protocol.limits import AGE_RECIPIENT_CHARS


class ReceiptRow(Base):
    """One receipt: the signed envelope, and the same sealed to the share's ``receipt_recipient``.

    It is added and never changed, but that one day takes it in.
    """

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
    sealed_day: Mapped[str | None] = mapped_column(String(10), index=True)  # the custody_day that has it


class ConsentRow(Base):
    """What an owner agreed to (``milton/consent``), by the digest of the envelope that the share's key signed."""

    __tablename__ = "share_consent"

    share_id: Mapped[str] = mapped_column(String(SHARE_ID_CHARS), ForeignKey("share.share_id"), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(SHA256_HEX_CHARS), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class HeaderRow(Base):
    """The header of one sealed part for one more opening key of the directory; the body stays as it is."""

    __tablename__ = "share_header"

    share_id: Mapped[str] = mapped_column(String(SHARE_ID_CHARS), ForeignKey("share.share_id"), primary_key=True)
    recipient_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    part: Mapped[str] = mapped_column(String(10), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(64))
    age_recipient: Mapped[str] = mapped_column(String(AGE_RECIPIENT_CHARS))
    header: Mapped[bytes] = mapped_column(LargeBinary)
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HoldRow(Base):
    """One legal hold: a share is held while one of its holds is not released."""

    __tablename__ = "share_hold"

    share_id: Mapped[str] = mapped_column(String(SHARE_ID_CHARS), ForeignKey("share.share_id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    reason: Mapped[str] = mapped_column(String(500))
    placed_by: Mapped[str] = mapped_column(String(64))
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    released_by: Mapped[str | None] = mapped_column(String(64))
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    release_reason: Mapped[str | None] = mapped_column(String(500))


class DeletionRow(Base):
    """A deletion that one person asked for; ``confirmed_by`` is another; ``ended_at`` is when it was taken back."""

    __tablename__ = "share_deletion"

    share_id: Mapped[str] = mapped_column(String(SHARE_ID_CHARS), ForeignKey("share.share_id"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    reason: Mapped[str] = mapped_column(String(500))
    asked_by: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_by: Mapped[str | None] = mapped_column(String(64))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    undelete_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str | None] = mapped_column(String(64))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str | None] = mapped_column(String(500))


class ClosedCaseRow(Base):
    """A case that is closed; one that is opened again has no row."""

    __tablename__ = "closed_case"

    case_number: Mapped[str] = mapped_column(String(40), primary_key=True)
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_by: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(500))


class CaseReopening(Base):
    """A case that was closed and opened again: who did each, when, and why."""

    __tablename__ = "case_reopening"

    case_number: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_by: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(500))
    reopened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    reopened_by: Mapped[str] = mapped_column(String(64))
    reopen_reason: Mapped[str] = mapped_column(String(500))


class CustodyDayRow(Base):
    """One day as it was sealed (``milton/custody-day``), and where its digest stands in the public log."""

    __tablename__ = "custody_day"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    leaf_index: Mapped[int] = mapped_column(BigInteger)
