"""A broker that means harm: packets longer than any message of a city, and complaints without end."""

from __future__ import annotations

import asyncio
import logging
import tracemalloc
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import aiomqtt
import pytest

from custom_components.milton_share.const import LOGGER
from custom_components.milton_share.hub_link.mqtt import COMPLAINTS_MAX, LIBRARY, PACKET_MAX_BYTES, bounded, connected

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CONNACK, PUBLISH, SUBACK = 0x20, 0x30, 0x90
LONGEST_BYTES = 268_435_455  # MQTT 3.1.1 section 2.2.3
TOPIC = b"milton/v1/milton-pd/live"


def length(size_bytes: int) -> bytes:
    """Return a remaining length as MQTT writes it."""
    written = bytearray()
    while True:
        size_bytes, low = divmod(size_bytes, 128)
        written.append(low | (128 if size_bytes else 0))
        if not size_bytes:
            return bytes(written)


def publication(payload_bytes: int) -> bytes:
    """Return the beginning of a QoS 0 publication whose payload has this many bytes; the payload follows."""
    variable = len(TOPIC).to_bytes(2) + TOPIC
    return bytes([PUBLISH]) + length(len(variable) + payload_bytes) + variable


@dataclass(kw_only=True)
class HostileBroker:
    """Takes anybody, answers a subscription, then sends what it is told to."""

    port: int = 0
    announced_bytes: int = 0
    sends: bool = True
    sent_bytes: int = 0
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one home."""
        try:
            await reader.read(4_096)
            writer.write(bytes([CONNACK, 2, 0, 0]))
            subscription = await reader.read(4_096)
            if subscription:
                identifier = subscription[2:4]
                writer.write(bytes([SUBACK, 3]) + identifier + b"\x00")
                await self._publish(writer)
            await reader.read()
        except ConnectionError:
            pass
        finally:
            self.hung_up.set()
            writer.transport.abort()

    async def _publish(self, writer: asyncio.StreamWriter) -> None:
        writer.write(publication(self.announced_bytes))
        while self.sends and self.sent_bytes < self.announced_bytes:
            piece = bytes(min(2**16, self.announced_bytes - self.sent_bytes))
            writer.write(piece)
            await writer.drain()
            self.sent_bytes += len(piece)


@asynccontextmanager
async def serving(announced_bytes: int, *, sends: bool = True) -> AsyncIterator[HostileBroker]:
    """Run one."""
    broker = HostileBroker(announced_bytes=announced_bytes, sends=sends)
    server = await asyncio.start_server(broker.serve, "127.0.0.1", 0)
    broker.port = server.sockets[0].getsockname()[1]
    async with server:
        yield broker


async def first_message(port: int) -> aiomqtt.Message:
    """Connect as a home does; return the first message, raise MqttError when the connection ends before."""
    async with asyncio.timeout(60), bounded(aiomqtt.Client("127.0.0.1", port, identifier="home-1")) as client:
        await client.subscribe("milton/v1/milton-pd/#", qos=1)
        return await anext(aiter(client.messages))


@pytest.mark.parametrize("announced_bytes", [PACKET_MAX_BYTES, LONGEST_BYTES - 100])
@pytest.mark.parametrize("sends", [True, False], ids=["sent", "announced"])
async def test_a_packet_beyond_any_message_ends_the_connection_before_it_is_held(
    announced_bytes: int, *, sends: bool
) -> None:
    """A quarter of a gigabyte, or a byte too much: the home hangs up at the announcement, and keeps nothing of it."""
    tracemalloc.start()
    try:
        async with serving(announced_bytes=announced_bytes, sends=sends) as broker:
            with pytest.raises(aiomqtt.MqttError):
                await first_message(broker.port)
            async with asyncio.timeout(60):
                await broker.hung_up.wait()
            _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert broker.sent_bytes < LONGEST_BYTES // 4
    assert peak_bytes < 2 * PACKET_MAX_BYTES + 2**22


async def test_the_longest_message_of_a_city_arrives() -> None:
    """The receipts of one share have at most 1 MiB."""
    async with serving(announced_bytes=2**20) as broker:
        message = await first_message(broker.port)
    assert len(bytes(message.payload)) == 2**20


COMPLAINTS = 4 * COMPLAINTS_MAX


async def complaining(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer subscriptions that nobody asked for, then the one that somebody did."""
    await reader.read(4_096)
    writer.write(bytes([CONNACK, 2, 0, 0]))
    asked = int.from_bytes((await reader.read(4_096))[2:4])
    for number in [*range(asked + 1, asked + 1 + COMPLAINTS), asked]:
        writer.write(bytes([SUBACK, 3]) + number.to_bytes(2) + b"\x00")
    await reader.read()
    writer.transport.abort()


@pytest.mark.parametrize("debug", [True, False])
async def test_what_the_library_complains_of_is_read_by_who_turned_debug_on_and_warns_nobody(
    caplog: pytest.LogCaptureFixture, *, debug: bool
) -> None:
    """A broker chooses how often: it fills no log, and who looks for a fault sees the first. This home isn't named."""
    caplog.set_level(logging.DEBUG if debug else logging.INFO, LOGGER.name)
    server = await asyncio.start_server(complaining, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    home = aiomqtt.Client("127.0.0.1", port, identifier="home-1", logger=LIBRARY)
    async with server, asyncio.timeout(60), connected(home) as client:
        await client.subscribe("milton/v1/milton-pd/#", qos=1)
    told = [record for record in caplog.records if record.name == LIBRARY.name]
    assert len(told) == (COMPLAINTS_MAX if debug else 0)
    assert {record.levelno for record in told} <= {logging.DEBUG}
    assert "home-1" not in caplog.text
