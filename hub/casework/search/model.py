"""The table of the searches that people keep."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - SQLAlchemy reads the annotation when it maps the class

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from hub.casework.narrow import NARROWED_MAX_CHARS
from hub.db.base import Base, UtcDateTime

QUERY_MAX_CHARS = 200
NAME_MAX_CHARS = 60


class SavedFilter(Base):
    """A search that a person keeps; ``filter_id`` is made by the page."""

    __tablename__ = "saved_filter"

    filter_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person_id: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(String(NAME_MAX_CHARS))
    query: Mapped[str] = mapped_column(String(QUERY_MAX_CHARS))
    kind: Mapped[str] = mapped_column(String(10))  # empty: all
    narrowed: Mapped[str] = mapped_column(String(NARROWED_MAX_CHARS))  # by what, as ``Narrow.text`` writes it
    at: Mapped[datetime] = mapped_column(UtcDateTime)
