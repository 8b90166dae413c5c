"""A person joins: the directory's two keys sign it, on the demo's one machine."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from hub.__main__ import main
from milton_protocol.sealing.age import Identity

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
    await sign(folder, proposal_of(folder, person_id, *roles, badge=badge))


async def joins_with_key(folder: Path, person_id: str, role: str, *, badge: str = "1602") -> Identity:
    """Let a person join who has an opening key of their own, ``{person_id}-key``; return the key."""
    identity = Identity.generate()
    path = proposal_of(folder, person_id, role, badge=badge)
    with_key(path, person_id, role, identity.recipient)
    await sign(folder, path)
    return identity


def with_key(path: Path, person_id: str, role: str, recipient: str) -> None:
    """Write into a proposal that a person has an opening key, too."""
    proposal = json.loads(path.read_text())
    proposal["changes"].append(
        {
            "change": "add_recipient",
            "recipient_id": f"{person_id}-key",
            "person_id": person_id,
            "role": role,
            "age_recipient": recipient,
        }
    )
    path.write_text(json.dumps(proposal))


async def leaves(folder: Path, person_id: str) -> None:
    """Let the directory's keys sign that somebody left, with all credentials and keys."""
    path = folder / f"{person_id}-leaves.json"
    change = {"change": "remove_person", "person_id": person_id}
    path.write_text(json.dumps({"type": "milton/directory-proposal", "version": 1, "changes": [change]}))
    await sign(folder, path)


async def sign(folder: Path, proposal: Path) -> None:
    """Let both directory keys sign a proposal."""
    assert await asyncio.to_thread(main, ["directory", "sign", str(folder), "--yes", "--proposal", str(proposal)]) == 0
