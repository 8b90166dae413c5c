"""A connection to SQLite's file is opened whole or not at all.

aiosqlite opens it in a thread. A task that is canceled meanwhile (a request whose client is gone) would leave it to
Python to close.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from sqlalchemy.util import await_, greenlet_spawn

if TYPE_CHECKING:
    from collections.abc import MutableMapping, Sequence

    from sqlalchemy import Dialect
    from sqlalchemy.engine.interfaces import DBAPIConnection


def open_whole(
    dialect: Dialect, _record: object, arguments: Sequence[Any], options: MutableMapping[str, Any]
) -> DBAPIConnection:
    """Connect as SQLAlchemy would (its event ``do_connect``)."""
    return await_(_open(dialect, arguments, options))


async def _open(dialect: Dialect, arguments: Sequence[Any], options: MutableMapping[str, Any]) -> DBAPIConnection:
    opening = asyncio.ensure_future(greenlet_spawn(dialect.connect, *arguments, **options))
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        connection = await opening
        await greenlet_spawn(connection.close)
        raise
