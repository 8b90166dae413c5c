"""Passkey ceremonies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "passkey_ceremony",
        sa.Column("ceremony_id", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=True),
        sa.Column("challenge", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("ceremony_id", name=op.f("pk_passkey_ceremony")),
    )
    op.create_index(op.f("ix_passkey_ceremony_expires_at"), "passkey_ceremony", ["expires_at"])
