"""A connection to SQLite's file: opened whole or not at all, and each statement is one call to its thread.

aiosqlite opens it in a thread of its own; a task that is cancelled meanwhile (a request whose client is gone) leaves it
open until Python collects it (0.22).
"""

from __future__ import annotations

import asyncio
import sqlite3
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from aiosqlite.core import Connection

from hub.db.statement import Statement

if TYPE_CHECKING:
    from collections.abc import MutableMapping

ROWS_AT_ONCE = 64  # aiosqlite's own, of each turn of an iteration


class _Opened(Connection):
    def __init__(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - sqlite3's own
        super().__init__(partial(sqlite3.connect, *arguments, **options), ROWS_AT_ONCE)
        self._thread.daemon = True  # as SQLAlchemy has it: an end of the process waits for none

    async def _connect(self) -> Self:
        opening = asyncio.ensure_future(super()._connect())
        try:
            await asyncio.shield(opening)
        except asyncio.CancelledError:
            await opening
            await self.close()
            raise
        return self

    def cursor(self, *_: Any, **__: Any) -> Any:  # noqa: ANN401 - aiosqlite's own
        return Statement(self._conn, self._execute)


def open_whole(_dialect: object, _record: object, _arguments: object, options: MutableMapping[str, Any]) -> None:
    """Have SQLAlchemy connect by this (its event ``do_connect``)."""
    options["async_creator_fn"] = _Opened
