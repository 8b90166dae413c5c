"""The folders that cameras write into."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .model import FolderView

if TYPE_CHECKING:
    from sqlite3 import Connection


def all_folders(connection: Connection) -> dict[str, FolderView]:
    """Return them by camera id."""
    rows = connection.execute("SELECT * FROM folders")
    return {
        row["camera_id"]: FolderView(camera_id=row["camera_id"], folder=row["folder"], zone=row["zone"]) for row in rows
    }


def save(connection: Connection, folder: FolderView) -> None:
    """Keep a camera's folder, in place of what was kept."""
    connection.execute(
        "INSERT OR REPLACE INTO folders VALUES (?, ?, ?)", (folder.camera_id, folder.folder, folder.zone)
    )


def remove(connection: Connection, camera_id: str) -> None:
    """Forget a camera's folder."""
    connection.execute("DELETE FROM folders WHERE camera_id = ?", (camera_id,))
