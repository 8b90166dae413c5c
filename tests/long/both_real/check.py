"""What must hold once a journey is over, by what lies on the hub's disk and by what both people see."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from contextlib import suppress
from typing import TYPE_CHECKING

from hub.broker.accounts import credentials_for
from hub.broker.endpoint import Endpoint
from hub.broker.setup import accounts_secret
from hub.jobs.supervisor import LEASE_S
from hub.kit.keys import HubKeys
from hub.kit.settings import Settings
from milton_protocol.topics import every_topic
from tests.e2e.evidence import dsse_payload, identity_in, open_sealed, unb64
from tests.e2e.processes import command_of, processes, until
from tests.simulators.hub_books import check_books, check_follows, read_books
from tests.simulators.nursery import ROOT

from .journey import TakenBack

if TYPE_CHECKING:
    from tests.simulators.hub_books import Books

    from .journey import Journey
    from .town import RealTown

MARGIN_S, QUIET_S, ENDS_WITHIN_S = 30.0, 1.0, 10.0
BROKEN_LINE = " ERROR mqtt "  # the MQTT library's word when its peer is no more
BACK = ["received", "withdrawn", "deleted"]


async def followed(town: RealTown, earlier: Books | None) -> Books:
    """Read the hub's books, check them, and that they go on from those before."""
    books = await read_books(town.city.folder)
    assert books is not None
    check_books(books)
    if earlier is not None:
        check_follows(books, earlier)
    return books


async def check_journey(journey: Journey, books: Books) -> None:
    """Check that a request was published once, and that its share, if it is to stay, arrived once, whole, receipted."""
    _published_once(journey.request_id, books)
    case = await journey.case()
    assert case is not None
    assert case["state"] == ("withdrawn" if journey.taken_back.is_wanted else "receipted")
    arrived = [each.share_id for each in books.shares.values() if each.request_id == journey.request_id]
    if journey.taken_back is TakenBack.AT_ONCE:
        assert arrived in ([], [journey.share_id])
        return
    assert arrived == [journey.share_id]
    if journey.taken_back is TakenBack.NEVER:
        listed = (await journey.town.officer.call("GET", f"/api/shares?request={journey.request_id}"))["shares"]
        assert [each["share_id"] for each in listed] == arrived
        assert books.events(journey.share_id) == ["received"]
        assert [each["event"] for each in case["share"]["receipts"]] == ["received"]
        _whole(journey, books)


async def check_gone(journey: Journey, books: Books) -> None:
    """Check that nothing is left of a share that was taken back, and that its owner has every receipt."""
    arrived = [each for each in books.shares.values() if each.request_id == journey.request_id]
    events = books.events(journey.share_id)
    as_late = events == BACK
    assert as_late or (journey.taken_back is TakenBack.AT_ONCE and events in ([], BACK[1:])), events
    assert all(each.deleted_at is not None for each in arrived)
    assert not [name for name in books.blobs if name.startswith(journey.share_id)]
    case = await journey.case()
    assert case is not None
    assert [each["event"] for each in case["share"]["receipts"]] == events


def _published_once(request_id: str, books: Books) -> None:
    leaves = [leaf for leaf in map(json.loads, books.leaves) if leaf.get("id") == request_id]
    assert [leaf["kind"] for leaf in leaves] == ["request"]
    assert books.state(request_id) == "published"
    assert books.acts("request.published", request_id) == 1
    assert request_id in books.live().live


def _whole(journey: Journey, books: Books) -> None:
    """Check that the receipt is of the announced share, it of the bytes that are there, they of what was approved."""
    town, share = journey.town, books.shares[journey.share_id]
    hub_key = HubKeys.load(Settings.load(town.city.folder).keys_folder).hub_key.public_key().public_bytes_raw()
    (row,) = books.receipts[share.share_id]
    received = json.loads(dsse_payload(row.envelope, [hub_key]))
    assert received["share_sha256"] == hashlib.sha256(share.payload).hexdigest()
    announced = json.loads(share.payload)
    assert (announced["share_id"], announced["request_id"]) == (share.share_id, journey.request_id)
    envelope = json.loads(share.envelope)
    assert base64.b64decode(envelope["payload"]) == share.payload
    for part in announced["parts"]:
        body = books.blobs[f"{share.share_id}/{part['name']}"]
        assert hashlib.sha256(body).hexdigest() == part["body_sha256"]
        if part["name"] == "clip":
            clip = open_sealed(unb64(part["header"]), body, identity_in(town.city.identity_file("officer")))
            assert hashlib.sha256(clip).hexdigest() in journey.said_yes


async def check_end(town: RealTown, journeys: list[Journey], earlier: Books) -> Books:
    """Check, once the last worker's leases have ended, what stays of all journeys; return the books."""

    async def all_gone() -> Books | None:
        books = await followed(town, earlier)
        left = [each for each in books.shares.values() if each.request_id in back and each.deleted_at is None]
        return None if left else books

    back = {each.request_id for each in journeys if each.taken_back.is_wanted}
    books = await until(all_gone, LEASE_S + MARGIN_S, "what was taken back is still there", every_s=1)
    assert books is not None
    for journey in journeys:
        await check_journey(journey, books)
        if journey.taken_back.is_wanted:
            await check_gone(journey, books)
    shown = [each["request_id"] for each in (await town.owner.state())["requests"]]
    assert sorted(shown) == sorted(books.requests) == sorted(each.request_id for each in journeys)
    return books


async def check_broker(town: RealTown, books: Books) -> None:
    """Check, as the home that is away, that the broker keeps exactly what the table has, each message once."""
    settings = Settings.load(town.city.folder)
    (username,) = (home.mqtt_username for home in books.homes.values())
    who = credentials_for(accounts_secret(settings.broker_folder), username)
    found: list[tuple[str, bytes]] = []
    table = {name: topic.payload for name, topic in books.topics.items() if topic.payload is not None}
    async with Endpoint(host="127.0.0.1", port=town.city.mqtt_port).client(who) as client:
        await client.subscribe(every_topic(settings.agency_id), qos=1)
        with suppress(TimeoutError):
            async with asyncio.timeout(QUIET_S):
                async for message in client.messages:
                    assert isinstance(message.payload, bytes)
                    found.append((str(message.topic).split("/", 3)[3], message.payload))
    assert sorted(found) == sorted(table.items())


async def check_nobody_left() -> None:
    """Check that nothing which a Home Assistant started, a recorder or a cutter, lives on once there is none."""

    async def nobody() -> bool:
        return not [pid for pid in processes() if f"\0{ROOT}/custom_components/" in command_of(pid)]

    await until(nobody, ENDS_WITHIN_S, "a process of a Home Assistant that is no more lives on")


def complaints(town: RealTown) -> list[str]:
    """Return what either side said that went wrong with something of ours, each line with those that follow from it."""
    log = (town.home.config / "hass.out").read_text(errors="replace")
    ours = [line for line in log.splitlines() if "ERROR" in line and "milton_share" in line]
    hubs = [line for each in (*town.city.earlier, town.city.serving) for line in _with_stack(each.lines)]
    return ours + hubs


def _with_stack(lines: list[str]) -> list[str]:
    """Return a hub's errors with all that it said from the first one on."""
    said = [line for line in lines if not line.startswith("step ") and BROKEN_LINE not in line]
    begins = [number for number, line in enumerate(said) if " ERROR " in line or line.startswith("Traceback")]
    return said[begins[0] :] if begins else []
