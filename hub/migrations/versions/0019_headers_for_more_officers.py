"""Headers that custodians add, so that another officer opens a share too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "share_header",
        sa.Column("share_id", sa.String(length=32), nullable=False),
        sa.Column("recipient_id", sa.String(length=64), nullable=False),
        sa.Column("part", sa.String(length=10), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("age_recipient", sa.String(length=62), nullable=False),
        sa.Column("header", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["share_id"], ["share.share_id"], name=op.f("fk_share_header_share_id_share")),
        sa.PrimaryKeyConstraint("share_id", "recipient_id", "part", name=op.f("pk_share_header")),
    )
