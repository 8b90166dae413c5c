"""The legs of requests: published, ended, expired, given up."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import aiohttp

from hub.app import build_hub
from hub.directory.proposal import TYPE as PROPOSAL
from tests.simulators.agency import ordinary_draft
from tests.simulators.mortal_hub import End

if TYPE_CHECKING:
    from tests.hub.crash.town import Town
    from tests.simulators.hub_books import Books

CASES = {"first": "26-10001", "second": "26-10002", "third": "26-10003", "last": "26-10004", "seen": "26-10005"}


async def sign_officer_in(town: Town) -> None:
    """Seat the officer at a desk again."""
    await town.sign_in("officer")


async def publish(town: Town) -> None:
    """Draft, sign and publish; the home hears of it."""
    await town.open()
    request_id = await published(town, "first")
    await town.sees(lambda found: bool(found.get(f"requests/{request_id}")))
    await town.until(lambda books: request_id in books.live().live)


async def published(town: Town, name: str) -> str:
    """Draft, sign and publish the request of this name, or go on with it; return its id."""
    request_id = await _signed(town, name)
    status, answer = await town.post("officer", f"/api/requests/{request_id}/publish", {})
    assert (status, answer["state"]) == (200, "published")
    town.acknowledged(f"{name} is published", lambda books: request_id in books.live().live + books.live().withdrawn)
    return request_id


async def _signed(town: Town, name: str) -> str:
    known = town.known
    if name not in known.drafts:
        known.drafts[name] = ordinary_draft(datetime.now(UTC), case_number=CASES[name])
    status, answer = await town.post("officer", "/api/requests", known.drafts[name])
    assert status == 200, answer
    request_id = known.requests.setdefault(name, answer["id"])
    assert answer["id"] == request_id
    town.acknowledged(f"{name} is drafted", lambda books: books.state(request_id) != "-")
    assertion = dict(known.passkeys["officer"].assertion(request_id).value())
    status, answer = await town.post("officer", f"/api/requests/{request_id}/assertions", assertion)
    assert status == 200, answer
    town.acknowledged(f"{name} is signed", lambda books: books.acts("request.signed_as_officer", request_id) == 1)
    return request_id


async def end_two(town: Town) -> None:
    """Publish two more; one is resolved, one withdrawn."""
    await town.open()
    resolved, withdrawn = await _published_once(town, "second"), await _published_once(town, "third")
    for request_id, act, state in ((resolved, "resolve", "resolved"), (withdrawn, "withdraw", "withdrawn")):
        status, answer = await town.post("officer", f"/api/requests/{request_id}/{act}", {})
        assert (status, answer["state"]) == (200, state)
    _ended(town, resolved, withdrawn)


async def _published_once(town: Town, name: str) -> str:
    if f"published {name}" not in town.known.done:
        request_id = await published(town, name)
        town.facts = [fact for fact in town.facts if fact[0] != f"{name} is published"]  # it ends in this leg
        town.acknowledged(f"{name} was published", lambda books: books.acts("request.published", request_id) == 1)
        town.known.done.add(f"published {name}")
    return town.known.requests[name]


def _ended(town: Town, resolved: str, withdrawn: str) -> None:
    town.acknowledged("one is resolved", lambda books: books.state(resolved) == "resolved")
    town.acknowledged("one is withdrawn", lambda books: withdrawn in books.live().withdrawn)
    town.acknowledged("neither is live", lambda books: not {resolved, withdrawn} & set(books.live().live))
    leaves = {("request", resolved), ("request", withdrawn), ("resolution", resolved), ("withdrawal", withdrawn)}
    town.acknowledged("all is in the log", lambda books: leaves <= _told(books))


def _told(books: Books) -> set[tuple[str, str]]:
    return {(leaf["kind"], leaf["id"]) for leaf in map(json.loads, books.leaves)}


async def grow_old(town: Town) -> None:
    """Let the first request expire."""
    first = town.known.requests["first"]
    town.later(
        f"UPDATE request SET expires_at = datetime('now', '-1 minutes') WHERE request_id = '{first}'",  # noqa: S608
        f"UPDATE topic SET clear_at = datetime('now', '-1 minutes') WHERE name = 'requests/{first}'",  # noqa: S608
    )


async def expire(town: Town) -> None:
    """Start the hub after a request's end; later another worker clears what the broker still has."""
    first, topic = town.known.requests["first"], f"requests/{town.known.requests['second']}"
    await town.open()
    await town.until(lambda books: books.state(first) == "expired" and first not in books.live().live)
    await town.until(lambda books: books.payload(f"requests/{first}") is None)
    if "cleared" not in town.known.done:
        await town.sees(lambda found: topic in found)
        town.later(f"UPDATE topic SET clear_at = datetime('now', '-1 minutes') WHERE name = '{topic}'")  # noqa: S608
        other = build_hub(town.settings)
        await other.jobs.run_now("expiry")
        await other.database.close()
        town.known.done.add("cleared")
    found = await town.sees(lambda found: found.get("live") is not None and not found.get(topic))
    assert f"requests/{first}" not in found
    await town.until(lambda books: books.payload(topic) is None)


async def revoke_a_logged_officer(town: Town) -> None:
    """Leave a request that is in the log and that no home will believe: its officer is revoked before it is sent."""
    await town.sign_in("officer")
    await town.open()
    request_id = await _signed(town, "last")
    await town.stop()
    town.end, town.hub = End(step="request.logged", moment="after"), None
    await town.open()
    with suppress(aiohttp.ClientError):
        await town.post("officer", f"/api/requests/{request_id}/publish", {})
    await town.until_killed()
    await town.clear_away()
    town.end = None
    change = {"change": "revoke", "kind": "person", "id": "officer", "reason": "left the force"}
    proposal = town.folder / "revoke.json"
    proposal.write_text(json.dumps({"type": PROPOSAL, "version": 1, "changes": [change]}))
    await town.command("directory", "sign", town.folder, "--yes", "--proposal", proposal)


async def give_up(town: Town) -> None:
    """Withdraw in public what was logged and can't be published any more."""
    last = town.known.requests["last"]
    await town.open()
    await town.until(lambda books: books.state(last) == "withdrawn")
    await town.until(lambda books: {("request", last), ("withdrawal", last)} <= _told(books))
    await town.until(lambda books: books.payload(f"requests/{last}") is None)
