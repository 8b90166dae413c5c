"""Holds, deletions by two people, closed cases, and what a share is flagged with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Apply this step."""
    for column, kind in (
        ("delete_why", sa.String(length=20)),
        ("declined_at", _TIME),
        ("held_since", _TIME),
        ("sensitive_since", _TIME),
        ("accept_reason", sa.String(length=500)),
    ):
        op.add_column("share", sa.Column(column, kind, nullable=True))
    op.create_table(
        "share_hold",
        sa.Column("share_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("placed_by", sa.String(length=64), nullable=False),
        sa.Column("placed_at", _TIME, nullable=False),
        sa.Column("released_by", sa.String(length=64), nullable=True),
        sa.Column("released_at", _TIME, nullable=True),
        sa.Column("release_reason", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["share_id"], ["share.share_id"], name=op.f("fk_share_hold_share_id_share")),
        sa.PrimaryKeyConstraint("share_id", "number", name=op.f("pk_share_hold")),
    )
    op.create_table(
        "share_deletion",
        sa.Column("share_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("confirmed_by", sa.String(length=64), nullable=True),
        sa.Column("confirmed_at", _TIME, nullable=True),
        sa.Column("undelete_until", _TIME, nullable=True),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.Column("ended_at", _TIME, nullable=True),
        sa.Column("end_reason", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["share_id"], ["share.share_id"], name=op.f("fk_share_deletion_share_id_share")),
        sa.PrimaryKeyConstraint("share_id", "number", name=op.f("pk_share_deletion")),
    )
    op.create_table(
        "closed_case",
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("closed_at", _TIME, nullable=False),
        sa.Column("closed_by", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("case_number", name=op.f("pk_closed_case")),
    )
