"""Authorised devices, and the certificate that a session is bound to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "device",
        sa.Column("device_id", sa.String(length=32), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=True),
        sa.Column("key_sha256", sa.String(length=64), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("certificate_sha256", sa.String(length=64), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_device")),
        sa.UniqueConstraint("certificate_sha256", name=op.f("uq_device_certificate_sha256")),
    )
    op.create_index(op.f("ix_device_key_sha256"), "device", ["key_sha256"])
    op.add_column("officer_session", sa.Column("certificate_sha256", sa.String(length=64), nullable=True))
    op.create_index(op.f("ix_officer_session_certificate_sha256"), "officer_session", ["certificate_sha256"])
