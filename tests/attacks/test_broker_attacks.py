"""What a home, or somebody without an account, tries at the broker."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiomqtt
import pytest

from hub.broker.accounts import CONTROL_RESPONSE_TOPIC, CONTROL_TOPIC, MqttCredentials
from hub.broker.errors import BrokerError
from hub.broker.mosquitto import Installed, Listener
from milton_protocol.topics import every_topic
from tests.simulators.broker_bench import AGENCY, running_bench
from tests.simulators.ports import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from paho.mqtt.reasoncodes import ReasonCode

    from tests.simulators.broker_bench import Bench

PREFIX = f"milton/v1/{AGENCY}/"
REFUSED = 0x80


def _codes(granted: Sequence[int | ReasonCode]) -> list[int]:
    return [code if isinstance(code, int) else code.value for code in granted]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    """Start a broker with one live topic."""
    try:
        installed = Installed.find()
    except BrokerError as error:
        pytest.skip(f"no real broker here: {error.detail}")
    async with running_bench(tmp_path, installed, Listener(host="127.0.0.1", port=free_port())) as started:
        await started.set_topic("live", b"true")
        yield started


@pytest.mark.parametrize("topic", ["live", "requests/ff", "receipts/00"])
async def test_a_home_that_publishes_reaches_nobody(bench: Bench, topic: str) -> None:
    """What a home publishes is dropped: another home sees the true messages only."""
    sender, reader = await bench.enrol("home-1"), await bench.enrol("home-2")
    await bench.holds(reader, {PREFIX + "live": b"true"})
    async with bench.endpoint.client(reader) as listening:
        await listening.subscribe(every_topic(AGENCY), qos=1)
        messages = aiter(listening.messages)
        assert (await anext(messages)).payload == b"true"
        async with bench.endpoint.client(sender) as sending:
            await sending.publish(PREFIX + topic, b"forged", qos=1, retain=True)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await anext(messages)
    assert await bench.retained(reader) == {PREFIX + "live": b"true"}


@pytest.mark.parametrize(
    "subscription",
    ["#", "+/#", "milton/#", "milton/v1/+/#", "milton/v1/other-pd/#", PREFIX + "requests/+", "$SYS/#", "$CONTROL/#"],
)
async def test_a_home_can_subscribe_to_its_agency_and_to_nothing_else(bench: Bench, subscription: str) -> None:
    """Wider, narrower and foreign subscriptions are refused."""
    home = await bench.enrol("home-1")
    async with bench.endpoint.client(home) as client:
        granted = await client.subscribe(subscription, qos=0)
        assert _codes(granted) == [REFUSED]


async def test_a_home_cannot_change_accounts(bench: Bench) -> None:
    """A command of a home is dropped and answered by nobody."""
    home = await bench.enrol("home-1")
    async with bench.endpoint.client(home) as client:
        granted = await client.subscribe(CONTROL_RESPONSE_TOPIC, qos=0)
        assert _codes(granted) == [REFUSED]
        command = b'{"commands":[{"command":"addClientRole","username":"home-1","rolename":"publisher"}]}'
        await client.publish(CONTROL_TOPIC, command, qos=1)
        await client.publish(PREFIX + "live", b"forged", qos=1, retain=True)
    assert await bench.retained(home) == {PREFIX + "live": b"true"}


async def test_the_publisher_cannot_change_accounts(bench: Bench) -> None:
    """A stolen publisher's password makes no account."""
    async with bench.endpoint.client(bench.accounts.publisher) as client:
        command = b'{"commands":[{"command":"createClient","username":"evil","password":"evil"}]}'
        await client.publish(CONTROL_TOPIC, command, qos=1)
    with pytest.raises(aiomqtt.MqttError):
        await bench.retained(MqttCredentials(username="evil", password="evil"))


async def test_nobody_gets_in_without_the_right_password_and_client_id(bench: Bench) -> None:
    """No account, another's password, another's client id: refused."""
    home = await bench.enrol("home-1")
    other = await bench.enrol("home-2")
    host, port = bench.endpoint.host, bench.endpoint.port
    attempts = (
        aiomqtt.Client(host, port, timeout=1),
        aiomqtt.Client(
            host, port, timeout=1, username=home.username, password=other.password, identifier=home.username
        ),
        aiomqtt.Client(host, port, timeout=1, username=home.username, password="", identifier=home.username),
        aiomqtt.Client(
            host, port, timeout=1, username=home.username, password=home.password, identifier=other.username
        ),
    )
    for client in attempts:
        with pytest.raises(aiomqtt.MqttError):
            async with client:
                pass


async def test_an_oversized_packet_ends_the_connection_not_the_broker(bench: Bench) -> None:
    """A packet beyond the limit costs the sender its connection; the others stay served."""
    home, reader = await bench.enrol("home-1"), await bench.enrol("home-2")
    with pytest.raises(aiomqtt.MqttError):
        async with bench.endpoint.client(home) as client:
            await client.publish(PREFIX + "live", b"x" * 4_000_000, qos=1, timeout=3)
    assert await bench.retained(reader) == {PREFIX + "live": b"true"}
