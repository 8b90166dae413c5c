"""The legs of custody: triage, holds, a deletion by two people, a case that closes and opens again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.hub.crash.asking import CASES
from tests.simulators.joining import proposal_of

if TYPE_CHECKING:
    from tests.hub.crash.town import Town

REASON = {"reason": "The prosecutor asked for it in writing."}


async def sit_down(town: Town) -> None:
    """Let a second custodian join, and sign everybody in."""
    proposal = proposal_of(town.folder, "second", "custodian", badge="1519")
    await town.command("directory", "sign", town.folder, "--yes", "--proposal", proposal)
    await town.sign_in("officer", "custodian", "second")


async def sort_out(town: Town) -> None:
    """Decline the share, and keep it after all; flag it, and take the flag off."""
    await town.open()
    for who, what, action in (
        ("officer", "decline", "share.declined"),
        ("officer", "keep", "share.kept"),
        ("officer", "flag", "share.flagged"),
        ("custodian", "unflag", "share.unflagged"),
    ):
        await _once(town, who, what, action)


async def keep(town: Town) -> None:
    """Hold the share and release it; ask for its deletion, confirm it, take it back; close its case and open it."""
    await town.open()
    for who, what, action in (
        ("custodian", "holds", "share.held"),
        ("custodian", "holds/1/release", "share.released"),
        ("custodian", "deletions", "share.deletion_asked"),
        ("second", "deletions/1/confirm", "share.removed"),
        ("custodian", "deletions/1/take-back", "share.deletion_taken_back"),
        ("custodian", "/api/cases/close", "case.closed"),
        ("custodian", "/api/cases/reopen", "case.reopened"),
    ):
        await _once(town, who, what, action)


async def _once(town: Town, who: str, what: str, action: str) -> None:
    """Act, and act again where the answer was lost: it is one act."""
    if action in town.known.done:
        return
    share_id = town.known.shares["first"].share.share_id
    path = what if what.startswith("/") else f"/api/shares/{share_id}/{what}"
    body = {} if what.endswith(("decline", "keep", "flag", "confirm")) else dict(REASON)
    if what.startswith("/"):
        body |= {"case_number": CASES["first"]}
    status, answer = await town.post(who, path, body)
    # The officer who has flagged it does not see it any more.
    assert status == 200 or (what == "flag" and answer["error"] == "share_unknown"), answer
    town.known.done.add(action)
    town.acknowledged(f"{action}, once", lambda books: books.acts(action) == 1)
