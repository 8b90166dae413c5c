"""A leg: two administrators let a person in, and put one out."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from tests.simulators.joining import proposal_of

if TYPE_CHECKING:
    from tests.hub.crash.town import Town


async def sit_down(town: Town) -> None:
    """Let two administrators join."""
    proposals = [proposal_of(town.folder, each, "administrator", badge="-") for each in ("ida", "lou")]
    words = [word for path in proposals for word in ("--proposal", path)]
    await town.command("directory", "sign", town.folder, "--yes", *words)
    await town.sign_in("ida", "lou")


async def let_in_and_put_out(town: Town) -> None:
    """Ask, confirm, and put another person out; each call is repeated as it was."""
    await town.open()
    if "confirmed" not in town.known.done:
        status, answer = await town.post("ida", "/people/supervisor/invite", {})
        assert status == 200, answer
        town.acknowledged("it is asked for", lambda books: books.acts("person.invited", "supervisor") >= 1)
        confirm = f"/people/supervisor/invitations/{_open_invitation(town)}/confirm"
        status, answer = await town.post("lou", confirm, {})
        assert status == 200, answer
        town.known.done.add("confirmed")
    town.acknowledged("it is confirmed", lambda books: books.acts("person.confirmed", "supervisor") >= 1)
    status, answer = await town.post("ida", "/people/officer/revoke", {})
    assert status == 200, answer
    town.acknowledged("the officer is out", lambda books: books.acts("person.revoked", "officer") >= 1)
    town.acknowledged("and leaves", lambda books: books.acts("directory.proposed", "officer") >= 1)


def _open_invitation(town: Town) -> str:
    with closing(sqlite3.connect(town.settings.folder / "hub.sqlite")) as connection:
        query = "SELECT code_sha256 FROM invitation WHERE person_id = 'supervisor' AND ended_at IS NULL"
        (row,) = connection.execute(query).fetchall()
    return str(row[0])
