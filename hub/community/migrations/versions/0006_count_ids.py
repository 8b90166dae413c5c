"""Each count of the cells has an id, by which whoever keeps what it told knows of a newer one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.add_column("counted_night", sa.Column("count_id", sa.String(length=32), nullable=True))
