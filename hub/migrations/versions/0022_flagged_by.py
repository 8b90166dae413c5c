"""Who flagged a share for custodians alone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step; of what was flagged before, nobody is named beside it: the trail has it."""
    op.add_column("share", sa.Column("flagged_by", sa.String(length=64), nullable=True))
