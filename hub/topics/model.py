"""The table of topics: each has the newest message or nothing."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotation when it maps the class

from sqlalchemy import Index, Integer, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base, UtcDateTime


class Topic(Base):
    """The newest message of one topic (``payload`` None: cleared) and the sequence number of that change."""

    __tablename__ = "topic"
    __table_args__ = (Index("ix_topic_seq", "seq", unique=True),)

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    payload: Mapped[bytes | None] = mapped_column(LargeBinary)
    seq: Mapped[int] = mapped_column(Integer)
    clear_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class FeedState(Base):
    """One row: the epoch of the sequence numbers (another one tells a home to start again from 0)."""

    __tablename__ = "feed_state"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    epoch: Mapped[str] = mapped_column(String(32))
