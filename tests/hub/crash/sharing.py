"""The legs of shares: sent, looked at, accepted, taken back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from milton_protocol.custody import open_receipts
from milton_protocol.messages.requests.request import Request
from tests.hub.crash.founding import hub_key
from tests.hub.crash.residents import new_ticket
from tests.simulators.sealed_share import HomeClient, checksum, seal_share

if TYPE_CHECKING:
    from tests.hub.crash.town import Town
    from tests.simulators.hub_books import Books
    from tests.simulators.sealed_share import SealedShare

PIECE_BYTES = 100_000


async def share(town: Town) -> None:
    """Send a share: a piece that is damaged on the way, an upload that is begun anew, then all of it."""
    await town.open()
    await town.until(lambda books: town.known.requests["first"] in books.requests)
    sealed = await _sealed(town, "first")
    await _announce(town, sealed)
    if "begun anew" not in town.known.done:
        piece = sealed.bodies["clip"][:PIECE_BYTES]
        if await _offset(town, sealed, "clip") == 0:
            status, _, _ = await town.home.patch(sealed, 0, piece, headers=checksum(b"another piece"))
            assert status == 460
            assert await _offset(town, sealed, "clip") == 0
            status, headers, _ = await town.home.patch(sealed, 0, piece, headers=checksum(piece))
            assert (status, headers["Upload-Offset"]) == (204, str(PIECE_BYTES))
        status, _, _ = await town.home.ask("DELETE", sealed.url(), headers=sealed.tus)
        assert status == 204
        town.known.done.add("begun anew")
    await _send(town, sealed)
    await town.audit()
    assert town.books is not None
    assert _opened(town, town.books, sealed) == ["received"]


async def _sealed(town: Town, name: str) -> SealedShare:
    if name not in town.known.shares:
        await town.audit()
        assert town.books is not None
        request_id = town.known.requests["first"]
        request = Request.from_bytes(town.books.requests[request_id].payload)
        town.known.shares[name] = seal_share(request, request_id)
    return town.known.shares[name]


async def _announce(town: Town, sealed: SealedShare) -> None:
    """Announce it as a resident's page does; the rest is sent as a home does."""
    by_ticket = HomeClient(town.http, f"http://127.0.0.1:{town.ports['homes']}", await new_ticket(town))
    assert await by_ticket.announce(sealed) in {200, 201}
    share_id = sealed.share.share_id
    town.acknowledged("the share is announced", lambda books: books.shares[share_id].payload == sealed.share.to_bytes())


async def _offset(town: Town, sealed: SealedShare, name: str) -> int:
    """Ask how much is there; make the upload again where a termination was the last thing that happened."""
    status, headers, _ = await town.home.ask("HEAD", sealed.url(name), headers=sealed.tus)
    if status == 404:
        fields = sealed.tus | {"Upload-Length": str(len(sealed.bodies[name]))}
        assert (await town.home.ask("POST", sealed.url(name), headers=fields))[0] == 201
        return 0
    assert status == 200
    return int(headers["Upload-Offset"])


async def _send(town: Town, sealed: SealedShare) -> None:
    """Send what is missing; an offset never falls below what was acknowledged."""
    for name, body in sealed.bodies.items():
        key = f"{sealed.share.share_id}/{name}"
        offset = await _offset(town, sealed, name)
        assert offset >= max((int(each.split()[1]) for each in town.known.done if each.startswith(key)), default=0)
        while offset < len(body):
            piece = body[offset : offset + PIECE_BYTES]
            status, headers, text = await town.home.patch(sealed, offset, piece, name=name, headers=checksum(piece))
            assert status == 204, text
            offset = int(headers["Upload-Offset"])
            town.known.done.add(f"{key} {offset}")
    share_id = sealed.share.share_id
    town.acknowledged("the share arrived", lambda books: books.events(share_id)[:1] == ["received"])


def _opened(town: Town, books: Books, sealed: SealedShare) -> list[str]:
    """Return what the share's receipts say to its home, which checks the whole chain."""
    given = books.sealed_receipts(sealed.share.share_id)
    receipts = open_receipts(given, sealed.identity, hub_key(town), sealed.sha256)
    return [receipt.event.value for receipt in receipts]


async def look(town: Town) -> None:
    """Look at the share as its officer, save a picture of it and a part, and copy a part out as the operator."""
    await town.open()
    sealed = town.known.shares["first"]
    for _ in range(2):
        assert await town.body("officer", sealed, "manifest") == sealed.bodies["manifest"]
    share_id = sealed.share.share_id
    town.acknowledged("the look is receipted", lambda books: books.events(share_id)[:2] == ["received", "fetched"])
    still = {"sha256": "1" * 64, "clip_sha256": "2" * 64, "preview_sha256": None, "frame": 7, "verified": True}
    for _ in range(2):
        assert (await town.post("officer", f"/api/shares/{share_id}/stills", still))[0] == 200
    town.acknowledged("the picture is written down once", lambda books: books.acts("share.still", share_id) == 1)
    for _ in range(2):
        saved = {"part": "manifest", "sha256": "3" * 64}
        assert (await town.post("officer", f"/api/shares/{share_id}/saves", saved))[0] == 200
    town.acknowledged("a save is told of", lambda books: "exported" in books.events(share_id))
    town.acknowledged("a save is written down", lambda books: books.acts("share.saved", share_id) >= 1)
    copies = [town.folder / f"copy.{each}" for each in ("header", "body")]
    for path in copies:
        path.unlink(missing_ok=True)
    await town.command("sealed", town.folder, share_id, "manifest", town.folder / "copy")
    assert copies[1].read_bytes() == sealed.bodies["manifest"]
    town.acknowledged("the copy is written down", lambda books: books.acts("share.copied", f"share {share_id}") >= 1)


async def agree(town: Town) -> None:
    """Agree to earlier acceptance, as the share's owner."""
    await town.open()
    sealed = town.known.shares["first"]
    town.known.words.setdefault("agreed", sealed.consent())
    for _ in range(2):
        status, _, text = await town.home.ask("POST", "/v1/consents", data=town.known.words["agreed"])
        assert status == 200, text
    share_id = sealed.share.share_id
    acts = ("share.agreed_to", share_id, "accept_early")
    town.acknowledged("the owner agreed once", lambda books: books.acts(*acts) == 1)


async def days_ago(town: Town) -> None:
    """Let the last sealed day be three days ago."""
    town.later("INSERT INTO custody_day VALUES (date('now', '-3 days'), x'', 0)")


async def seal_days(town: Town) -> None:
    """Start: the days that are over get their leaf, each one."""
    await town.open()
    day = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
    await town.until(lambda books: any(leaf["day"] == day for leaf in _sealed_days(books)))
    town.acknowledged("a day has one leaf", lambda books: [leaf["day"] for leaf in _sealed_days(books)].count(day) == 1)


def _sealed_days(books: Books) -> list[dict[str, str]]:
    return [leaf for leaf in map(json.loads, books.leaves) if leaf["kind"] == "custody"]


async def a_day_passes(town: Town) -> None:
    """Let the owner's day go by."""
    town.later("UPDATE share SET received_at = datetime(received_at, '-25 hours')")
    await town.sign_in("custodian")


async def accept(town: Town) -> None:
    """Take the share into its case."""
    await town.open()
    share_id, told = town.known.shares["first"].share.share_id, {"received", "fetched", "exported", "accepted"}
    status, answer = await town.post("custodian", f"/api/shares/{share_id}/accept", {})
    assert status == 200 or answer["error"] == "already_accepted", answer
    town.acknowledged("the share is accepted", lambda books: set(books.events(share_id)) == told)
    town.acknowledged("it is the last word", lambda books: books.events(share_id)[-1] == "accepted")


async def take_back(town: Town) -> None:
    """Send another share, and take it back."""
    await town.open()
    sealed = await _sealed(town, "second")
    if "sent" not in town.known.done:
        await _announce(town, sealed)
        await _send(town, sealed)
        town.known.done.add("sent")
    for _ in range(2):
        status, _, text = await town.home.ask("POST", "/v1/withdrawals", data=sealed.withdrawal())
        assert status == 200, text
    share_id, expected = sealed.share.share_id, ["received", "withdrawn", "deleted"]
    town.acknowledged("the share is taken back", lambda books: books.events(share_id)[:2] == expected[:2])
    await town.until(lambda books: books.events(share_id) == expected)
    await town.audit()
    assert town.books is not None
    assert _opened(town, town.books, sealed) == expected
