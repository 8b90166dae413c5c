"""Alembic's environment of the police house."""

from __future__ import annotations

from hub.db.environment import run
from hub.migrations.tables import METADATA

run(METADATA)
