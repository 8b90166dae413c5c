"""Invitations that a second administrator confirms. Those that are open were made by the command line."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    for name in ("asked_by", "confirmed_by"):
        op.add_column("invitation", sa.Column(name, sa.String(length=64), nullable=True))
    for name in ("confirmed_at", "ended_at"):
        op.add_column("invitation", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE invitation SET confirmed_at = created_at")
