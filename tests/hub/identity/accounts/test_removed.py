"""Who is taken out of the directory is out at once, signed in or not."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from hub.__main__ import main
from hub.directory.proposal import TYPE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulators.agency import Agency

REVOKED = {"change": "revoke", "kind": "person", "id": "officer", "reason": "left the force"}
REMOVED = {"change": "remove_person", "person_id": "officer"}


@pytest.mark.parametrize("change", [REVOKED, REMOVED], ids=["revoked", "removed"])
async def test_a_session_ends_with_its_persons_place_in_the_directory(
    agency: Agency, tmp_path: Path, change: dict[str, str]
) -> None:
    """The next click is refused; nobody else's is."""
    officer, supervisor = await agency.desk("officer"), await agency.desk("supervisor")
    assert (await officer.ask("GET", "/api/requests"))[0] == 200
    proposal = tmp_path / "change.json"
    await asyncio.to_thread(
        proposal.write_text, json.dumps({"type": TYPE, "version": 1, "changes": [change]}), encoding="utf-8"
    )
    arguments = ["directory", "sign", str(tmp_path), "--yes", "--proposal", str(proposal)]
    assert await asyncio.to_thread(main, arguments) == 0
    assert (await officer.ask("GET", "/api/requests"))[0] == 401
    assert (await supervisor.ask("GET", "/api/requests"))[0] == 200
