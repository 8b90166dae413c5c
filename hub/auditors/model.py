"""Tables of flags, and of how far each way out of the chain of command has been told."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotation when it maps the class

from sqlalchemy import Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, UtcDateTime


class FlagRow(Base):
    """One flag: only ever added, numbered without a gap; the trail has its digest (hub.auditors.flags.service)."""

    __tablename__ = "flag"

    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    kind: Mapped[str] = mapped_column(String(30))
    person_id: Mapped[str] = mapped_column(String(64))
    about: Mapped[str] = mapped_column(String(200))  # a route, or a request's id; never what was asked for
    day: Mapped[str] = mapped_column(String(10))  # the agency's day or night: no more than one flag for it
    count: Mapped[int] = mapped_column(Integer)
    evidence: Mapped[str] = mapped_column(String(40))  # the row of the trail, or of the refusals
    __table_args__ = (UniqueConstraint("kind", "person_id", "about", "day"),)


class ChannelRow(Base):
    """One way out: the last flag that was told there, and when the next try is due."""

    __tablename__ = "oversight_channel"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    told_flag: Mapped[int] = mapped_column(Integer)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(Integer)  # failed ones since then
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
