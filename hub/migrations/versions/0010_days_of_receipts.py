"""Which sealed day has a receipt."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column("receipt", sa.Column("sealed_day", sa.String(length=10), nullable=True))
    op.create_index(op.f("ix_receipt_sealed_day"), "receipt", ["sealed_day"])
