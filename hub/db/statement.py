"""One statement, one call to the connection's thread.

SQLAlchemy has a cursor made, a statement carried out, its rows fetched and the cursor closed. By aiosqlite each of them
is a call to the thread of the connection and back, and waking a thread costs more than most statements. Here the
thread does it all in the first call. Of a long answer the first rows come with it and the rest when it is asked for, so
that whoever reads a table row by row never has all of it in memory.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Awaitable, Callable, Sequence

ROWS_AHEAD = 256  # nearly every answer of the hub is shorter; of an audit trail that is read through, some 100 kB


class Statement:
    """What SQLAlchemy asks of aiosqlite's cursor (PEP 249, awaited); for one statement."""

    def __init__(self, connection: sqlite3.Connection, in_thread: Callable[..., Awaitable[object]]) -> None:
        """Prepare; nothing is carried out. ``in_thread`` calls a function with arguments in the connection's thread."""
        self.description: tuple[tuple[str, None, None, None, None, None, None], ...] | None = None
        self.lastrowid: int | None = None
        self.rowcount = -1
        self._connection, self._in_thread = connection, in_thread
        self._rows: deque[Any] = deque()
        self._rest: sqlite3.Cursor | None = None

    async def __aenter__(self) -> Self:
        """Return it: SQLAlchemy enters the cursor that it asked for, and closes it by :meth:`close`."""
        return self

    async def execute(self, sql: str, parameters: Sequence[Any] = ()) -> None:
        """Carry it out; raises sqlite3's errors."""
        await self._in_thread(self._carry_out, sql, parameters)

    async def executemany(self, sql: str, parameters: Sequence[Any]) -> None:
        """Carry it out with each of ``parameters``; raises sqlite3's errors."""
        await self._in_thread(self._carry_out_each, sql, parameters)

    async def fetchone(self) -> Any:  # noqa: ANN401 - a row of whatever was asked for
        """Return the next row, None behind the last."""
        rows = await self.fetchmany(1)
        return rows[0] if rows else None

    async def fetchmany(self, size: int) -> Sequence[Any]:
        """Return the next ``size`` rows, fewer at the end."""
        if self._rest is not None and len(self._rows) < size:
            await self._in_thread(self._fetch, self._rest, size)
        return [self._rows.popleft() for _ in range(min(size, len(self._rows)))]

    async def fetchall(self) -> Sequence[Any]:
        """Return the rows that are left."""
        if self._rest is not None:
            await self._in_thread(self._fetch, self._rest, None)
        rows, self._rows = self._rows, deque()
        return rows

    async def close(self) -> None:
        """Forget the rows that were not asked for, and let SQLite end the statement."""
        self._rows.clear()
        if self._rest is not None:
            await self._in_thread(self._end, self._rest)

    def _carry_out(self, sql: str, parameters: Sequence[Any]) -> None:
        self._keep(self._connection.execute(sql, parameters))

    def _carry_out_each(self, sql: str, parameters: Sequence[Any]) -> None:
        self._keep(self._connection.executemany(sql, parameters))

    def _keep(self, cursor: sqlite3.Cursor) -> None:
        self.description, self.lastrowid, self.rowcount = cursor.description, cursor.lastrowid, cursor.rowcount
        if self.description is None:
            self._end(cursor)
        else:
            self._fetch(cursor, ROWS_AHEAD)

    def _fetch(self, cursor: sqlite3.Cursor, size: int | None) -> None:
        """Fetch so many more rows, or all; the statement ends with the last."""
        found = cursor.fetchall() if size is None else cursor.fetchmany(size)
        self._rows.extend(found)
        if size is None or len(found) < size:
            self._end(cursor)
        else:
            self._rest = cursor

    def _end(self, cursor: sqlite3.Cursor) -> None:
        cursor.close()
        self._rest = None
