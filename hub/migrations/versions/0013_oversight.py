"""Flags, how far they were told, and what auditors search by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "flag",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_flag")),
        sa.UniqueConstraint("kind", "person_id", "about", "day", name=op.f("uq_flag_kind_person_id_about_day")),
    )
    op.create_index(op.f("ix_flag_at"), "flag", ["at"])
    op.create_table(
        "oversight_channel",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("told_flag", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_oversight_channel")),
    )
    for column in ("actor", "action", "subject"):
        op.create_index(op.f(f"ix_audit_{column}_number"), "audit", [column, "number"])
    op.create_index(op.f("ix_audit_actor_action_number"), "audit", ["actor", "action", "number"])
    op.create_index(op.f("ix_audit_at"), "audit", ["at"])
    op.create_index(op.f("ix_denial_person_id_at"), "denial", ["person_id", "at"])
