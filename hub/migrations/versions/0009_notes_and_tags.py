"""What people write beside a case and its shares."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)


def _case(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_case_number_case_file")
    return sa.ForeignKeyConstraint(["case_number"], ["case_file.case_number"], name=name)


def _share(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["share_id"], ["share.share_id"], name=op.f(f"fk_{table}_share_id_share"))


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "case_note",
        sa.Column("note_id", sa.String(length=32), nullable=False),
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("share_id", sa.String(length=32), nullable=True),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("badge", sa.String(length=20), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.Column("text", sa.String(length=1000), nullable=False),
        _case("case_note"),
        _share("case_note"),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_case_note")),
    )
    op.create_index("ix_case_note_case", "case_note", ["case_number", "at", "note_id"])
    op.create_table(
        "case_tag",
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("tag", sa.String(length=30), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        _case("case_tag"),
        sa.PrimaryKeyConstraint("case_number", "tag", name=op.f("pk_case_tag")),
    )
    op.create_table(
        "share_triage",
        sa.Column("share_id", sa.String(length=32), nullable=False),
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("asked_by", sa.String(length=20), nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("answered_by", sa.String(length=20), nullable=True),
        sa.Column("answered_at", _TIME, nullable=True),
        _case("share_triage"),
        _share("share_triage"),
        sa.PrimaryKeyConstraint("share_id", name=op.f("pk_share_triage")),
    )
    op.create_index(op.f("ix_share_triage_case_number"), "share_triage", ["case_number"])
