"""Messages at once, by MQTT. One read-only subscription, so a broker sees only that a home is connected."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiomqtt

from ..const import LOGGER
from ..shared.milton_protocol.topics import every_topic
from .certificates import refused_certificate

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator, Callable, Iterable, Sequence

    from paho.mqtt.reasoncodes import ReasonCode

    from .certificates import Certificate
    from .feed import Uniform
    from .inbox import Inbox, Message

PORTS = {"mqtts": 8883, "mqtt": 1883}
BACK_OFF_S = (2.0, 300.0)
QUEUE_MAX = 20_000  # all retained messages of one city come at once, other homes' receipts too
QUEUE_MAX_BYTES = 64 * 2**20  # and the message that crosses it; what is dropped comes by the feed
FLOOD_WINDOW_S = 3_600.0  # a broker may send a whole queue in that time; more is no city
FLOOD_PAUSE_S = (1_800.0, 3_600.0)  # so long the feed alone is read: a flood costs seconds of CPU an hour
PACKET_MAX_BYTES = 2**21  # the longest message has 1 MiB (protocol section 1); MQTT itself allows 256
_KEEPALIVE_S = 60
_STEADY_S = 60.0  # a connection that lasted so long starts the back-off anew
COMPLAINTS_MAX = 5  # of the library's, of one connection, in a log of debug
_REFUSED = 0x80  # MQTT 3.1.1 section 3.9.3

LIBRARY = LOGGER.getChild("mqtt_library")


class Complaints(logging.Filter):
    """Lets the library's complaints through to an owner who turned debug on, as debug, and to nobody else.

    A broker chooses how often the library complains: the first of a connection are enough to find a fault, and what
    ends it is told here. What the library says of each packet stays unsaid: it names this home.
    """

    def __init__(self) -> None:
        """Nothing was said yet."""
        super().__init__()
        self._said = 0

    def begin(self) -> None:
        """Count anew, with a connection."""
        self._said = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether a record is one of the first complaints, and make it debug."""
        if record.levelno < logging.WARNING or not LOGGER.isEnabledFor(logging.DEBUG):
            return False
        record.levelno, record.levelname = logging.DEBUG, logging.getLevelName(logging.DEBUG)
        self._said += 1
        return self._said <= COMPLAINTS_MAX


COMPLAINTS = Complaints()
LIBRARY.addFilter(COMPLAINTS)


class BoundedQueue(asyncio.Queue[aiomqtt.Message]):
    """A queue that is full by its bytes, too: a broker may send faster than a home writes down."""

    def _init(self, maxsize: int) -> None:
        super()._init(maxsize)
        self._size_bytes = 0

    def full(self) -> bool:
        """Say whether nothing more is taken."""
        return super().full() or self._size_bytes >= QUEUE_MAX_BYTES

    def _put(self, item: aiomqtt.Message) -> None:
        super()._put(item)
        self._size_bytes += len(_bytes(item.payload))

    def _get(self) -> aiomqtt.Message:
        item = super()._get()
        self._size_bytes -= len(_bytes(item.payload))
        return item


def bounded(client: aiomqtt.Client) -> aiomqtt.Client:
    """Let ``client`` end its connection when the broker announces a packet that no city sends, or sends no MQTT.

    MQTT 3.1.1 has no word for a limit, and the library would gather the packet whole before anybody sees it. It asks
    its socket for all that is missing of a packet at once, so what it asks for first is the packet's length.

    Where the library fails at a packet (a topic that is no UTF-8, or is a wildcard) it would neither pass over it nor
    close its socket, and fail at it again in each turn of the loop for as long as the broker likes.
    """
    paho: Any = client._client  # noqa: SLF001  there is no other place to refuse it
    receive: Callable[[int], bytes] = paho._sock_recv  # noqa: SLF001
    read: Callable[[], int] = paho.loop_read

    def receive_bounded(size_bytes: int) -> bytes:
        if size_bytes > PACKET_MAX_BYTES:
            message = "the broker announced a packet that is too long"
            raise ConnectionError(message)
        return receive(size_bytes)

    def read_or_hang_up() -> int:
        try:
            return read()
        except Exception:
            paho._sock_close()  # noqa: SLF001  as above
            raise

    paho._sock_recv = receive_bounded  # noqa: SLF001
    paho.loop_read = read_or_hang_up
    return client


@asynccontextmanager
async def connected(client: aiomqtt.Client) -> AsyncIterator[aiomqtt.Client]:
    """Connect, bounded; no socket stays open afterwards, which the library leaves where no connection came about.

    It connects in a thread, which goes on when nobody waits for it any more.
    """
    loop, is_over = asyncio.get_running_loop(), False
    COMPLAINTS.begin()
    library: Any = client
    connect, hang_up = library._client_connect, library._client._sock_close  # noqa: SLF001  nobody else closes it

    def connect_and_look() -> None:
        connect()
        if is_over:
            loop.call_soon_threadsafe(hang_up)

    library._client_connect = connect_and_look  # noqa: SLF001  as above
    try:
        async with bounded(client):
            yield client
    finally:
        is_over = True
        hang_up()


class FloodError(Exception):
    """A broker sent more than a city can have; the connection was ended."""


class Allowance:
    """How much a broker may send on one connection; what it goes beyond may have filled the queue before."""

    def __init__(self, now_s: float) -> None:
        """Begin with a window."""
        self._since_s = now_s
        self._count = 0
        self._size_bytes = 0

    def take(self, batch: Sequence[Message], now_s: float) -> bool:
        """Count messages; return whether they were allowed."""
        if now_s - self._since_s >= FLOOD_WINDOW_S:
            self._since_s, self._count, self._size_bytes = now_s, 0, 0
        self._count += len(batch)
        self._size_bytes += sum(len(payload or b"") for _, payload in batch)
        return self._count < QUEUE_MAX and self._size_bytes < QUEUE_MAX_BYTES


class MqttReader:
    """One connection that comes back by itself."""

    def __init__(  # noqa: PLR0913  an address, who we are, and what to tell
        self,
        *,
        url: str,
        username: str,
        password: str,
        agency_id: str,
        tls: ssl.SSLContext,
        inbox: Inbox,
        on_connected: Callable[[bool], None],
        uniform: Uniform,
    ) -> None:
        """Do nothing yet."""
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        self._port = parts.port or PORTS[parts.scheme]
        self._tls = tls if parts.scheme == "mqtts" else None
        self._username = username
        self._password = password
        self._topic = every_topic(agency_id)
        self._inbox = inbox
        self._on_connected = on_connected
        self._uniform = uniform
        self.certificate: Certificate | None = None  # what was wrong with the broker's at the last try

    async def run(self) -> None:
        """Stay connected until canceled; waits double up to 5 min, jittered so that homes don't knock together."""
        loop = asyncio.get_running_loop()
        ceiling_s = BACK_OFF_S[0]
        while True:
            started_s, flooded = loop.time(), False
            try:
                await self._read()
            except aiomqtt.MqttError as error:
                self.certificate = refused_certificate(error)
                LOGGER.debug("MQTT connection ended: %s", error)
            except FloodError:
                flooded = True
                LOGGER.warning("The broker sent more than a city can have; the feed alone is read for a while")
            except sqlite3.Error as error:  # the disk is full: connecting again brings all that is retained
                LOGGER.warning("What the broker sent could not be kept, trying again: %s", error)
            finally:
                self._on_connected(False)  # noqa: FBT003  a callback's only word
            if loop.time() - started_s > _STEADY_S:
                ceiling_s = BACK_OFF_S[0]
            await asyncio.sleep(self._uniform(*FLOOD_PAUSE_S) if flooded else self._uniform(ceiling_s / 2, ceiling_s))
            ceiling_s = min(ceiling_s * 2, BACK_OFF_S[1])

    async def _read(self) -> None:
        connection = aiomqtt.Client(
            self._host,
            self._port,
            username=self._username,
            password=self._password,
            identifier=self._username,
            tls_context=self._tls,
            keepalive=_KEEPALIVE_S,
            max_queued_incoming_messages=QUEUE_MAX,
            queue_type=BoundedQueue,
            logger=LIBRARY,
        )
        async with connected(connection) as client:
            check_granted(await client.subscribe(self._topic, qos=1))
            self.certificate = None
            self._on_connected(True)  # noqa: FBT003  a callback's only word
            loop = asyncio.get_running_loop()
            allowance = Allowance(loop.time())
            async for first in client.messages:
                batch: list[Message] = [(str(first.topic), _bytes(first.payload))]
                while len(client.messages):
                    message = await anext(client.messages)
                    batch.append((str(message.topic), _bytes(message.payload)))
                await self._inbox.deliver(batch)
                if not allowance.take(batch, loop.time()):
                    self._inbox.miss()  # the queue may have been full
                    raise FloodError


def check_granted(answer: Iterable[int | ReasonCode]) -> None:
    """Raise MqttError when a broker did not take the subscription: nothing would ever come."""
    if any((code if isinstance(code, int) else code.value) >= _REFUSED for code in answer):
        message = "the broker refused the subscription"
        raise aiomqtt.MqttError(message)


def _bytes(payload: object) -> bytes:
    return bytes(payload) if isinstance(payload, (bytes, bytearray)) else b""
