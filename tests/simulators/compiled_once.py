"""SQL that one hub of a test had compiled is compiled for all: a hub's process has one engine, a suite has hundreds.

Each engine has a dialect and a cache of compiled statements of its own. Here all engines on SQLite have equal dialects,
and one cache.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite

if TYPE_CHECKING:
    from sqlalchemy import Engine

_COMPILED: dict[Any, Any] = {}


class OneDialect(SQLiteDialect_aiosqlite):
    """The dialect of every engine: each is made in one way, for the same SQLite."""

    supports_statement_cache = True

    def __eq__(self, other: object) -> bool:
        """Say that what was compiled for the other is as good here."""
        return type(self) is type(other)

    def __hash__(self) -> int:
        """Return the same for all."""
        return hash(type(self))

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        """Give an engine the cache of all."""
        engine.update_execution_options(compiled_cache=_COMPILED)


def compile_once() -> None:
    """From now on; said before the first hub opens its database."""
    registry.register("sqlite.aiosqlite", __name__, OneDialect.__name__)
