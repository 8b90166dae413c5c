"""How people are called, after they have left the directory too: of every directory that was ever taken."""

from __future__ import annotations

import base64
import json

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    bind = op.get_bind()
    table = op.create_table(
        "person_name",
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("badge", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_person_name")),
    )
    names: dict[str, dict[str, str]] = {}
    taken = sa.text("SELECT envelope FROM trust_document WHERE kind = 'directory' ORDER BY serial")
    for (envelope,) in bind.execute(taken):
        payload = base64.b64decode(json.loads(bytes(envelope))["payload"])
        for person in json.loads(payload)["people"]:
            names[person["person_id"]] = {key: person[key] for key in ("person_id", "name", "badge")}
    if names:
        bind.execute(table.insert(), list(names.values()))
