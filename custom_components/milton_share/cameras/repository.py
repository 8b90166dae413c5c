"""What the owner said about each camera."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ..shared.milton_protocol.geometry import Point
from .model import CameraSettings, Placing, Recording, Source

if TYPE_CHECKING:
    from sqlite3 import Connection, Row


def all_cameras(connection: Connection) -> dict[str, CameraSettings]:
    """Return the settings by camera id."""
    return {row["camera_id"]: _settings(row) for row in connection.execute("SELECT * FROM cameras")}


def save(connection: Connection, settings: CameraSettings) -> None:
    """Keep these settings, in place of what was kept."""
    point = settings.position
    connection.execute(
        "INSERT OR REPLACE INTO cameras VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            settings.camera_id,
            settings.placing,
            settings.eligible,
            point.lat_e7 if point else None,
            point.lon_e7 if point else None,
            settings.heading_deg,
            settings.field_of_view_deg,
            settings.range_m,
            settings.recording,
            settings.on_battery,
            settings.record_also,
            json.dumps(settings.also_told_by),
            settings.source,
        ),
    )


def _settings(row: Row) -> CameraSettings:
    placed = row["lat_e7"] is not None
    return CameraSettings(
        camera_id=row["camera_id"],
        placing=Placing(row["placing"]),
        eligible=bool(row["eligible"]),
        position=Point(lat_e7=row["lat_e7"], lon_e7=row["lon_e7"]) if placed else None,
        heading_deg=row["heading_deg"],
        field_of_view_deg=row["field_of_view_deg"],
        range_m=row["range_m"],
        recording=Recording(row["recording"]),
        on_battery=bool(row["on_battery"]),
        record_also=bool(row["record_also"]),
        also_told_by=tuple(json.loads(row["also_told_by"])),
        source=Source(row["source"]) if row["source"] else None,
    )
