"""Fixtures: another officer, and a case in which a home answered."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from hub.__main__ import main
from milton_protocol.sealing.age import Identity

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulators.agency import Agency, Desk

COLLEAGUE = {"change": "add_person", "person_id": "mallory", "name": "Kay Lin", "badge": "9001", "roles": ["officer"]}


@pytest.fixture
async def colleague(agency: Agency, tmp_path: Path) -> Desk:
    """Let another officer into the directory."""
    key = {"recipient_id": "mallory", "person_id": "mallory", "role": "officer"}
    opening = {"change": "add_recipient", **key, "age_recipient": Identity.generate().recipient}
    path = tmp_path / "mallory.json"
    path.write_text(json.dumps({"type": "milton/directory-proposal", "version": 1, "changes": [COLLEAGUE, opening]}))
    command = ["directory", "sign", str(tmp_path), "--yes", "--proposal", str(path)]
    assert await asyncio.to_thread(main, command) == 0
    return await agency.desk("mallory")
