"""The legs of a desk: what officers do with a case, and what is kept while they write."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tests.hub.crash.asking import CASES
from tests.simulators.agency import ordinary_draft

if TYPE_CHECKING:
    from tests.hub.crash.town import Town

CIRCLE = {"kind": "circle", "center": [341_400_000, -843_000_000], "radius_m": 250}


async def leave_case(town: Town) -> None:
    """Take oneself off a case; who did sees no more of it."""
    await town.open()
    case_id = case_of(town, "second")
    status, answer = await town.post("officer", f"/api/cases/{case_id}/members/end", {"person_id": "officer"})
    assert status == 200 or answer["error"] == "case_unknown", answer
    town.acknowledged("the officer left the case once", lambda books: books.acts("case.member_ended", case_id) == 1)


async def write(town: Town) -> None:
    """Keep two drafts, go on with one and discard the other."""
    await town.open()
    for name in ("kept", "discarded"):
        draft = town.known.drafts.setdefault(name, ordinary_draft(datetime.now(UTC), case_number="26-10009"))
        assert (await town.post("officer", "/api/drafts", draft))[0] == 200
    kept, discarded = (str(town.known.drafts[name]["draft_id"]) for name in ("kept", "discarded"))
    town.acknowledged("the draft is kept", lambda _books: kept in _drafts(town))
    status, answer = await town.post("officer", "/api/drafts/discard", {"draft_id": discarded})
    assert status == 200 or answer["error"] == "draft_unknown", answer
    town.acknowledged("the other is not", lambda _books: _drafts(town) == {kept})


async def look_up(town: Town) -> None:
    """Look up cameras for a case: the trail has it before anything is read."""
    await town.open()
    case_id = case_of(town, "first")
    status, answer = await town.post("officer", f"/api/cases/{case_id}/look-ups", {"area": CIRCLE})
    assert (status, answer) == (200, {"entries": []})
    town.acknowledged("the look-up is in the trail", lambda books: books.acts("registry.looked_up", case_id) >= 1)


async def turn_down(town: Town) -> None:
    """Draft above the limits; a supervisor says no."""
    await town.open()
    urgent = {"urgency": "urgent", "offence_code": "16-5-40", "expires_in_h": 20, "case_number": "26-10008"}
    draft = town.known.drafts.setdefault("urgent", ordinary_draft(datetime.now(UTC), **urgent))
    status, answer = await town.post("officer", "/api/requests", draft)
    assert status == 200, answer
    request_id = str(answer["id"])
    reason = {"reason": "There is no danger to anybody now."}
    status, answer = await town.post("supervisor", f"/api/requests/{request_id}/turn-down", reason)
    assert (status, answer["state"]) == (200, "turned_down"), answer
    town.acknowledged("it was turned down once", lambda books: books.acts("request.turned_down", request_id) == 1)
    town.acknowledged("and is over", lambda books: books.state(request_id) == "turned_down")


async def sit_together(town: Town) -> None:
    """Sign in an officer and a supervisor."""
    await town.sign_in("officer", "supervisor")


def _drafts(town: Town) -> set[str]:
    with closing(sqlite3.connect(town.settings.folder / "hub.sqlite")) as connection:
        return {str(row[0]) for row in connection.execute("SELECT draft_id FROM kept_draft")}


def case_of(town: Town, name: str) -> str:
    """Return the id that the case of a request has in addresses."""
    with closing(sqlite3.connect(town.settings.folder / "hub.sqlite")) as connection:
        found = connection.execute("SELECT case_id FROM case_file WHERE case_number = ?", (CASES[name],)).fetchone()
    return str(found[0])
