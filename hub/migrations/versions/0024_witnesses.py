"""Witnesses of the public log, their cosignatures, and which requests wait for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "witness",
        sa.Column("vkey", sa.String(length=300), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("cosigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trouble", sa.String(length=20), nullable=False),
        sa.Column("troubled_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("denies", sa.String(length=20), nullable=False),
        sa.Column("denied_size", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("vkey", name=op.f("pk_witness")),
    )
    op.create_table(
        "log_cosignature",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("vkey", sa.String(length=300), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["size"], ["log_checkpoint.size"], name=op.f("fk_log_cosignature_size")),
        sa.PrimaryKeyConstraint("size", "vkey", name=op.f("pk_log_cosignature")),
    )
    op.add_column("request", sa.Column("witnesses_seen", sa.Integer(), nullable=True))
