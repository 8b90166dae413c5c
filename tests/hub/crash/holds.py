"""The legs of custody: triage, holds, a deletion by two people, a case that closes and opens again."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hub.kit.digests import secret_digest
from milton_protocol.base64_text import b64
from milton_protocol.messages.shares.passed_on import PassedOnTo
from milton_protocol.sealing.age import Identity, rewrap
from milton_protocol.times import format_time
from tests.hub.crash.asking import CASES
from tests.simulators.joining import proposal_of, with_key

if TYPE_CHECKING:
    from milton_protocol.messages.shares.share import Share
    from tests.hub.crash.town import Town

REASON = {"reason": "The prosecutor asked for it in writing."}


async def sit_down(town: Town) -> None:
    """Let a second custodian join, and sign everybody in."""
    proposal = proposal_of(town.folder, "second", "custodian", badge="1519")
    if "second's key" not in town.known.words:
        town.known.words["second's key"] = Identity.generate().recipient.encode()
    with_key(proposal, "second", "custodian", town.known.words["second's key"].decode())
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


async def let_in(town: Town) -> None:
    """Let the second custodian open the share with an opening key of their own."""
    await town.open()
    sealed = town.known.shares["first"].share
    if "headers" not in town.known.words:
        town.known.words["headers"] = json.dumps(_headers(town, sealed)).encode()
    path = f"/api/shares/{sealed.share_id}/readers/second-key"
    for _ in range(2):
        status, answer = await town.post("custodian", path, json.loads(town.known.words["headers"]))
        assert status == 200, answer
    town.acknowledged("another is let in, once", lambda books: books.acts("share.rewrapped", sealed.share_id) == 1)


async def pass_on(town: Town) -> None:
    """Ask the owner, who agrees; make a link, see what is behind it, end it; the owner takes it back."""
    await town.open()
    sealed = town.known.shares["first"]
    share_id = sealed.share.share_id
    path = f"/api/shares/{share_id}/passing"
    words = town.known.words
    if "until" not in words:
        until = datetime.now(UTC).replace(microsecond=0) + timedelta(days=9)
        to = PassedOnTo(name="Ruth Ellery", organisation="DA", until=until)
        words["until"] = format_time(until).encode()
        words["yes"], words["no"] = sealed.consent(to), sealed.consent(to, refuses=True, later_s=1)
        words["link"] = json.dumps({"link_sha256": secret_digest("5" * 32), **_headers(town, sealed.share)}).encode()
    question = {"name": "Ruth Ellery", "organisation": "DA", "until": words["until"].decode()}
    await _posted(town, path, question, "share.passing_asked")
    await _said(town, "yes", "share.agreed_to")
    await _posted(town, f"{path}/1/link", json.loads(words["link"]), "share.passed_on")
    if "share.viewed" not in town.known.done:
        view = json.dumps({"link": "5" * 32, "view": "6" * 32}).encode()
        for _ in range(2):
            status, _, text = await town.home.ask("POST", "/v1/passed", data=view)
            assert status == 200, text
        town.known.done.add("share.viewed")
        town.acknowledged("one view", lambda books: books.events(share_id).count("viewed") == 1)
    await _posted(town, f"{path}/1/end", {}, "share.passing_ended")
    await _said(town, "no", "share.not_agreed_to")


async def _posted(town: Town, path: str, body: dict[str, object], action: str) -> None:
    """Post as the custodian, twice: it is one act."""
    if action in town.known.done:
        return
    for _ in range(2):
        status, answer = await town.post("custodian", path, body)
        assert status == 200, answer
    town.known.done.add(action)
    town.acknowledged(f"{action}, once", lambda books: books.acts(action) == 1)


async def _said(town: Town, word: str, action: str) -> None:
    """Send the owner's word, twice."""
    for _ in range(2):
        status, _, text = await town.home.ask("POST", "/v1/consents", data=town.known.words[word])
        assert status == 200, text
    detail = {"yes": "pass_on", "no": "do_not_pass_on"}[word]
    town.acknowledged(f"{action}, once", lambda books: books.acts(action, detail=detail) == 1)


def _headers(town: Town, sealed: Share) -> dict[str, object]:
    secret = (town.folder / "offline" / "custodian.age").read_text(encoding="ascii").strip()
    recipient = town.known.words["second's key"].decode()
    return {
        "headers": [
            {"part": part.name.value, "header": b64(rewrap(part.header, Identity.parse(secret), [recipient]))}
            for part in sealed.parts
        ]
    }


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
