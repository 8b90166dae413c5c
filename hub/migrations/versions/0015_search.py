"""Words that cases, requests and shares are found by, and the searches that people keep."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from hub.index.words import words_of

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_WORD = sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql")
ROWS_AT_ONCE = 5_000


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "search_item",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("case_number", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_search_item")),
        sa.UniqueConstraint("id", name=op.f("uq_search_item_id")),
    )
    op.create_index("ix_search_item_kind", "search_item", ["kind", "number"])
    op.create_index("ix_search_item_case", "search_item", ["case_number", "kind"])
    op.create_table(
        "search_word",
        sa.Column("word", _WORD, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["number"], ["search_item.number"], name=op.f("fk_search_word_number_search_item")),
        sa.PrimaryKeyConstraint("word", "number", name=op.f("pk_search_word")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_search_word_number", "search_word", ["number", "word"])
    op.create_table(
        "saved_filter",
        sa.Column("filter_id", sa.String(length=32), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("query", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("only_open", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("filter_id", name=op.f("pk_saved_filter")),
    )
    op.create_index(op.f("ix_saved_filter_person_id"), "saved_filter", ["person_id"])
    _fill(op.get_bind())


def _fill(bind: sa.Connection) -> None:
    """Let what is there be found; a later thing gets a higher number."""
    of_request: dict[str, tuple[str, list[str]]] = {}
    of_case: dict[str, list[str]] = {}
    items: list[dict[str, object]] = []
    words: list[dict[str, object]] = []

    def keep(kind: str, id_: str, case_number: str, found: list[str]) -> None:
        number = len(items) + 1
        items.append({"number": number, "kind": kind, "id": id_, "case_number": case_number})
        words.extend({"word": word, "number": number} for word in dict.fromkeys(found))

    rows = bind.execute(sa.text("SELECT request_id, case_number, payload FROM request ORDER BY created_at, request_id"))
    for request_id, case_number, payload in rows:
        said = json.loads(bytes(payload))
        texts = (said["officer"]["badge"], said["offence_name"], said["offence_code"], said["reason"])
        of_request[request_id] = (case_number, words_of(case_number, *texts))
        of_case.setdefault(case_number, []).append(said["offence_name"])
        keep("requests", request_id, case_number, [*of_request[request_id][1], request_id[:16]])
    for case_id, case_number in bind.execute(sa.text("SELECT case_id, case_number FROM case_file ORDER BY opened_at")):
        tags = bind.execute(sa.text("SELECT tag FROM case_tag WHERE case_number = :number"), {"number": case_number})
        keep(
            "cases",
            case_id,
            case_number,
            words_of(case_number, *(tag for (tag,) in tags), *of_case.get(case_number, [])),
        )
    shares = "SELECT share_id, request_id FROM share WHERE received_at IS NOT NULL ORDER BY received_at"
    for share_id, request_id in bind.execute(sa.text(shares)):
        case_number, found = of_request[request_id]
        keep("shares", share_id, case_number, [*found, share_id])
    for table, values in (("search_item", items), ("search_word", words)):
        into = sa.table(table, *(sa.column(name) for name in (values[0] if values else ())))
        for begin in range(0, len(values), ROWS_AT_ONCE):
            bind.execute(into.insert(), values[begin : begin + ROWS_AT_ONCE])
