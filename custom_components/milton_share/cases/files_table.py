"""Files that the owner added to requests."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from ..sources.upload import AddedFile, FileFacts, Timing

if TYPE_CHECKING:
    from sqlite3 import Connection, Row


def all_files(connection: Connection) -> dict[str, AddedFile]:
    """Return them by case id."""
    return {row["case_id"]: _file(row) for row in connection.execute("SELECT * FROM files")}


def save(connection: Connection, file: AddedFile) -> None:
    """Keep a file, whose case is there already, in place of what was kept of it."""
    connection.execute(
        "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            file.case_id,
            file.file_id,
            file.request_id,
            file.name,
            file.size_bytes,
            file.sha256,
            json.dumps(asdict(file.facts)),
            file.deadline_ms,
            None if file.timing is None else json.dumps(asdict(file.timing)),
        ),
    )


def remove(connection: Connection, case_id: str) -> None:
    """Forget a file and its case."""
    connection.execute("DELETE FROM files WHERE case_id = ?", (case_id,))
    connection.execute("DELETE FROM cases WHERE case_id = ?", (case_id,))


def _file(row: Row) -> AddedFile:
    facts = json.loads(row["facts"])
    return AddedFile(
        file_id=row["file_id"],
        case_id=row["case_id"],
        request_id=row["request_id"],
        name=row["name"],
        size_bytes=row["size_bytes"],
        sha256=row["sha256"],
        facts=FileFacts(
            **{
                **facts,
                "gaps": tuple((start, end) for start, end in facts["gaps"]),
                "anew": tuple(facts.get("anew", ())),  # not in what an older version kept
            }
        ),
        deadline_ms=row["deadline_ms"],
        timing=Timing(**json.loads(row["timing"])) if row["timing"] else None,
    )
