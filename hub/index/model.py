"""Tables of what things are found by: the same two B-trees on either database."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.base import Base
from hub.index.words import WORD_MAX_CHARS

_WORD = String(WORD_MAX_CHARS).with_variant(String(WORD_MAX_CHARS, collation="C"), "postgresql")


class Kind(StrEnum):
    """What is found."""

    CASE = "cases"
    REQUEST = "requests"
    SHARE = "shares"
    NOTE = "notes"


class SearchItem(Base):
    """One thing that can be found; a later one has a higher number. ``id`` is what its page has in its address."""

    __tablename__ = "search_item"

    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    id: Mapped[str] = mapped_column(String(64), unique=True)
    case_number: Mapped[str] = mapped_column(String(40))

    __table_args__ = (
        Index("ix_search_item_kind", "kind", "number"),
        Index("ix_search_item_case", "case_number", "kind"),
    )


class SearchWord(Base):
    """A word of a thing; words are found by how they begin."""

    __tablename__ = "search_word"

    word: Mapped[str] = mapped_column(_WORD, primary_key=True)
    number: Mapped[int] = mapped_column(ForeignKey("search_item.number"), primary_key=True)

    __table_args__ = (Index("ix_search_word_number", "number", "word"), {"sqlite_with_rowid": False})
