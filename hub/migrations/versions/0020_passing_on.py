"""Passing a share on: questions to owners, links and views."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "share_passing",
        sa.Column("share_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("organisation", sa.String(length=80), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["share_id"], ["share.share_id"], name=op.f("fk_share_passing_share_id_share")),
        sa.PrimaryKeyConstraint("share_id", "number", name=op.f("pk_share_passing")),
    )
    op.create_table(
        "passing_link",
        sa.Column("link_sha256", sa.String(length=64), nullable=False),
        sa.Column("share_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("headers", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["share_id", "number"],
            ["share_passing.share_id", "share_passing.number"],
            name=op.f("fk_passing_link_share_id_share_passing"),
        ),
        sa.PrimaryKeyConstraint("link_sha256", name=op.f("pk_passing_link")),
    )
    op.create_index(op.f("ix_passing_link_share_id"), "passing_link", ["share_id"])
    op.create_table(
        "passing_view",
        sa.Column("view_sha256", sa.String(length=64), nullable=False),
        sa.Column("link_sha256", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["link_sha256"], ["passing_link.link_sha256"], name=op.f("fk_passing_view_link_sha256_passing_link")
        ),
        sa.PrimaryKeyConstraint("view_sha256", name=op.f("pk_passing_view")),
    )
