"""A broker that speaks no MQTT, or refuses all: the home hangs up once, says little, and comes back."""

from __future__ import annotations

import asyncio
import random
import socket
import time
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.hub_link import mqtt
from custom_components.milton_share.hub_link.mqtt import MqttReader

from .test_hostile_broker import CONNACK, PUBLISH, SUBACK, TOPIC, length

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

PUBLISH_ONCE = PUBLISH | 2
CONNACK_FINE = bytes([CONNACK, 2, 0, 0])
LOG_LINES_MAX = 12
LATE_S = 0.3  # a busy machine's thread
GOOD = b"a word of the city"


def publication(topic: bytes, payload: bytes = b"x") -> bytes:
    """Return a publication of QoS 0."""
    variable = len(topic).to_bytes(2) + topic + payload
    return bytes([PUBLISH]) + length(len(variable)) + variable


NO_MQTT = {
    "a topic that is no text": publication(b"milton/v1/\xff\xfe"),
    "a topic with a surrogate": publication(b"milton/v1/\xed\xa0\x80"),
    "a topic that is a wildcard": publication(b"milton/v1/milton-pd/#"),
    "a topic with a plus": publication(b"milton/+/live"),
    "no topic": publication(b""),
    "a topic beyond its packet": bytes([PUBLISH, 4]) + b"\xff\xffab",
    "half a length": bytes([PUBLISH, 1, 0]),
    "a publication of nothing": bytes([PUBLISH, 0]),
    "a publication without a number": bytes([PUBLISH_ONCE]) + length(2 + len(TOPIC)) + len(TOPIC).to_bytes(2) + TOPIC,
    "QoS 3": bytes([PUBLISH | 6]) + length(4 + len(TOPIC)) + len(TOPIC).to_bytes(2) + TOPIC + b"\x00\x01",
    "an answer to nothing, empty": bytes([SUBACK, 0]),
    "no packet's type": bytes([0, 0]),
    "five bytes of length": bytes([PUBLISH, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]),
    "another protocol": b"HTTP/1.1 400 Bad Request\r\n\r\n",
}


@dataclass(kw_only=True)
class Broker:
    """Sends ``says`` to the first home that subscribes, and a good word to those that come after."""

    says: bytes
    connack: bytes = CONNACK_FINE
    granted: int = 1
    port: int = 0
    came: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Queue[int] = field(default_factory=asyncio.Queue)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until the home hangs up."""
        number, self.came = self.came, self.came + 1
        self.arrived.set()
        with suppress(ConnectionError):
            await reader.read(4_096)
            writer.write(self.connack)
            if subscription := await reader.read(4_096):
                writer.write(bytes([SUBACK, 3]) + subscription[2:4] + bytes([self.granted]))
                writer.write(self.says + publication(TOPIC) * 50 if number == 0 else publication(TOPIC, GOOD))
                while await reader.read(4_096):
                    pass
        self.left.put_nowait(number)
        writer.transport.abort()


@dataclass(kw_only=True)
class Home:
    """What takes messages in, and what is said of the connection."""

    came: asyncio.Queue[bytes | None] = field(default_factory=asyncio.Queue)
    said: list[bool] = field(default_factory=list)

    async def deliver(self, messages: list[tuple[str, bytes | None]]) -> None:
        """Take messages in."""
        for _, payload in messages:
            self.came.put_nowait(payload)


@asynccontextmanager
async def reading(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Home]:
    """Read from this broker, as a home does that is impatient."""
    monkeypatch.setattr(mqtt, "BACK_OFF_S", (0.05, 0.1))
    server, home = await asyncio.start_server(broker.serve, "127.0.0.1", 0), Home()
    broker.port = server.sockets[0].getsockname()[1]
    reader = MqttReader(
        url=f"mqtt://127.0.0.1:{broker.port}",
        username="home-1",
        password="secret",
        agency_id="milton-pd",
        tls=None,
        inbox=home,
        on_connected=home.said.append,
        uniform=random.uniform,
    )
    task = asyncio.create_task(reader.run())
    try:
        async with asyncio.timeout(30):
            yield home
    finally:
        task.cancel()
        await asyncio.wait([task])
        server.close()


@pytest.mark.parametrize("says", NO_MQTT.values(), ids=NO_MQTT)
async def test_what_is_no_mqtt_ends_the_connection_and_is_met_once(
    says: bytes, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The library fails at it: its socket is closed, not read again in each turn of the loop; then all goes on."""
    broker = Broker(says=says)
    async with reading(broker, monkeypatch) as home:
        assert await broker.left.get() == 0
        while await home.came.get() != GOOD:
            pass
        assert home.said[:3] == [True, False, True]
    assert len(caplog.records) <= LOG_LINES_MAX


async def test_answers_to_what_nobody_asked_fill_no_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A thousand of them are five kilobytes, and the library would write as many tracebacks."""
    broker = Broker(says=bytes([SUBACK, 3, 9, 9, 0]) * 1_000)
    async with reading(broker, monkeypatch) as home:
        assert await home.came.get() == b"x"
    assert len(caplog.records) <= LOG_LINES_MAX


async def test_a_subscription_that_is_refused_is_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing would come by it: the home goes on by the feed alone, says so, and tries again."""
    broker = Broker(says=b"", granted=0x80)
    async with reading(broker, monkeypatch) as home:
        assert [await broker.left.get(), await broker.left.get()] == [0, 1]
    assert set(home.said) == {False}


async def test_a_broker_that_never_answers_keeps_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each try would leave one open, for as long as the broker likes."""
    broker = Broker(says=b"", connack=b"")
    async with reading(broker, monkeypatch):
        await broker.arrived.wait()
    async with asyncio.timeout(30):
        assert await broker.left.get() == 0


async def test_a_connection_that_comes_about_when_nobody_waits_any_more_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The library connects in a thread: a home that stops meanwhile leaves no socket either."""
    connect = socket.create_connection

    def connect_late(*where: object, **how: object) -> object:
        connected = connect(*where, **how)
        time.sleep(LATE_S)
        return connected

    monkeypatch.setattr(socket, "create_connection", connect_late)
    broker = Broker(says=b"", connack=b"")
    async with reading(broker, monkeypatch):
        await broker.arrived.wait()
    async with asyncio.timeout(30):
        assert await broker.left.get() == 0
