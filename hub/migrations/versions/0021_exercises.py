"""Which requests are exercises, beside their payloads."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column("request", sa.Column("is_drill", sa.Boolean(), nullable=False, server_default=sa.false()))
    bind = op.get_bind()
    request = sa.table("request", sa.column("request_id"), sa.column("payload"), sa.column("is_drill", sa.Boolean()))
    drills = [
        request_id
        for request_id, payload in bind.execute(sa.select(request.c.request_id, request.c.payload))
        if json.loads(bytes(payload)).get("drill") is True
    ]
    for request_id in drills:
        bind.execute(request.update().where(request.c.request_id == request_id).values(is_drill=True))
