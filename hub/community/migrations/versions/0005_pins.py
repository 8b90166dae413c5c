"""Pins are found by their cells: a box of degrees would read the whole width of the city."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    is_pin = sa.text("lat_e7 IS NOT NULL")
    op.create_index(
        "ix_entry_pin", "entry", ["state", "cell_row", "cell_column"], sqlite_where=is_pin, postgresql_where=is_pin
    )
    op.drop_index("ix_entry_point", table_name="entry")
