"""What a house's tables keep of somebody, found by the tables' own keys: one that is added is looked into, too."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import MetaData, Row, Table

    from hub.db.engine import Database

type Rows = Mapping[str, Sequence[Row[Any]]]
TELLING_CHARS = 8  # of a text or of bytes; less is a state, a language, a badge
TELLING_NUMBER = 1_000_000  # a point's number is larger, in units of 1e-7 degree; a count is less


async def rows_of(database: Database, metadata: MetaData) -> dict[str, Sequence[Row[Any]]]:
    """Return every row of every table, those that others point to first."""
    async with database.reading() as session:
        return {each.name: (await session.execute(select(each))).all() for each in metadata.sorted_tables}


def owned(metadata: MetaData, rows: Rows, table: str, key: str) -> dict[str, Sequence[Row[Any]]]:
    """Return the row of ``table`` with the primary key ``key``, and all that point to it, directly or by another."""
    found: dict[str, list[Row[Any]]] = {table: [row for row in rows[table] if row[0] == key]}
    for each in metadata.sorted_tables:
        for ours, theirs in _arrows(each):
            keys = {getattr(row, theirs.name) for row in found.get(theirs.table.name, ())}
            more = [row for row in rows[each.name] if getattr(row, ours) in keys]
            found[each.name] = [*found.get(each.name, ()), *more]
    return {name: kept for name, kept in found.items() if kept}


def _arrows(table: Table) -> Iterator[tuple[str, Any]]:
    for column in table.columns:
        for key in column.foreign_keys:
            yield column.name, key.column


def telling(rows: Rows) -> set[object]:
    """Return the values by which a row could be found again, or joined to another: not flags, counts, or days."""
    return {value for each in rows.values() for row in each for value in row if is_telling(value)}


def is_telling(value: object) -> bool:
    """Say whether a value is one that few rows have."""
    if isinstance(value, datetime):
        return True
    if isinstance(value, str | bytes):
        return len(value) >= TELLING_CHARS
    return isinstance(value, int) and abs(value) >= TELLING_NUMBER and not isinstance(value, date)


def written(values: Iterable[object]) -> set[bytes]:
    """Return the bytes that each value is in a file of SQLite, in a dump, or in a line of text."""
    found: set[bytes] = set()
    for value in values:
        if isinstance(value, bytes):
            found |= {value, value.hex().encode()}
        elif isinstance(value, int):
            found |= {value.to_bytes(4, signed=True), str(value).encode()}
        else:
            found.add(str(value).removesuffix("+00:00").encode())
    return found
