"""Shares, their parts, their receipts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "share",
        sa.Column("share_id", sa.String(length=32), nullable=False),
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delete_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("share_id", name=op.f("pk_share")),
    )
    for column in ("request_id", "state", "delete_after"):
        op.create_index(op.f(f"ix_share_{column}"), "share", [column], unique=False)
    op.create_table(
        "share_part",
        sa.Column("share_id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=10), nullable=False),
        sa.Column("body_sha256", sa.String(length=64), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["share_id"], ["share.share_id"], name=op.f("fk_share_part_share_id_share")),
        sa.PrimaryKeyConstraint("share_id", "name", name=op.f("pk_share_part")),
    )
    op.create_table(
        "receipt",
        sa.Column("share_id", sa.String(length=32), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("event", sa.String(length=12), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=True),
        sa.Column("badge", sa.String(length=20), nullable=True),
        sa.Column("device", sa.String(length=80), nullable=True),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["share_id"], ["share.share_id"], name=op.f("fk_receipt_share_id_share")),
        sa.PrimaryKeyConstraint("share_id", "sequence", name=op.f("pk_receipt")),
    )
