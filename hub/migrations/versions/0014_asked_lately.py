"""What requests name and where they ask, to find them again; the areas that homes answer now are filled in."""

from __future__ import annotations

import json
import math

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_TIME = sa.DateTime(timezone=True)
_METRES_PER_E7 = math.radians(1e-7) * 6_371_008.8


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "request_mention",
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.request_id"], name=op.f("fk_request_mention_request_id_request")
        ),
        sa.PrimaryKeyConstraint("request_id", "digest", name=op.f("pk_request_mention")),
    )
    op.create_index(op.f("ix_request_mention_digest"), "request_mention", ["digest"])
    op.create_index(op.f("ix_request_mention_at"), "request_mention", ["at"])
    area = op.create_table(
        "request_area",
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("south_e7", sa.Integer(), nullable=False),
        sa.Column("north_e7", sa.Integer(), nullable=False),
        sa.Column("west_e7", sa.Integer(), nullable=False),
        sa.Column("east_e7", sa.Integer(), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["request.request_id"], name=op.f("fk_request_area_request_id_request")
        ),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_request_area")),
    )
    op.create_index(op.f("ix_request_area_south_e7"), "request_area", ["south_e7"])
    op.create_index(op.f("ix_request_area_at"), "request_area", ["at"])
    request = sa.table(
        "request", sa.column("request_id"), sa.column("payload"), sa.column("state"), sa.column("created_at", _TIME)
    )
    is_open = request.c.state.in_(("drafted", "approved", "signed", "logged", "cosigned", "published"))
    rows = op.get_bind().execute(sa.select(request).where(is_open)).all()
    found = [{"request_id": row.request_id, "at": row.created_at, **_box(bytes(row.payload))} for row in rows]
    if found:
        op.bulk_insert(area, found)


def _box(payload: bytes) -> dict[str, int]:
    area = json.loads(payload)["area"]
    if area["kind"] == "polygon":
        points, lat, lon = area["points"], 0, 0
    else:
        points, lat = [area["center"]], int(area["radius_m"] / _METRES_PER_E7) + 1
        lon = int(lat / math.cos(math.radians(area["center"][0] * 1e-7))) + 1
    latitudes, longitudes = [point[0] for point in points], [point[1] for point in points]
    return {
        "south_e7": min(latitudes) - lat,
        "north_e7": max(latitudes) + lat,
        "west_e7": min(longitudes) - lon,
        "east_e7": max(longitudes) + lon,
    }
