"""A person joins: the directory's two keys sign it, on the demo's one machine."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from hub.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path


def proposal_of(folder: Path, person_id: str, *roles: str, badge: str) -> Path:
    """Write down that a person joins, or has these roles from now on."""
    change = {
        "change": "add_person",
        "person_id": person_id,
        "name": "Lee Ortiz",
        "badge": badge,
        "roles": sorted(roles),
    }
    path = folder / f"{person_id}-joins.json"
    path.write_text(json.dumps({"type": "milton/directory-proposal", "version": 1, "changes": [change]}))
    return path


async def joins(folder: Path, person_id: str, *roles: str, badge: str = "1519") -> None:
    """Let the directory's keys sign it; ``folder`` is that of ``milton-hub init``."""
    path = proposal_of(folder, person_id, *roles, badge=badge)
    words = ["directory", "sign", str(folder), "--yes", "--proposal", str(path)]
    assert await asyncio.to_thread(main, words) == 0
