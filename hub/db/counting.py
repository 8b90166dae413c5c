"""Counting rows by what they are, in the query that reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Integer, cast, func

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import InstrumentedAttribute


def how_many(condition: ColumnElement[bool] | InstrumentedAttribute[bool]) -> ColumnElement[int]:
    """Return the number of a query's rows for which ``condition`` holds; 0 where there is no row."""
    return func.coalesce(func.sum(cast(condition, Integer)), 0)
