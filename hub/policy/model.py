"""Tables of the agency's policy: its versions, and what administrators propose."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotation when it maps the class

from sqlalchemy import Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, UtcDateTime

PROPOSAL_ID_CHARS = 64


class PolicyVersionRow(Base):
    """One version, in force from ``at`` until the next: ``content`` is all of it (JSON). Never changed.

    The first is what ``hub.toml`` said, which nobody approved here.
    """

    __tablename__ = "policy_version"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    content: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(500))
    asked_by: Mapped[str] = mapped_column(String(64))
    approved_by: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class PolicyProposalRow(Base):
    """What an administrator proposes in place of version ``base``; ``proposal_id`` is a digest of all of it.

    ``outcome`` is how it ended: ``approved``, ``turned_down`` by another, ``taken_back`` by who proposed it.
    """

    __tablename__ = "policy_proposal"

    proposal_id: Mapped[str] = mapped_column(String(PROPOSAL_ID_CHARS), primary_key=True)
    base: Mapped[int] = mapped_column(Integer, index=True)
    content: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(500))
    asked_by: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(12))
    ended_by: Mapped[str | None] = mapped_column(String(64))
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str | None] = mapped_column(String(500))
