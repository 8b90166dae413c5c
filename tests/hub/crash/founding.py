"""The first legs: a city is founded, and its directory changed."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING

from hub.cli.city.founding import DIRECTORY_KEY_NAMES
from hub.directory.proposal import credential_proposal
from hub.kit.keys import HubKeys, raw_public
from milton_protocol.messages.city.directory import Directory
from milton_protocol.messages.city.record import CityRecord
from tests.hub.crash.town import LISTENERS
from tests.simulators.agency import signers_passkeys

if TYPE_CHECKING:
    from tests.hub.crash.town import Town
    from tests.simulators.hub_books import Books

OFFLINE = {"root.key", "directory-1.key", "directory-2.key", "recovery.age", "officer.age", "custodian.age"}


async def found(town: Town) -> None:
    """Found the city; an ``init`` after one that came to its end says that there is a hub."""
    listeners = [f"--listen-{name}=127.0.0.1:{town.ports[name]}" for name in LISTENERS]
    await town.command("init", town.folder, "--demo", "--broker", "mosquitto", *listeners, codes=("0", "2"))
    assert {path.name for path in (town.folder / "offline").iterdir()} == OFFLINE
    assert {path.name for path in town.folder.iterdir()} == {"hub", "offline"}
    town.acknowledged("the city was founded", lambda books: books.live().sequence >= 1)
    await town.until(lambda books: record_of(books).hub_key == hub_key(town))


def record_of(books: Books) -> CityRecord:
    """Return the city record in force."""
    return CityRecord.from_bytes(_payload_of(books.payload("city-record")))


def _payload_of(envelope: bytes | None) -> bytes:
    return base64.b64decode(json.loads(envelope or b"{}")["payload"])


def hub_key(town: Town) -> bytes:
    """Return the public key of the hub's statements and receipts."""
    return raw_public(HubKeys.load(town.settings.keys_folder).hub_key)


async def change_directory(town: Town) -> None:
    """Sign the officer's and the supervisor's keys in; take what was signed elsewhere; say that the clock is right."""
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
    await town.command("clock", town.folder, "--is-right")
    town.acknowledged("the clock is right", lambda books: books.acts("clock.accepted") >= 1)


def _credentials(books: Books, who: str) -> int:
    person = Directory.from_bytes(_payload_of(books.payload("directory"))).person(who)
    return 0 if person is None else len(person.credentials)
