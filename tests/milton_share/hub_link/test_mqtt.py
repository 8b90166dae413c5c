"""Messages at once by a real broker, and what happens when it goes and comes back."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from contextlib import asynccontextmanager, closing, nullcontext
from dataclasses import replace
from itertools import permutations
from typing import TYPE_CHECKING

import aiomqtt
import pytest
from homeassistant.util import dt as dt_util

from custom_components.milton_share.hub_link import mqtt
from custom_components.milton_share.shared.milton_protocol.messages.homes.enrollment import MqttAccess
from custom_components.milton_share.storage.paths import database_path
from tests.milton_share.conftest import CAMERA, Home, join
from tests.simulators.ports import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator
    from pathlib import Path

    from homeassistant.core import HomeAssistant

    from tests.milton_share.conftest import Owner
    from tests.simulators.hub import HubSimulator

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")

pytestmark = pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed")


@asynccontextmanager
async def broker(folder: Path, port: int, *, more: str = "") -> AsyncGenerator[None]:
    """Run mosquitto; what was retained before is gone with it. ``more``: further lines of its configuration."""
    config = folder / "mosquitto.conf"
    lines = f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n{more}"
    await asyncio.to_thread(config.write_text, lines)
    process = await asyncio.create_subprocess_exec(
        str(MOSQUITTO), "-c", str(config), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


async def publish(hub: HubSimulator, port: int) -> None:
    """Put what the city publishes now on the broker, and on the broker alone."""
    hub.city.sequence += 1
    async with asyncio.timeout(10):
        while True:
            try:
                async with aiomqtt.Client("127.0.0.1", port) as client:
                    for topic, payload in hub.city.topics().items():
                        await client.publish(topic, payload, qos=1, retain=True)
            except aiomqtt.MqttError:
                await asyncio.sleep(0.1)
            else:
                return


@pytest.fixture
def port() -> int:
    """Say where the city's broker is."""
    return free_port()


@pytest.fixture
async def home(
    hass: HomeAssistant, hub: HubSimulator, owner: Owner, port: int, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Home]:
    """Enrol a home with a name at the broker."""
    monkeypatch.setattr(mqtt, "BACK_OFF_S", (0.1, 0.2))
    hub.mqtt = MqttAccess(username="home-1", password="secret")
    addresses = replace(hub.city.record.hub, mqtt_url=f"mqtt://127.0.0.1:{port}")
    hub.city.record = replace(hub.city.record, hub=addresses, serial=2)
    hub.publish()
    entry = await join(hass, hub)
    yield Home(hass=hass, hub=hub, entry=entry, owner=owner)
    await hass.config_entries.async_unload(entry.entry_id)


async def test_a_request_comes_by_mqtt_alone_and_again_after_the_broker_was_away(
    home: Home, port: int, tmp_path: Path
) -> None:
    """The home comes back by itself, and takes what was published meanwhile."""
    await home.until(lambda: home.state().snapshot.link == "feed")
    async with broker(tmp_path, port):
        home.hub.city.publish()
        await publish(home.hub, port)
        await home.until(lambda: home.state().snapshot.open_requests == 1)
        assert home.state().snapshot.link == "mqtt"
    await home.until(lambda: home.state().snapshot.link == "feed")
    home.hub.city.publish()
    async with broker(tmp_path, port):
        await publish(home.hub, port)
        await home.until(lambda: home.state().snapshot.open_requests == 2)
        assert home.state().snapshot.link == "mqtt"


async def test_two_ways_may_overtake_each_other(home: Home, port: int, tmp_path: Path) -> None:
    """An older live statement in the feed takes nothing from the newer one that MQTT brought."""
    async with broker(tmp_path, port):
        old = home.hub.city.live_envelope()
        home.hub.city.publish()
        await publish(home.hub, port)
        await home.until(lambda: home.state().snapshot.open_requests == 1)
        home.hub.put("live", old)
        reads = len(home.hub.calls)
        await home.until(lambda: len(home.hub.calls) > reads + 2)
        assert home.state().snapshot.open_requests == 1
        assert home.state().snapshot.trust_rule is None


async def test_a_home_goes_to_the_broker_that_a_newer_city_record_names(home: Home, port: int, tmp_path: Path) -> None:
    """The old one is left at once; what only the new one has comes through."""
    other = free_port()
    async with broker(tmp_path, port):
        await publish(home.hub, port)
        await home.until(lambda: home.state().snapshot.link == "mqtt")
        record = home.hub.city.record
        moved = replace(record.hub, mqtt_url=f"mqtt://127.0.0.1:{other}")
        home.hub.city.record = replace(record, hub=moved, serial=record.serial + 1)
        await publish(home.hub, port)
        await home.until(lambda: home.state().snapshot.link == "feed")
        async with broker(tmp_path, other):
            home.hub.city.publish()
            await publish(home.hub, other)
            await home.until(lambda: home.state().snapshot.open_requests == 1)
            assert home.state().snapshot.link == "mqtt"


async def test_a_disk_that_takes_no_more_drops_the_line_which_the_broker_sees(
    home: Home, port: int, tmp_path: Path
) -> None:
    """What can't be kept is asked for again by a new connection; once it can be kept all is there."""

    def store(statement: str) -> None:
        with closing(sqlite3.connect(database_path(home.hass))) as connection:
            connection.execute(statement)

    async with broker(tmp_path, port):
        await publish(home.hub, port)
        await home.until(lambda: home.state().snapshot.link == "mqtt")
        full = "BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        await asyncio.to_thread(store, f"CREATE TRIGGER full BEFORE INSERT ON topics {full}")
        home.hub.city.publish()
        await publish(home.hub, port)
        await home.until(lambda: home.state().snapshot.link == "feed")
        await asyncio.to_thread(store, "DROP TRIGGER full")
        await home.until(lambda: home.state().snapshot.open_requests == 1 and home.state().snapshot.link == "mqtt")


class Order:
    """What one request leads to, each message under its topic: it is asked, named live, withdrawn, cleared."""

    def __init__(self, home: Home, number: int) -> None:
        """Publish nothing yet."""
        city = home.hub.city
        before = set(city.bundles)
        city.publish(reason=f"Dwelling number {number} was entered by its back door.")
        (self.request_id,) = set(city.bundles) - before
        base = f"milton/v1/{city.record.agency_id}"
        city.sequence += 1
        asked = (f"{base}/requests/{self.request_id}", city.bundles[self.request_id])
        live = (f"{base}/live", city.live_envelope())
        city.withdrawn.add(self.request_id)
        city.sequence += 1
        over = (f"{base}/live", city.live_envelope())
        self.messages = {"asked": asked, "live": live, "withdrawn": over, "cleared": (asked[0], b"")}
        self.mark = f"{base}/requests/{number:064x}"  # what can't be read, so that it is seen to have come


@pytest.mark.parametrize("together", [True, False], ids=["before anybody judges", "each judged alone"])
@pytest.mark.usefixtures("recorded")
async def test_whatever_order_a_request_and_its_withdrawal_come_in_nothing_can_be_shared_in_the_end(
    home: Home, port: int, tmp_path: Path, *, together: bool
) -> None:
    """By a real broker: every order of a request, the word that it is live, its withdrawal, and its topic's end."""
    home.hass.states.async_set(CAMERA, "idle", {"friendly_name": "Front door", "supported_features": 2})
    await home.place_camera()
    services = home.services

    async def judged() -> None:
        await services.city.ask_log(dt_util.utcnow())
        await home.round()

    async with broker(tmp_path, port):
        await publish(home.hub, port)
        await home.until(lambda: home.state().snapshot.link == "mqtt")
        async with aiomqtt.Client("127.0.0.1", port) as city:
            for number, names in enumerate(permutations(("asked", "live", "withdrawn", "cleared"))):
                order = Order(home, number)

                async def came(message: tuple[str, bytes], mark: bytes, order: Order = order) -> None:
                    for topic, payload in (message, (order.mark, mark)):
                        await city.publish(topic, payload, qos=1, retain=True)
                    await home.until(lambda: services.inbox.get(order.mark.partition("milton-pd/")[2]) == mark)

                async with services.judgment._lock if together else nullcontext():  # noqa: SLF001  what came waits
                    for name in names:
                        await came(order.messages[name], name.encode())
                        if not together:
                            await judged()
                await judged()
                shown = home.request(order.request_id)
                assert home.state().snapshot.trust_rule is None, names
                assert home.state().snapshot.open_requests == 0, names
                assert shown is None or shown.refused == "withdrawn", names
                assert shown is None or {case.state for case in shown.cases} <= {"lapsed"}, names
                await city.publish(order.mark, b"", qos=1, retain=True)
        await home.restart()
        await home.until(lambda: home.state().snapshot.link == "mqtt" and home.state().snapshot.trust_rule is None)
    assert {one.refused for one in home.state().requests} <= {"withdrawn"}
    assert home.hub.shares == {}
