"""Cases: where each request and camera stands, and the clip that is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..shared.milton_protocol.messages.shares.manifest import Manifest
from ..sources.recorder.store.timeline import from_ms, to_ms
from .review import Review
from .state import ConsentCase, State

if TYPE_CHECKING:
    from sqlite3 import Connection, Row


def all_cases(connection: Connection) -> dict[str, ConsentCase]:
    """Return them by case id."""
    return {row["case_id"]: _case(row) for row in connection.execute("SELECT * FROM cases")}


def all_reviews(connection: Connection) -> dict[str, Review]:
    """Return the clip of each case that has one."""
    rows = connection.execute("SELECT case_id, manifest, size_bytes, resized_ms FROM cases WHERE manifest IS NOT NULL")
    return {row["case_id"]: _review(row) for row in rows}


def save(connection: Connection, case: ConsentCase) -> None:
    """Keep where this case stands; its review stays."""
    connection.execute(
        "INSERT INTO cases (case_id, request_id, camera_id, state, clip_sha256, share_id)"
        " VALUES (:case_id, :request_id, :camera_id, :state, :clip_sha256, :share_id)"
        " ON CONFLICT (case_id) DO UPDATE SET state = :state, clip_sha256 = :clip_sha256, share_id = :share_id",
        {
            "case_id": case.case_id,
            "request_id": case.request_id,
            "camera_id": case.camera_id,
            "state": case.state,
            "clip_sha256": case.clip_sha256,
            "share_id": case.share_id,
        },
    )


def save_review(connection: Connection, case_id: str, review: Review | None) -> None:
    """Keep the clip that a case looks at, or forget it."""
    manifest, size_bytes = (review.manifest.to_bytes(), review.size_bytes) if review else (None, None)
    resized_ms = " ".join(str(to_ms(at)) for at in review.resized_at) if review else ""
    connection.execute(
        "UPDATE cases SET manifest = ?, size_bytes = ?, resized_ms = ? WHERE case_id = ?",
        (manifest, size_bytes, resized_ms, case_id),
    )


def _review(row: Row) -> Review:
    return Review(
        manifest=Manifest.from_bytes(row["manifest"]),
        size_bytes=row["size_bytes"],
        resized_at=tuple(from_ms(int(at)) for at in row["resized_ms"].split()),
    )


def _case(row: Row) -> ConsentCase:
    return ConsentCase(
        case_id=row["case_id"],
        request_id=row["request_id"],
        camera_id=row["camera_id"],
        state=State(row["state"]),
        clip_sha256=row["clip_sha256"],
        share_id=row["share_id"],
    )
