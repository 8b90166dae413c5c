"""Alembic's environment of either house: runs on the connection that ``hub.db.migrate`` hands over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from alembic import context

from hub.db.base import UtcDateTime

if TYPE_CHECKING:
    from sqlalchemy import MetaData


def run(metadata: MetaData) -> None:
    """Run the migrations that make the tables of ``metadata``."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=_render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


def _render_item(kind: str, value: object, _autogen_context: object) -> str | Literal[False]:
    """Write times into migrations as what they are in the database."""
    if kind == "type" and isinstance(value, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False
