"""The registry: entries, the cells of last night, and notices of look-ups."""

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
        "entry",
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=True),
        sa.Column("cell_row", sa.Integer(), nullable=True),
        sa.Column("cell_column", sa.Integer(), nullable=True),
        sa.Column("street", sa.String(length=80), nullable=True),
        sa.Column("lat_e7", sa.Integer(), nullable=True),
        sa.Column("lon_e7", sa.Integer(), nullable=True),
        sa.Column("heading_deg", sa.Integer(), nullable=True),
        sa.Column("field_of_view_deg", sa.Integer(), nullable=True),
        sa.Column("keeps_days", sa.Integer(), nullable=True),
        sa.Column("confirm_by", sa.Date(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name=op.f("fk_entry_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_entry")),
        sa.UniqueConstraint("account_id", "number", name=op.f("uq_entry_account_id_number")),
    )
    op.create_index("ix_entry_cell", "entry", ["state", "cell_row", "cell_column"])
    op.create_index("ix_entry_point", "entry", ["state", "lat_e7", "lon_e7"])
    op.create_index("ix_entry_street", "entry", ["state", "street"])
    op.create_table(
        "cell_count",
        sa.Column("cell_row", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("cell_column", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("bucket", sa.String(length=4), nullable=False),
        sa.PrimaryKeyConstraint("cell_row", "cell_column", name=op.f("pk_cell_count")),
    )
    op.create_table(
        "counted_night",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_counted_night")),
    )
    op.create_table(
        "look_up_notice",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("entry_id", sa.String(length=32), nullable=False),
        sa.Column("badge", sa.String(length=20), nullable=False),
        sa.Column("case_number", sa.String(length=80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.entry_id"], name=op.f("fk_look_up_notice_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_look_up_notice")),
    )
    op.create_index(op.f("ix_look_up_notice_at"), "look_up_notice", ["at"])
    op.create_index(op.f("ix_look_up_notice_entry_id"), "look_up_notice", ["entry_id"])
