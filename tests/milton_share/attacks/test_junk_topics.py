"""A hub or a broker that was taken over floods a home with junk: nothing that verifies is crowded out by it.

Not while it lasts, and not once the city is honest again.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

import aiomqtt
import pytest
from homeassistant.helpers import issue_registry as ir

from custom_components.milton_share.const import DOMAIN
from custom_components.milton_share.hub_link import feed as feed_module
from custom_components.milton_share.hub_link import inbox as inbox_module
from custom_components.milton_share.hub_link import mqtt, revocations
from custom_components.milton_share.hub_link.client import HubClient
from custom_components.milton_share.hub_link.feed import WHOLE_EVERY_S, Feed
from custom_components.milton_share.hub_link.inbox import Inbox
from custom_components.milton_share.hub_link.session import hub_session
from custom_components.milton_share.runtime.issues import INBOX_FULL
from custom_components.milton_share.shared.milton_protocol import canonical, dsse
from custom_components.milton_share.shared.milton_protocol.limits import MESSAGE_SIZE_MAX_BYTES
from custom_components.milton_share.shared.milton_protocol.messages.city.record import DirectoryKey
from custom_components.milton_share.shared.milton_protocol.messages.city.revocation import (
    Revocation,
    RevocationKind,
    Revoked,
)
from custom_components.milton_share.shared.milton_protocol.messages.homes.feed import FeedPage
from custom_components.milton_share.storage.database import HomeDatabase
from tests.cases import in_ci
from tests.milton_share.hub_link.test_mqtt import MOSQUITTO, broker, port, publish
from tests.milton_share.hub_link.test_mqtt import home as home_with_broker
from tests.simulators import hub as simulated
from tests.simulators.city import OFFICER, OTHER_OFFICER, City, ed25519, public

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from homeassistant.core import HomeAssistant

    from tests.milton_share.conftest import Home
    from tests.simulators.hub import HubSimulator

__all__ = ["home_with_broker", "port"]

AGENCY = "milton-pd"
ONE_BYTE = 8_000  # as many as filled a home once
STRANGERS = 4_200  # more than may wait
REQUESTS = 4_200


def by_stranger(number: int) -> tuple[str, bytes]:
    """Return a well-formed revocation by a key that no city record names, under its own digest."""
    revoked = Revoked(kind=RevocationKind.PERSON, id=f"p-{number}", revoked_at=City().now, reason="lost")
    payload = Revocation(agency_id=AGENCY, revoked=revoked).to_bytes()
    return addressed(dsse.sign(Revocation.PAYLOAD_TYPE, payload, [ed25519("stranger")]))


def addressed(envelope: bytes) -> tuple[str, bytes]:
    """Return a revocation under its topic."""
    return f"revocations/{hashlib.sha256(envelope).hexdigest()}", envelope


def junk() -> dict[str, bytes]:
    """Return what a hub can send without any other key than its own: more of each kind than there is room for."""
    return {
        **{f"revocations/{number:064x}": b"x" for number in range(ONE_BYTE)},
        **dict(by_stranger(number) for number in range(STRANGERS)),
        **{f"requests/{secrets.token_hex(32)}": b"x" for _ in range(REQUESTS)},
    }


def revoke_and_ask(city: City) -> str:
    """Revoke the officer, and publish another's request; return its id."""
    before = set(city.bundles)
    city.revoke("person", OFFICER)
    other = city.recipients("custodian-1", "custodian-2", "key-of-officer-2", "recovery")
    asked = city.draft()
    officer = replace(asked.officer, person_id=OTHER_OFFICER, badge="B-102")
    city.publish(replace(asked, officer=officer, recipients=other))
    (request_id,) = set(city.bundles) - before
    return request_id


def is_shown(home: Home) -> bool:
    """Say whether the repair is there."""
    return ir.async_get(home.hass).async_get_issue(DOMAIN, INBOX_FULL) is not None


def refused(home: Home, request_id: str) -> str | None:
    """Return the rule by which a request that is here is refused."""
    request = home.request(request_id)
    assert request is not None
    return request.refused


# A whole home


async def flooded(home: Home) -> str:
    """Have a request, then everything that a stolen hub can send; return the request's id."""
    home.hub.page_messages = 200
    request_id = await home.receive()
    await home.until(lambda: refused(home, request_id) is None)
    for topic, payload in junk().items():
        home.hub.put(topic, payload)
    await home.until(home.hub.is_read, 180)
    return request_id


@pytest.mark.parametrize(
    "honest", in_ci(["clears the junk", "has older numbers", "begins a new epoch"], ["clears the junk"])
)
async def test_junk_in_the_feed_keeps_no_revocation_and_no_request_out(
    home: Home, monkeypatch: pytest.MonkeyPatch, honest: str
) -> None:
    """Once the hub is honest again; the owner is told while there is no room; what was taken stays."""
    request_id = await flooded(home)
    await home.until(lambda: is_shown(home))
    assert refused(home, request_id) is None
    if honest == "clears the junk":
        for topic in home.hub._topics.keys() - home.hub.city.topics().keys():  # noqa: SLF001  a stolen hub's
            home.hub.put(topic.removeprefix(f"milton/v1/{AGENCY}/"), None)
    elif honest == "begins a new epoch":
        monkeypatch.setattr(simulated, "EPOCH", "cd" * 16)
    second = revoke_and_ask(home.hub.city)
    if honest == "clears the junk":
        home.hub.publish()
    else:
        home.hub.restore()
    await home.until(lambda: refused(home, request_id) == "revoked", 120)
    await home.until(lambda: refused(home, second) is None)
    await home.until(lambda: not is_shown(home))
    await home.restart()
    await home.until(lambda: (refused(home, request_id), refused(home, second)) == ("revoked", None))


@pytest.mark.long
async def test_a_revocation_that_is_kept_survives_a_flood_and_a_restart(home: Home) -> None:
    """Though the hub has nothing of it any more."""
    home.hub.city.revoke("person", OFFICER)
    request_id = await home.receive()
    await home.until(lambda: refused(home, request_id) == "revoked")
    home.hub.city.revocations.clear()
    home.hub.page_messages = 200
    home.hub.restore()
    for topic, payload in junk().items():
        home.hub.put(topic, payload)
    await home.until(home.hub.is_read, 180)
    await home.until(lambda: is_shown(home))
    await home.restart()
    await home.until(lambda: refused(home, request_id) == "revoked", 180)


@pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed")
async def test_junk_from_the_broker_keeps_no_revocation_and_no_request_out(
    home_with_broker: Home, port: int, tmp_path: Path
) -> None:
    """By MQTT alone; then by the feed, which is whole, the repair goes."""
    home = home_with_broker
    home.hub.page_messages = 200
    async with broker(tmp_path, port, more="max_queued_messages 0\n"):
        home.hub.city.publish()
        await publish(home.hub, port)
        (request_id,) = home.hub.city.bundles
        await home.until(lambda: refused(home, request_id) is None)
        home.hub.answers["/v1/feed"] = [(503, "busy")] * 100_000
        async with aiomqtt.Client("127.0.0.1", port) as client:
            for topic, payload in junk().items():
                await client.publish(f"milton/v1/{AGENCY}/{topic}", payload, qos=0, retain=True)
        await home.until(lambda: is_shown(home), 120)
        second = revoke_and_ask(home.hub.city)
        await publish(home.hub, port)
        await home.until(lambda: refused(home, request_id) == "revoked", 120)
        await home.until(lambda: refused(home, second) is None)
    home.hub.answers.clear()
    home.hub.publish()
    await home.until(lambda: not is_shown(home), 120)
    await home.restart()
    await home.until(lambda: (refused(home, request_id), refused(home, second)) == ("revoked", None))


@pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed")
async def test_a_broker_that_sends_more_than_a_city_has_is_left_for_a_while(
    home_with_broker: Home,
    port: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """However long it goes on: an hour of it costs a home no more than one queue, or two. The feed goes on."""
    home = home_with_broker
    async with broker(tmp_path, port):
        await publish(home.hub, port)
        await home.until(lambda: home.state().snapshot.link == "mqtt")
        monkeypatch.setattr(mqtt, "QUEUE_MAX", 100)
        async with aiomqtt.Client("127.0.0.1", port) as client:
            for number in range(300):
                await client.publish(f"milton/v1/{AGENCY}/requests/{number:064x}", b"x", qos=0)
        await home.until(lambda: home.state().snapshot.link == "feed")
        assert "The broker sent more than a city can have" in caplog.text
        request_id = await home.receive()
        await home.until(lambda: refused(home, request_id) is None)


async def test_a_revocation_may_come_before_the_city_record_that_names_its_key(home: Home) -> None:
    """It waits for the record, and is not sent again."""
    request_id = await home.receive()
    await home.until(lambda: refused(home, request_id) is None)
    city = home.hub.city
    city.revoke("person", OFFICER, signer="directory-3")
    home.hub.publish()
    await home.until(home.hub.is_read)
    assert refused(home, request_id) is None
    second = city.record.directory_keys[1]
    keys = (second, DirectoryKey(public_key=public(ed25519("directory-3")), label="third"))
    city.record = replace(city.record, directory_keys=keys, serial=city.record.serial + 1)
    city.directory_signers = (ed25519("directory-2"), ed25519("directory-3"))
    city.directory = replace(city.directory, serial=city.directory.serial + 1)
    home.hub.publish()
    await home.until(lambda: refused(home, request_id) == "revoked")
    city.record = replace(city.record, directory_keys=tuple(reversed(keys)), serial=city.record.serial + 1)
    home.hub.publish()
    await home.until(lambda: home.state().snapshot.trust_rule is None)
    assert refused(home, request_id) == "revoked"


# The inbox alone


@pytest.fixture
async def database(hass: HomeAssistant, tmp_path: Path) -> AsyncIterator[HomeDatabase]:
    """Open a home's memory."""
    opened = HomeDatabase(tmp_path / "home.db", hass.async_add_executor_job)
    await opened.open()
    yield opened
    await opened.close()


def inbox_of(hass: HomeAssistant, database: HomeDatabase) -> Inbox:
    """Make a home's inbox: no paper says how new it is, no share is its own."""
    return Inbox(
        database,
        AGENCY,
        claims=lambda _topic, _payload: None,
        believed=lambda _topic: 0,
        on_change=lambda: None,
        run_blocking=hass.async_add_executor_job,
    )


@pytest.fixture
async def inbox(hass: HomeAssistant, database: HomeDatabase) -> Inbox:
    """Make an inbox that has nothing."""
    made = inbox_of(hass, database)
    await made.load()
    return made


async def deliver(inbox: Inbox, topics: Mapping[str, bytes | None]) -> None:
    """Deliver under full topics."""
    await inbox.deliver([(f"milton/v1/{AGENCY}/{topic}", payload) for topic, payload in topics.items()])


async def revoked_ids(inbox: Inbox, city: City) -> list[str]:
    """Return what is revoked under the city's record."""
    return sorted(one.id for one in await inbox.revoked(city.record))


def with_foreign_signature(envelope: bytes, name: str) -> bytes:
    """Add a signature by a key that is nobody's: anybody can."""
    value = canonical.decode(envelope)
    assert isinstance(value, dict)
    more = canonical.decode(dsse.sign("any", b"", [ed25519(name)]))
    assert isinstance(more, dict)
    return canonical.encode({**value, "signatures": [*value["signatures"], *more["signatures"]]})


async def test_nobody_makes_one_revocation_into_many(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """A genuine one with a thousand foreign signatures takes the room of one, and keeps no other out."""
    monkeypatch.setattr(revocations, "KEPT_MAX", 3)
    city = City()
    assert await revoked_ids(inbox, city) == []
    genuine = city.revoke("person", "p-1")
    await deliver(inbox, dict(addressed(with_foreign_signature(genuine, str(number))) for number in range(50)))
    await deliver(inbox, dict([addressed(city.revoke("person", "p-2"))]))
    assert await revoked_ids(inbox, city) == ["p-1", "p-2"]
    assert inbox.counts() == {"revocations": 2}


async def test_past_their_bound_the_oldest_revocations_stay_and_what_no_longer_holds_makes_way(
    inbox: Inbox, hass: HomeAssistant, database: HomeDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A directory key that was stolen and replaced holds no place for good."""
    monkeypatch.setattr(revocations, "KEPT_MAX", 3)
    city = City()
    await revoked_ids(inbox, city)
    for number in range(4):
        await deliver(inbox, dict([addressed(city.revoke("person", f"p-{number}"))]))
    assert await revoked_ids(inbox, city) == ["p-0", "p-1", "p-2"]
    assert inbox.is_full
    keys = tuple(DirectoryKey(public_key=public(ed25519(name)), label=name) for name in ("directory-2", "directory-3"))
    later = City()
    later.record = replace(later.record, directory_keys=keys)
    assert await revoked_ids(inbox, later) == []
    assert inbox.counts() == {"revocations": 3}, "left aside"
    await deliver(inbox, dict([addressed(city.revoke("person", "p-9", signer="directory-3"))]))
    assert await revoked_ids(inbox, later) == ["p-9"]
    assert inbox.counts() == {"revocations": 3}
    again = inbox_of(hass, database)
    await again.load()
    assert await revoked_ids(again, later) == ["p-9"]
    assert len(await revoked_ids(again, city)) == 2, "they hold again under a record that names their key"


async def test_a_revocation_under_another_ones_topic_is_dropped(inbox: Inbox) -> None:
    """Its topic is its digest; too long, or unreadable, it is nothing at all: whatever came, nothing stays of it."""
    city = City()
    _, stranger = by_stranger(1)
    forged = replace_signature(city.revoke("person", "p-1"))
    for known in (False, True):
        await deliver(
            inbox,
            {
                f"revocations/{'ab' * 32}": stranger,
                **dict(addressed(payload) for payload in (b"x", b"{}", b"[" * 60_000)),
                **dict([addressed(bytes(MESSAGE_SIZE_MAX_BYTES + 1)), addressed(forged)][: 1 + known]),
            },
        )
        assert await revoked_ids(inbox, city) == []
        assert len(inbox._unknown) == 0  # noqa: SLF001  what waits is shown nowhere


def replace_signature(envelope: bytes) -> bytes:
    """Return an envelope whose signature is another message's."""
    value = canonical.decode(envelope)
    other = canonical.decode(dsse.sign("any", b"", [ed25519("directory-1")]))
    assert isinstance(value, dict)
    assert isinstance(other, dict)
    return canonical.encode({**value, "signatures": other["signatures"]})


async def test_what_waits_is_bounded_and_the_oldest_leaves_first(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """By number and by bytes; nothing of it is on the disk."""
    monkeypatch.setattr(inbox_module, "UNKNOWN_MAX", 10)
    inbox = inbox_of_same(inbox)
    topics = dict(by_stranger(number) for number in range(12))
    await deliver(inbox, topics)
    assert list(inbox._unknown.messages()) == [topic.partition("/")[2] for topic in topics][2:]  # noqa: SLF001  as above
    assert inbox.is_full
    assert await inbox._database.read(lambda c: list(c.execute("SELECT * FROM topics"))) == []  # noqa: SLF001  as above


def inbox_of_same(inbox: Inbox) -> Inbox:
    """Make another inbox of the same home, by other bounds."""
    return Inbox(
        inbox._database,  # noqa: SLF001  the same one
        AGENCY,
        claims=lambda _topic, _payload: None,
        believed=lambda _topic: 0,
        on_change=lambda: None,
        run_blocking=inbox._run_blocking,  # noqa: SLF001  as above
    )


def asked(number: int) -> str:
    """Return a request's topic."""
    return f"requests/{number:064x}"


async def test_a_request_that_is_called_live_is_not_crowded_out_by_one_that_is_not(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of others the oldest leaves first; where all are called live, the oldest of them."""
    monkeypatch.setattr(inbox_module, "REQUESTS_MAX", 4)
    inbox = inbox_of_same(inbox)
    await deliver(inbox, {asked(number): b"x" for number in (1, 2, 3)})
    inbox.prefer([f"{number:064x}" for number in (1, 2)])
    await deliver(inbox, {asked(number): b"x" for number in range(10, 20)})
    assert set(inbox.under("requests/")) == {f"{number:064x}" for number in (1, 2, 18, 19)}
    inbox.prefer([f"{number:064x}" for number in range(20, 25)])
    await deliver(inbox, {asked(number): b"x" for number in range(20, 25)})
    assert set(inbox.under("requests/")) == {f"{number:064x}" for number in range(21, 25)}
    await deliver(inbox, {asked(99): b"x"})
    assert set(inbox.under("requests/")) == {f"{number:064x}" for number in range(21, 25)}
    inbox.prefer([])
    await deliver(inbox, {asked(99): b"x"})
    assert f"{99:064x}" in inbox.under("requests/")


async def test_what_a_whole_read_of_the_feed_does_not_bring_is_forgotten(
    inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it brings again stays, and so does what the broker brought meanwhile; then there is room."""
    monkeypatch.setattr(inbox_module, "REQUESTS_MAX", 3)
    inbox = inbox_of_same(inbox)
    inbox.begin_reading()
    await deliver(inbox, {asked(number): b"x" for number in range(5)} | dict([by_stranger(1)]))
    inbox.end_reading()
    assert inbox.is_full
    inbox.begin_reading()
    await deliver(inbox, {asked(number): b"x" for number in (4, 5)})
    inbox.end_reading()
    assert set(inbox.under("requests/")) == {f"{number:064x}" for number in (4, 5)}
    assert len(inbox._unknown) == 0  # noqa: SLF001  shown nowhere
    assert not inbox.is_full


# The feed alone


class Clock:
    """Says how late it is."""

    def __init__(self) -> None:
        """Begin at no time."""
        self.now_s = 0.0

    def __call__(self) -> float:
        """Say it."""
        return self.now_s


async def test_a_hub_that_passes_over_numbers_hides_nothing_for_longer_than_a_day(
    hub: HubSimulator, hass: HomeAssistant, inbox: Inbox
) -> None:
    """The whole feed is read once a day, by the home's own clock."""
    clock = Clock()
    feed = Feed(HubClient(hub_session(hass), hub.url, simulated.TOKEN), inbox, clock)
    await feed.read()
    hub.city.publish()
    hub.publish()
    (first,) = hub.city.bundles
    newest = hub._count  # noqa: SLF001  a stolen hub knows it
    hub.page = FeedPage(epoch=simulated.EPOCH, next=newest, more=False, messages=()).to_bytes()
    await feed.read()
    hub.page = None
    clock.now_s = WHOLE_EVERY_S - 1
    await feed.read()
    assert first not in inbox.under("requests/")
    clock.now_s = WHOLE_EVERY_S
    await feed.read()
    assert first in inbox.under("requests/")


async def test_a_read_of_the_feed_costs_so_much_and_goes_on_at_the_next(
    hub: HubSimulator, hass: HomeAssistant, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its bytes as by its pages; what a whole read brings in several parts is not swept between them."""
    monkeypatch.setattr(feed_module, "READ_MAX_BYTES", 4 * 10_000)
    feed = Feed(HubClient(hub_session(hass), hub.url, simulated.TOKEN), inbox, Clock())
    for number in range(15):
        hub.put(asked(number), bytes(10_000))
    calls: list[int] = []
    while not hub.is_read():
        before = len(hub.calls)
        await feed.read()
        calls.append(len(hub.calls) - before)
    assert calls == [2, 1, 1]
    assert len(inbox.under("requests/")) == 15
