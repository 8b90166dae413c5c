"""The journey of a hub, leg by leg: each can be walked again from its beginning, as people and homes do after a crash.

Whoever walks repeats calls with the same ids and goes on from what was acknowledged. A leg is written once, without a
word of kills: where a hub may die in it is found from the steps that it takes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import aiohttp

from hub.app import build_hub
from hub.broker.accounts import MqttCredentials
from hub.cli.founding import DIRECTORY_KEY_NAMES
from hub.directory.proposal import TYPE as PROPOSAL
from hub.directory.proposal import credential_proposal
from hub.keys import HubKeys, raw_public
from milton_protocol.custody import open_receipts
from milton_protocol.fields import b64
from milton_protocol.messages.city_record import CityRecord
from milton_protocol.messages.directory import Directory
from milton_protocol.messages.receipt import SealedReceipts
from milton_protocol.messages.request import Request
from tests.e2e.passkey import SoftwarePasskey
from tests.hub.crash.town import Town
from tests.simulators.agency import enrol_body, ordinary_draft, signers_passkeys
from tests.simulators.mortal_hub import End
from tests.simulators.sealed_share import TUS, checksum, seal_share

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.simulators.hub_books import Books
    from tests.simulators.sealed_share import SealedShare

PIECE_BYTES = 100_000
CASES = {"first": "26-10001", "second": "26-10002", "third": "26-10003", "last": "26-10004"}
OFFLINE = {"root.key", "directory-1.key", "directory-2.key", "recovery.age", "officer.age", "custodian.age"}
type Walk = Callable[[Town], Awaitable[None]]


async def _nothing(_town: Town) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One part of the journey.

    ``prepare`` is what happened before, while nothing could go wrong. ``again`` names further points at which the hub
    dies, beside those that are found: a step, and the so-many-eth time that one process takes it.
    """

    name: str
    walk: Walk
    prepare: Walk = _nothing
    again: tuple[tuple[str, int], ...] = ()


# Founding


async def found(town: Town) -> None:
    """Found the city; an ``init`` after one that came to its end says that there is a hub."""
    listeners = [f"--listen-{name}=127.0.0.1:{port}" for name, port in town.ports.items()]
    await town.command("init", town.folder, "--demo", "--broker", "mosquitto", *listeners, codes=("0", "2"))
    assert {path.name for path in (town.folder / "offline").iterdir()} == OFFLINE
    assert {path.name for path in town.folder.iterdir()} == {"hub", "offline"}
    town.acknowledged("the city was founded", lambda books: books.live().sequence >= 1)
    await town.until(lambda books: _record_of(books).hub_key == _hub_key(town))


def _record_of(books: Books) -> CityRecord:
    return CityRecord.from_bytes(_payload_of(books.payload("city-record")))


def _payload_of(envelope: bytes | None) -> bytes:
    return base64.b64decode(json.loads(envelope or b"{}")["payload"])


def _hub_key(town: Town) -> bytes:
    return raw_public(HubKeys.load(town.settings.keys_folder).hub_key)


async def change_directory(town: Town) -> None:
    """Sign the officer's and the supervisor's keys in, then take a directory that was signed elsewhere."""
    town.known.passkeys = signers_passkeys(town.settings)
    for who, passkey in town.known.passkeys.items():
        if f"{who} signed in" not in town.known.done:
            proposal = town.folder / f"{who}.json"
            proposal.write_text(json.dumps(credential_proposal(who, passkey.credential)))
            await town.command("directory", "sign", town.folder, "--yes", "--proposal", proposal)
            town.known.done.add(f"{who} signed in")
        town.acknowledged(f"{who} can sign", lambda books, who=who: _credentials(books, who) == 1)
    signed = [town.folder / name for name in ("draft.json", "one.json", "both.json")]
    if not signed[-1].exists():
        for path in signed:
            path.unlink(missing_ok=True)
        await town.command("directory", "draft", town.folder, signed[0])
        for draft, out, key in zip(signed, signed[1:], DIRECTORY_KEY_NAMES, strict=False):
            await town.command("endorse", draft, out, "--key", town.folder / "offline" / key, "--yes")
    await town.command("take", town.folder, signed[-1])
    envelope = signed[-1].read_bytes()
    town.acknowledged("the directory was taken", lambda books: books.payload("directory") == envelope)
    digest = hashlib.sha256(envelope).hexdigest()
    town.acknowledged("and is named as live", lambda books: books.live().directory_sha256 == digest)


def _credentials(books: Books, who: str) -> int:
    person = Directory.from_bytes(_payload_of(books.payload("directory"))).person(who)
    return 0 if person is None else len(person.credentials)


# Homes


async def enrol(town: Town) -> None:
    """Enrol a home, which hears the city by the broker; another comes and leaves."""
    await town.open()
    for who in ("home", "guest"):
        if who not in town.known.codes:
            lines = await town.command("code", "new", town.folder, "--cell", "3414,-8430")
            town.known.codes[who] = next(line for line in lines if line.startswith("code: ")).removeprefix("code: ")
    wrong = enrol_body("MS-0000-0000-0000", town.known.home_id)
    assert (await _post_home(town, "/v1/enrol", wrong))[0] == 404
    status, answer = await _post_home(town, "/v1/enrol", enrol_body(town.known.codes["home"], town.known.home_id))
    assert status == 200, answer
    assert town.known.token in {"", answer["home_token"]}
    town.known.token, town.known.mqtt = answer["home_token"], MqttCredentials(**answer["mqtt"])
    town.acknowledged("the home is enrolled", lambda books: books.homes[town.known.home_id].left_at is None)
    await town.sees(lambda found: {"city-record", "directory", "live"} <= found.keys())
    await _come_and_go(town, hashlib.sha256(b"guest").hexdigest()[:32])


async def _come_and_go(town: Town, guest: str) -> None:
    status, answer = await _post_home(town, "/v1/enrol", enrol_body(town.known.codes["guest"], guest))
    if status == 200:
        town.acknowledged("the guest came", lambda books: guest in books.homes)
        account = MqttCredentials(**answer["mqtt"])
        headers = {"Authorization": f"Bearer {answer['home_token']}"}
        async with town.http.delete(f"http://127.0.0.1:{town.ports['homes']}/v1/enrolment", headers=headers) as left:
            assert left.status == 200
        assert not await town.is_let_in(account)
    else:
        assert (status, answer["error"]) == (409, "code_used")
    town.acknowledged("the guest left", lambda books: books.homes[guest].left_at is not None)
    assert town.known.mqtt is not None
    assert await town.is_let_in(town.known.mqtt)


async def _post_home(town: Town, path: str, body: object) -> tuple[int, dict]:
    async with town.http.post(
        f"http://127.0.0.1:{town.ports['homes']}{path}", data=json.dumps(body, separators=(",", ":"), sort_keys=True)
    ) as answer:
        return answer.status, json.loads(await answer.read())


# People


async def register(town: Town) -> None:
    """Register an officer's device, sign out and in, make a signing key; then the device is lost."""
    known, origin = town.known, town.settings.officers_origin
    await town.open()
    if "officer" not in known.devices:
        known.devices["officer"] = SoftwarePasskey(urlsplit(origin).hostname or "", origin)
        known.devices["signing"] = SoftwarePasskey(town.settings.signer_rp_id, town.settings.signer_origin)
    if "officer" not in known.codes:
        lines = await town.command("invite", town.folder, "officer")
        known.codes["officer"] = next(line for line in lines if line.startswith("link: ")).split("#code=")[1]
    if "registered" not in known.done:
        await _register(town)
    if "signed out" not in known.done:
        assert (await town.post("officer", "/sign-out", {}))[0] in {303, 401}
        known.done.add("signed out")
    if "signed in" not in known.done:
        status, begun = await town.post("officer", "/sign-in/options", {})
        credential = known.devices["officer"].sign(begun["options"]["challenge"])
        body = {"ceremony": begun["ceremony"], "credential": credential}
        status, answer = await town.post("officer", "/sign-in/verify", body)
        assert status == 200, answer
        known.done.add("signed in")
    await _propose_and_lose(town)


async def _register(town: Town) -> None:
    status, begun = await town.post("officer", "/invite/open", {"code": town.known.codes["officer"]})
    if status == 404:  # it was used, and the answer was lost: the passkey is known
        assert begun["error"] == "invitation_unknown"
    else:
        body = {
            "code": town.known.codes["officer"],
            "ceremony": begun["ceremony"],
            "credential": town.known.devices["officer"].register(begun["options"]["challenge"]),
            "device": "MPD-LT-031",
            "age_recipient": None,
        }
        status, answer = await town.post("officer", "/invite/register", body)
        assert status == 200, answer
    town.known.done.add("registered")
    town.acknowledged("the device is registered", lambda books: books.acts("device.registered", "MPD-LT-031") == 1)


async def _propose_and_lose(town: Town) -> None:
    known = town.known
    if "proposed" not in known.done:
        status, begun = await town.post("officer", "/account/signing-key/options", {})
        assert status == 200, begun
        body = {
            "ceremony": begun["ceremony"],
            "credential": known.devices["signing"].register(begun["options"]["challenge"]),
        }
        status, answer = await town.post("officer", "/account/signing-key", body)
        assert status == 200, answer
        known.done.add("proposed")
    town.acknowledged("the key is proposed", lambda books: books.acts("directory.proposed", "officer") == 1)
    lost = b64(known.devices["officer"].credential_id)
    await town.command("device", "remove", town.folder, "--", lost, codes=("0", "1"))  # 1: it is gone already
    town.acknowledged("the device is out", lambda books: books.acts("device.removed", "officer") == 1)
    assert (await town.post("officer", "/account/signing-key/options", {}))[0] == 401


# Requests


async def publish(town: Town) -> None:
    """Draft, sign and publish; the home hears of it."""
    await town.open()
    request_id = await _published(town, "first")
    await town.sees(lambda found: bool(found.get(f"requests/{request_id}")))
    await town.until(lambda books: request_id in books.live().live)


async def _published(town: Town, name: str) -> str:
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
        request_id = await _published(town, name)
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
    """Let the first request expire, and the two months of a share's receipts pass."""
    first = town.known.requests["first"]
    town.later(
        f"UPDATE request SET expires_at = datetime('now', '-1 minutes') WHERE request_id = '{first}'",  # noqa: S608
        f"UPDATE topic SET clear_at = datetime('now', '-1 minutes') WHERE name = 'requests/{first}'",  # noqa: S608
    )


async def expire(town: Town) -> None:
    """Start the hub after a request's end; later another worker clears what the broker still has."""
    first, topic = town.known.requests["first"], f"receipts/{town.known.shares['first'].share.share_id}"
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


# Shares


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
        status, _, _ = await town.home.ask("DELETE", sealed.url(), headers=TUS)
        assert status == 204
        town.known.done.add("begun anew")
    await _send(town, sealed)
    await town.sees(lambda found: f"receipts/{sealed.share.share_id}" in found)
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
    assert await town.home.announce(sealed) in {200, 201}
    share_id = sealed.share.share_id
    town.acknowledged("the share is announced", lambda books: books.shares[share_id].payload == sealed.share.to_bytes())


async def _offset(town: Town, sealed: SealedShare, name: str) -> int:
    """Ask how much is there; make the upload again where a termination was the last thing that happened."""
    status, headers, _ = await town.home.ask("HEAD", sealed.url(name), headers=TUS)
    if status == 404:
        fields = TUS | {"Upload-Length": str(len(sealed.bodies[name]))}
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
    """Return what the share's topic says to its home, which checks the whole chain."""
    topic = SealedReceipts.from_bytes(books.payload(f"receipts/{sealed.share.share_id}") or b"")
    receipts = open_receipts(topic, sealed.identity, _hub_key(town), sealed.sha256)
    return [receipt.event.value for receipt in receipts]


async def look(town: Town) -> None:
    """Look at the share as its officer, and copy a part out as the operator."""
    await town.open()
    sealed = town.known.shares["first"]
    for _ in range(2):
        assert await town.body("officer", sealed, "manifest") == sealed.bodies["manifest"]
    share_id = sealed.share.share_id
    town.acknowledged("the look is receipted", lambda books: books.events(share_id)[:2] == ["received", "fetched"])
    copies = [town.folder / f"copy.{each}" for each in ("header", "body")]
    for path in copies:
        path.unlink(missing_ok=True)
    await town.command("sealed", town.folder, share_id, "manifest", town.folder / "copy")
    assert copies[1].read_bytes() == sealed.bodies["manifest"]
    town.acknowledged("the copy is written down", lambda books: books.acts("share.copied", f"share {share_id}") >= 1)


async def a_day_passes(town: Town) -> None:
    """Let the owner's day go by."""
    town.later("UPDATE share SET received_at = datetime(received_at, '-25 hours')")
    await town.sign_in("custodian")


async def accept(town: Town) -> None:
    """Take the share into its case."""
    await town.open()
    share_id = town.known.shares["first"].share.share_id
    status, answer = await town.post("custodian", f"/api/shares/{share_id}/accept", {})
    assert status == 200 or answer["error"] == "already_accepted", answer
    expected = ["received", "fetched", "accepted"]
    town.acknowledged("the share is accepted", lambda books: books.events(share_id) == expected)


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


async def sign_officer_in(town: Town) -> None:
    """Seat the officer at a desk again."""
    await town.sign_in("officer")


LEGS = (
    Leg(name="founding", walk=found, again=(("city.moved_in", 2), *(("file.written", each) for each in (3, 6, 9)))),
    Leg(name="directory", walk=change_directory, again=(("directory.signed", 1),)),
    Leg(name="enrolment", walk=enrol, again=(("broker.file_written", 2), ("topic.published", 3))),
    Leg(name="people", walk=register),
    Leg(name="publication", walk=publish, prepare=sign_officer_in),
    Leg(name="sharing", walk=share, again=(("share.part_stored", 2), ("blob.stored", 2), ("upload.piece_kept", 3))),
    Leg(name="looking", walk=look),
    Leg(name="accepting", walk=accept, prepare=a_day_passes),
    Leg(name="taking back", walk=take_back),
    Leg(name="ending", walk=end_two),
    Leg(name="expiry", walk=expire, prepare=grow_old, again=(("requests.expired", 1),)),
    Leg(name="giving up", walk=give_up, prepare=revoke_a_logged_officer),
)
