"""Alembic's environment: runs on the connection that ``hub.db.migrate`` hands over."""

from __future__ import annotations

from typing import Literal

from alembic import context

from hub.db.base import UtcDateTime
from hub.migrations.tables import METADATA


def _render_item(kind: str, value: object, _autogen_context: object) -> str | Literal[False]:
    """Write times into migrations as what they are in the database."""
    if kind == "type" and isinstance(value, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=True,
    render_item=_render_item,
)
with context.begin_transaction():
    context.run_migrations()
