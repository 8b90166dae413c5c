"""A broker's line that is reset or half there, and a broker that is away: the feed goes on, MQTT comes back."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.hub_link import mqtt
from custom_components.milton_share.shared.milton_protocol.messages.homes.enrollment import MqttAccess
from tests.milton_share.conftest import Home, join
from tests.milton_share.hub_link.test_mqtt import MOSQUITTO, broker, publish
from tests.simulators.bad_network import BadLine
from tests.simulators.ports import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from homeassistant.core import HomeAssistant

    from tests.milton_share.conftest import Owner
    from tests.simulators.hub import HubSimulator

pytestmark = pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed")

AGAIN = "Another dwelling was entered the same night."


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notice a dead line after seconds, and try again after a moment: the limits' numbers only."""
    monkeypatch.setattr(mqtt, "BACK_OFF_S", (0.1, 0.2))
    monkeypatch.setattr(mqtt, "_KEEPALIVE_S", 2)


@pytest.fixture
async def line() -> AsyncIterator[BadLine]:
    """Lie before a port where a broker may be."""
    one = BadLine(host="127.0.0.1", port=free_port())
    await one.start()
    yield one
    await one.stop()


@pytest.fixture
async def home(hass: HomeAssistant, hub: HubSimulator, owner: Owner, line: BadLine) -> AsyncIterator[Home]:
    """Enrol a home whose city's broker is behind the line."""
    hub.mqtt = MqttAccess(username="home-1", password="secret")
    addresses = replace(hub.city.record.hub, mqtt_url=f"mqtt://127.0.0.1:{line.listening_port}")
    hub.city.record = replace(hub.city.record, hub=addresses, serial=2)
    hub.publish()
    entry = await join(hass, hub)
    yield Home(hass=hass, hub=hub, entry=entry, owner=owner)
    line.mend()
    await hass.config_entries.async_unload(entry.entry_id)


@pytest.mark.parametrize("weather", ["half there", "reset"])
async def test_a_line_to_the_broker_that_dies_is_noticed_and_made_again(
    home: Home, line: BadLine, weather: str
) -> None:
    """The link falls back to the feed, which is said; a request comes once, by whichever way."""
    told: list[int] = []
    home.coordinator.on_request(lambda: told.append(1))
    async with broker(Path(home.hass.config.config_dir), line.port):
        home.hub.city.publish()
        await publish(home.hub, line.port)
        await home.until(lambda: home.state().snapshot.link == "mqtt")
        await home.until(lambda: home.state().snapshot.open_requests == 1)
        if weather == "half there":
            line.stalled = True
        else:
            line.refusing = True
            line.cut()
        await home.until(lambda: home.state().snapshot.link != "mqtt", 30)
        home.hub.city.publish(reason=AGAIN)
        await publish(home.hub, line.port)
        line.mend()
        await home.until(lambda: home.state().snapshot.link == "mqtt", 30)
        await home.until(lambda: home.state().snapshot.open_requests == 2)
        home.hub.publish()
        await home.until(lambda: home.state().snapshot.trust_rule is None)
        await home.until(lambda: len(told) == 2)
    assert home.state().snapshot.open_requests == 2


async def test_without_a_broker_everything_comes_by_the_feed(home: Home) -> None:
    """A broker that is away for long is no hub that is away."""
    await home.receive()
    await home.until(lambda: home.state().snapshot.open_requests == 1)
    assert home.state().snapshot.link == "feed"
    await home.receive(reason=AGAIN)
    await home.until(lambda: home.state().snapshot.open_requests == 2)


async def test_two_ways_that_contradict_each_other_end_in_the_newest(home: Home, line: BadLine) -> None:
    """The broker says that a request is withdrawn, the feed still has it: the newer signed word counts."""
    async with broker(Path(home.hass.config.config_dir), line.port):
        request_id = await home.receive()
        await home.until(lambda: home.state().snapshot.open_requests == 1)
        old = home.hub.city.live_envelope()
        home.hub.city.withdrawn.add(request_id)
        await publish(home.hub, line.port)
        await home.until(lambda: home.request(request_id).refused == "withdrawn")
        home.hub.put("live", old)
        reads = len(home.hub.calls)
        await home.until(lambda: len(home.hub.calls) > reads + 3)
        assert home.request(request_id).refused == "withdrawn"
