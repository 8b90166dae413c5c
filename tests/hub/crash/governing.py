"""A leg: two administrators change the agency's policy."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.hub.crash.town import Town

PROPOSALS = "/api/policy/proposals"
REASON = {"reason": "The council asked for less."}
PEOPLE = ("administrator", "deputy")


async def sit_down(town: Town) -> None:
    """Let two administrators join."""
    changes = [
        {"change": "add_person", "person_id": who, "name": who.title(), "badge": "-", "roles": ["administrator"]}
        for who in PEOPLE
    ]
    path = town.folder / "administrators.json"
    path.write_text(json.dumps({"type": "milton/directory-proposal", "version": 1, "changes": changes}))
    await town.command("directory", "sign", town.folder, "--yes", "--proposal", path)
    await town.sign_in(*PEOPLE)


async def govern(town: Town) -> None:
    """Propose a change and take it back; propose another, which the second approves. A call is repeated as it was."""
    await town.open()
    for hours, who, what in ((48, "administrator", "end"), (24, "deputy", "approve")):
        body = {"base": 1, "numbers": {"expiry_max_h": hours}, "case_number": None, "offences": [], **REASON}
        if what in town.known.done:
            continue
        status, answer = await town.post("administrator", PROPOSALS, body)
        if status == 200:
            proposal_id = answer["proposal_id"]
            town.known.codes[what] = proposal_id
            fact = f"it is proposed to close after {hours} hours, once"
            town.acknowledged(fact, lambda books, each=proposal_id: books.acts("policy.proposed", each) == 1)
        else:  # it was taken back, and that answer was lost
            assert answer["error"] == "proposal_ended", answer
        status, answer = await town.post(who, f"{PROPOSALS}/{town.known.codes[what]}/{what}", dict(REASON))
        assert status == 200, answer
        town.known.done.add(what)
    town.acknowledged("one is taken back", lambda books: books.acts("policy.taken_back") == 1)
    town.acknowledged("the other is approved", lambda books: books.acts("policy.approved") == 1)
