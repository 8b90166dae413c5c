"""A leg: what officers do with a case."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from tests.hub.crash.asking import CASES

if TYPE_CHECKING:
    from tests.hub.crash.town import Town


async def leave_case(town: Town) -> None:
    """Take oneself off a case; who did sees no more of it."""
    await town.open()
    case_id = case_of(town, "second")
    status, answer = await town.post("officer", f"/api/cases/{case_id}/members/end", {"person_id": "officer"})
    assert status == 200 or answer["error"] == "case_unknown", answer
    town.acknowledged("the officer left the case once", lambda books: books.acts("case.member_ended", case_id) == 1)


def case_of(town: Town, name: str) -> str:
    """Return the id that the case of a request has in addresses."""
    with closing(sqlite3.connect(town.settings.folder / "hub.sqlite")) as connection:
        found = connection.execute("SELECT case_id FROM case_file WHERE case_number = ?", (CASES[name],)).fetchone()
    return str(found[0])
