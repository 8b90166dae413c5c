"""The audit trail's table: rows are only ever added."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotation when it maps the class

from sqlalchemy import Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, UtcDateTime


class AuditRow(Base):
    """Who did what to which thing, when, and the digest that chains this row to the one before it."""

    __tablename__ = "audit"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(80))
    action: Mapped[str] = mapped_column(String(60))
    subject: Mapped[str] = mapped_column(String(200))
    detail: Mapped[str] = mapped_column(String(500))
    digest: Mapped[str] = mapped_column(String(64))
    __table_args__ = (  # what auditors search by, newest first
        Index(None, "actor", "number"),
        Index(None, "actor", "action", "number"),
        Index(None, "action", "number"),
        Index(None, "subject", "number"),
        Index(None, "at"),
    )


class DenialRow(Base):
    """What was refused to whom, by which rule, at which route, and how often from ``at`` on (hub.audit.denials)."""

    __tablename__ = "denial"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    person_id: Mapped[str] = mapped_column(String(64))  # empty: nobody whom the hub knows
    device: Mapped[str] = mapped_column(String(80))
    rule: Mapped[str] = mapped_column(String(60))
    route: Mapped[str] = mapped_column(String(120))
    count: Mapped[int] = mapped_column(Integer)
    __table_args__ = (Index(None, "person_id", "at"),)
