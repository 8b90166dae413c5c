"""Tables of cases: whose they are, and what people write beside what is in them."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotation when it maps the class

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, UtcDateTime

CASE_ID_CHARS = 32
NOTE_MAX_CHARS = 1_000
TAG_MAX_CHARS = 30


class CaseFile(Base):
    """One case of the agency. ``case_id`` stands in addresses: a case's own number tells whoever sees one."""

    __tablename__ = "case_file"

    case_number: Mapped[str] = mapped_column(String(40), primary_key=True)
    case_id: Mapped[str] = mapped_column(String(CASE_ID_CHARS), unique=True)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class CaseMember(Base):
    """Whose case it is: who opened it, and whom they or a supervisor added, until ``ended_at``."""

    __tablename__ = "case_member"

    case_number: Mapped[str] = mapped_column(ForeignKey("case_file.case_number"), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(64), primary_key=True, index=True)
    added_by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CaseNote(Base):
    """What somebody wrote of a case, or of one share in it; ``note_id`` is made by the page."""

    __tablename__ = "case_note"

    note_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    case_number: Mapped[str] = mapped_column(ForeignKey("case_file.case_number"))
    share_id: Mapped[str | None] = mapped_column(ForeignKey("share.share_id"))
    person_id: Mapped[str] = mapped_column(String(64))
    badge: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    text: Mapped[str] = mapped_column(String(NOTE_MAX_CHARS))

    __table_args__ = (Index("ix_case_note_case", "case_number", "at", "note_id"),)


class CaseTag(Base):
    """A word that people find a case by."""

    __tablename__ = "case_tag"

    case_number: Mapped[str] = mapped_column(ForeignKey("case_file.case_number"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(TAG_MAX_CHARS), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ShareTriage(Base):
    """A share that custodians are asked about; the words are a note. Whether it is needed is a column of the share."""

    __tablename__ = "share_triage"

    share_id: Mapped[str] = mapped_column(ForeignKey("share.share_id"), primary_key=True)
    case_number: Mapped[str] = mapped_column(ForeignKey("case_file.case_number"), index=True)
    asked_by: Mapped[str] = mapped_column(String(20))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    answered_by: Mapped[str | None] = mapped_column(String(20))
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
