"""By what lists are narrowed: the offense of a request beside its payload, indexes, words of notes, kept searches."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from hub.index.words import words_of

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

ROWS_AT_ONCE = 5_000


def upgrade() -> None:
    """Apply this step."""
    bind = op.get_bind()
    op.add_column("request", sa.Column("offence_code", sa.String(length=40), nullable=False, server_default=""))
    _fill_offences(bind)
    op.drop_index("ix_request_created_at", table_name="request")
    op.drop_index(op.f("ix_request_case_number"), table_name="request")
    narrowed = ["state", "offence_code", "officer_id", "expires_at"]
    op.create_index("ix_request_listed", "request", ["created_at", "request_id", "case_number", *narrowed])
    op.create_index("ix_request_case", "request", ["case_number", "offence_code", "created_at"])
    op.create_index(op.f("ix_share_received_at"), "share", ["received_at"])
    op.create_index(op.f("ix_share_held_since"), "share", ["held_since"])
    op.add_column("saved_filter", sa.Column("narrowed", sa.String(length=300), nullable=False, server_default=""))
    kept = sa.table("saved_filter", sa.column("narrowed"), sa.column("only_open", sa.Boolean()))
    bind.execute(kept.update().where(kept.c.only_open).values(narrowed="only=open"))
    op.drop_column("saved_filter", "only_open")
    _fill_notes(bind)


def _fill_offences(bind: sa.Connection) -> None:
    request = sa.table("request", sa.column("request_id"), sa.column("payload"), sa.column("offence_code"))
    rows = bind.execute(sa.select(request.c.request_id, request.c.payload))
    values = [
        {"of": request_id, "code": json.loads(bytes(payload)).get("offence_code", "")} for request_id, payload in rows
    ]
    change = (
        request.update().where(request.c.request_id == sa.bindparam("of")).values(offence_code=sa.bindparam("code"))
    )
    for begin in range(0, len(values), ROWS_AT_ONCE):
        bind.execute(change, values[begin : begin + ROWS_AT_ONCE])


def _fill_notes(bind: sa.Connection) -> None:
    """Let the notes that are there be found."""
    number = bind.execute(sa.text("SELECT max(number) FROM search_item")).scalar() or 0
    items: list[dict[str, object]] = []
    words: list[dict[str, object]] = []
    for note_id, case_number, text in bind.execute(
        sa.text("SELECT note_id, case_number, text FROM case_note ORDER BY at, note_id")
    ):
        number += 1
        items.append({"number": number, "kind": "notes", "id": f"note-{note_id}", "case_number": case_number})
        words.extend({"word": word, "number": number} for word in words_of(text))
    for table, values in (("search_item", items), ("search_word", words)):
        into = sa.table(table, *(sa.column(name) for name in (values[0] if values else ())))
        for begin in range(0, len(values), ROWS_AT_ONCE):
            bind.execute(into.insert(), values[begin : begin + ROWS_AT_ONCE])
