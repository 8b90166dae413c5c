"""How people of before are called: read out of the directories that were taken, once."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from sqlalchemy import insert

from hub.db.engine import Database
from hub.db.migrate import migrate, upgrade
from hub.directory.model import TrustDocument
from hub.directory.names import Named, names_of
from tests.hub.migrations.test_cases_filled import BEGAN

if TYPE_CHECKING:
    from pathlib import Path


def document(serial: int, **names: str) -> dict[str, object]:
    """Return the row of a directory with these people."""
    people = [{"person_id": person_id, "name": name, "badge": "7", "roles": []} for person_id, name in names.items()]
    payload = base64.b64encode(json.dumps({"people": people}).encode()).decode()
    envelope = json.dumps({"payload": payload, "signatures": []}).encode()
    return {
        "sha256": f"{serial:064x}",
        "kind": "directory",
        "serial": serial,
        "envelope": envelope,
        "received_at": BEGAN,
    }


async def test_who_left_before_is_named_as_the_last_directory_that_had_them_does(tmp_path: Path) -> None:
    """Others as the newest does; an id that no directory had has no name."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'hub.sqlite'}")
    taken = [
        document(2, ann="Ann Moore", bea="Bea Roth"),
        document(1, ann="Ann More", bea="Bea Roth", cyd="Cyd"),
        document(3, ann="Ann Moore-Hill"),
    ]
    async with database.engine.begin() as connection:
        await connection.run_sync(migrate, "0024")
        await connection.execute(insert(TrustDocument), taken)
    await upgrade(database)
    async with database.reading() as session:
        found = await names_of(session, ["ann", "bea", "cyd", "the owner", None])
    await database.close()
    assert found == {
        "ann": Named(name="Ann Moore-Hill", badge="7"),
        "bea": Named(name="Bea Roth", badge="7"),
        "cyd": Named(name="Cyd", badge="7"),
    }
