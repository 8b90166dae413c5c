"""Whose each case is; who asked in one before is in it."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "case_file",
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("case_id", sa.String(length=32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("case_number", name=op.f("pk_case_file")),
        sa.UniqueConstraint("case_id", name=op.f("uq_case_file_case_id")),
    )
    op.create_index(op.f("ix_case_file_opened_at"), "case_file", ["opened_at"])
    op.create_table(
        "case_member",
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_number"], ["case_file.case_number"], name=op.f("fk_case_member_case_number_case_file")
        ),
        sa.PrimaryKeyConstraint("case_number", "person_id", name=op.f("pk_case_member")),
    )
    op.create_index(op.f("ix_case_member_person_id"), "case_member", ["person_id"])
    op.create_index("ix_request_created_at", "request", ["created_at", "request_id"])
    op.create_index("ix_share_request_received", "share", ["request_id", "received_at"])
    _fill()


def _fill() -> None:
    bind = op.get_bind()
    time = sa.DateTime(timezone=True)
    request = sa.table("request", sa.column("case_number"), sa.column("officer_id"), sa.column("created_at", time))
    first = sa.func.min(request.c.created_at, type_=time)
    case = sa.table("case_file", sa.column("case_number"), sa.column("case_id"), sa.column("opened_at", time))
    for number, opened_at in bind.execute(sa.select(request.c.case_number, first).group_by(request.c.case_number)):
        bind.execute(case.insert().values(case_number=number, case_id=secrets.token_hex(16), opened_at=opened_at))
    member = sa.table(
        "case_member", *(sa.column(name) for name in ("case_number", "person_id", "added_by")), sa.column("at", time)
    )
    people = sa.select(request.c.case_number, request.c.officer_id, request.c.officer_id, first)
    people = people.group_by(request.c.case_number, request.c.officer_id)
    bind.execute(member.insert().from_select(["case_number", "person_id", "added_by", "at"], people))
