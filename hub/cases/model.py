"""Tables of cases: whose they are."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotation when it maps the class

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, UtcDateTime

CASE_ID_CHARS = 32


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
