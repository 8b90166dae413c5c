"""Opening keys, wrapped under people's security keys."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "key_wrap",
        sa.Column("wrap_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("recipient", sa.String(length=62), nullable=False),
        sa.Column("credential_id", sa.String(length=1400), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("iv", sa.LargeBinary(), nullable=False),
        sa.Column("wrap", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("wrap_id", name=op.f("pk_key_wrap")),
    )
    op.create_index(op.f("ix_key_wrap_person_id"), "key_wrap", ["person_id"])
