"""Why a larger area was asked for; who turned a request down, and why."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    for column, kind in (
        ("why_larger", sa.String(length=500)),
        ("turned_down_by", sa.String(length=64)),
        ("turned_down_why", sa.String(length=500)),
    ):
        op.add_column("request", sa.Column(column, kind, nullable=True))
