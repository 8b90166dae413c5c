"""A sealed leaf for each day of custody, and what owners agree to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "custody_day",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_index", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_custody_day")),
    )
    op.create_table(
        "share_consent",
        sa.Column("share_id", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["share_id"], ["share.share_id"], name=op.f("fk_share_consent_share_id_share")),
        sa.PrimaryKeyConstraint("share_id", "sha256", name=op.f("pk_share_consent")),
    )
    op.create_index(op.f("ix_receipt_at"), "receipt", ["at"])
