"""Alembic's environment of the community house."""

from __future__ import annotations

from hub.community.migrations.tables import METADATA
from hub.db.environment import run

run(METADATA)
