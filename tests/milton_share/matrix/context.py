"""What lies on the disk of a home that is down, what its hub got, and how a journey begins."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from custom_components.milton_share.shared.milton_protocol.sealing.age import open_sealed
from tests.milton_share.conftest import SEGMENTS, Stamped, keep_segments
from tests.simulators.city import age_identity

from . import journeys

if TYPE_CHECKING:
    from pathlib import Path

    from custom_components.milton_share.storage.private_folder import PrivateFolder

    from .home import MortalHome

STAMP = Stamped(method="arrival", uncertainty_ms=150, offset_ms=0)


def folder(home: MortalHome) -> PrivateFolder:
    """Return where the home keeps footage."""
    return home.folder


def files_under(path: Path) -> list[str]:
    """Return the names of all files below a folder."""
    return sorted(file.name for file in path.rglob("*") if file.is_file())


def rows(home: MortalHome, query: str) -> list[tuple[object, ...]]:
    """Read the database of a home that is down."""
    with closing(sqlite3.connect(home.config / ".storage" / "milton_share.db")) as connection:
        return list(connection.execute(query))


def added(home: MortalHome) -> list[bytes]:
    """Return all that is there of files that the owner added."""
    files = (path for path in folder(home).added.rglob("*") if path.is_file())
    return [path.read_bytes() for path in files if not path.name.startswith("index.sqlite3") and path.suffix != ".jpg"]


def recordings(home: MortalHome) -> list[str]:
    """Return the recordings in the ring."""
    return files_under(folder(home).recordings / "ring")


def nothing_left(home: MortalHome) -> bool:
    """Whether no clip, no sealed body and no kept recording is there."""
    root = folder(home).root
    return not (files_under(root / "clips") + files_under(root / "sealed") + files_under(root / "recordings" / "holds"))


def arrived(home: MortalHome, share_id: str) -> str:
    """Return the digest of the clip that the hub got as this share, opened by one of its recipients."""
    clip = open_sealed(home.hub.file(share_id, "clip"), age_identity("custodian-1"))
    return hashlib.sha256(clip).hexdigest()


def arrived_once(home: MortalHome, receipts: int) -> None:
    """Check what the hub got: one share, the approved bytes, one announcement; and what it signed."""
    (share_id,) = home.hub.shares
    assert [*home.acknowledged.approved.values()] == [share_id]
    assert len({call.body for call in home.hub.calls if call.path == "/v1/shares"}) == 1
    assert arrived(home, share_id) in home.said_yes
    assert len(home.hub.receipts[share_id]) == receipts


def request(home: MortalHome) -> str:
    """Publish a request and return its id."""
    before = set(home.hub.city.bundles)
    home.hub.city.publish()
    home.hub.publish()
    (request_id,) = set(home.hub.city.bundles) - before
    return request_id


async def enrolled_with_footage(home: MortalHome, segment_file: Path) -> str:
    """Join, offer the camera, put half a minute of footage into the recorder, and publish a request for it."""
    await home.begin()
    await journeys.join(home)
    await home.set_camera()
    await home.quit()
    keep_segments(folder(home), segment_file, dict.fromkeys(range(SEGMENTS), STAMP))
    return request(home)


def pin_now(home: MortalHome) -> dict[str, str]:
    """Return the owner's PIN, as an entry carries it when it is made, out of the database of a home that is down."""
    query = "SELECT user_id, credential_id, salt, digest FROM approvers"
    ((user_id, credential_id, salt, digest),) = rows(home, query)
    assert isinstance(salt, bytes)
    assert isinstance(digest, bytes)
    secret = {"salt": salt.hex(), "digest": digest.hex()}
    return {"user_id": str(user_id), "credential_id": str(credential_id), **secret}


def put_into_entry(home: MortalHome, pin: dict[str, str]) -> None:
    """Let the entry of a home that is down have this PIN still, as if it had not been written since it was made."""
    path = home.config / ".storage" / "core.config_entries"
    kept = json.loads(path.read_bytes())
    (entry,) = [one for one in kept["data"]["entries"] if one["domain"] == "milton_share"]
    entry["data"]["approver"] = pin
    path.write_text(json.dumps(kept))


def days_later(home: MortalHome) -> None:
    """Move the end of all requests and holds into the past of a home that is down."""
    past = datetime.now(UTC) - timedelta(days=1)
    with closing(sqlite3.connect(home.config / ".storage" / "milton_share.db")) as connection:
        connection.execute("UPDATE requests SET keep_until = ?", (past.isoformat(),))
        connection.commit()


def recordings_are_old(home: MortalHome) -> None:
    """Move all recordings of a home that is down into the month before last."""
    with closing(sqlite3.connect(folder(home).recordings / "index.sqlite3")) as connection:
        connection.execute("UPDATE segment SET from_ms = from_ms - 3456000000, until_ms = until_ms - 3456000000")
        connection.commit()
