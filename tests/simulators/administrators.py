"""Two administrators at their desks, who change the agency's policy."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.__main__ import main
from hub.policy.repository import current

if TYPE_CHECKING:
    from hub.policy.repository import Version
    from tests.simulators.agency import Agency, Desk

PROPOSALS = "/api/policy/proposals"
REASON = "The council asked for less."


@dataclass(frozen=True, slots=True, kw_only=True)
class Administrators:
    """``first`` proposes, ``second`` approves."""

    agency: Agency
    first: Desk
    second: Desk

    async def version(self) -> Version:
        """Return the version in force."""
        async with self.agency.hub.database.reading() as session:
            return await current(session)

    async def propose(self, desk: Desk | None = None, **changes: object) -> tuple[int, Any]:
        """Propose settings by their names; ``base``, ``reason``, ``case_number`` and ``offences`` are as the API's."""
        return await (desk or self.first).ask("POST", PROPOSALS, await self.body(**changes))

    async def body(self, **changes: object) -> dict[str, object]:
        """Return what a page sends."""
        own = {"base", "reason", "case_number", "offences"}
        sent = {name: value for name, value in changes.items() if name in own}
        numbers = {name: value for name, value in changes.items() if name not in own}
        base = (await self.version()).number
        return {"base": base, "reason": REASON, "numbers": numbers, "case_number": None, "offences": [], **sent}

    async def proposed(self, **changes: object) -> str:
        """Propose; return the proposal's id."""
        status, answer = await self.propose(**changes)
        assert status == 200, answer
        return str(answer["proposal_id"])

    async def change(self, **changes: object) -> int:
        """Propose and approve; return the number of the version."""
        proposal_id = await self.proposed(**changes)
        status, answer = await self.second.ask("POST", f"{PROPOSALS}/{proposal_id}/approve", {})
        assert (status, answer) == (200, {"done": True}), answer
        return (await self.version()).number


async def administrators(agency: Agency, *, first: str = "administrator", second: str = "deputy") -> Administrators:
    """Let two of them join by the directory's keys, and sign them in."""
    folder = agency.settings.folder.parent
    changes = [
        {"change": "add_person", "person_id": who, "name": who.title(), "badge": "-", "roles": ["administrator"]}
        for who in (first, second)
    ]
    path = folder / "administrators.json"
    path.write_text(json.dumps({"type": "milton/directory-proposal", "version": 1, "changes": changes}))
    words = ["directory", "sign", str(folder), "--yes", "--proposal", str(path)]
    assert await asyncio.to_thread(main, words) == 0
    return Administrators(agency=agency, first=await agency.desk(first), second=await agency.desk(second))
