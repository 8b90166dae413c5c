"""Receipts are fetched by the home that shared: no topic names a share. The hub's next start clears the broker."""

from __future__ import annotations

from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.execute("DELETE FROM topic WHERE name LIKE 'receipts/%'")
