"""A line that is listened to: every byte both ways, every opening and closing, with its time."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

UP, DOWN, OPEN, CLOSE = "up", "down", "open", "close"
_PUBLISH, _PUBACK = 3, 4
_ASKS = {1: 2, 8: 9, 12: 13}  # CONNECT, SUBSCRIBE, PINGREQ and what answers each


class Wiretap:
    """Hands bytes on between a home and one port, and notes them by ``note(kind, connection, data)``."""

    def __init__(self, port: int, note: Callable[[str, int, bytes], None], *, mqtt: bool) -> None:
        """Listen to what goes to ``port``."""
        self._upstream, self._note, self._mqtt = port, note, mqtt
        self._server: asyncio.Server | None = None
        self._lines: set[asyncio.Task[None]] = set()
        self._connections = 0
        self._owed: dict[int, int] = {}
        self.moved = 0
        self.published = 0
        self.port = 0

    @property
    def is_owed(self) -> bool:
        """Whether an answer is on its way."""
        return any(owed > 0 for owed in self._owed.values())

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._line, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop, and cut all lines."""
        if self._server is not None:
            self._server.close()
        for line in tuple(self._lines):
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._lines.add(task)
        self._connections += 1
        number = self._connections
        self._note(OPEN, number, b"")
        try:
            there, back = await asyncio.open_connection("127.0.0.1", self._upstream)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._copy(UP, number, reader, back))
                both.create_task(self._copy(DOWN, number, there, writer))
        except* OSError:
            pass
        finally:
            self._note(CLOSE, number, b"")
            self._owed.pop(number, None)
            self._lines.discard(task)
            writer.close()

    async def _copy(self, way: str, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        owed = _MqttOwed() if self._mqtt else _HttpOwed()
        with suppress(ConnectionError):
            while data := await reader.read(2**16):
                self._note(way, number, data)
                self._owed[number] = self._owed.get(number, 0) + owed.change(way, data)
                self.published += owed.published
                self.moved += len(data)
                writer.write(data)
                await writer.drain()
        writer.close()


class _HttpOwed:
    """Whole requests up, beginnings of answers down."""

    published = 0

    def change(self, way: str, data: bytes) -> int:
        """Return how many more answers are owed."""
        return 1 if way == UP and b" HTTP/1.1\r\n" in data else -data.startswith(b"HTTP/1.1 ")


class _MqttOwed:
    """Packets that another one answers."""

    def __init__(self) -> None:
        self._rest = b""
        self.published = 0

    def change(self, way: str, data: bytes) -> int:
        """Return how many more answers are owed."""
        more = self.published = 0
        self._rest += data
        while (packet := first_packet(self._rest)) is not None:
            kind, length = packet
            if way == UP:
                more += (kind in _ASKS) - (kind == _PUBACK)
            else:
                self.published += kind == _PUBLISH
                more += (kind == _PUBLISH and bool(self._rest[0] & 0x06)) - (kind in _ASKS.values())
            self._rest = self._rest[length:]
        return more


def first_packet(data: bytes) -> tuple[int, int] | None:
    """Return the kind and the whole length of the MQTT packet that ``data`` begins with, or None."""
    length = shift = 0
    for place, byte in enumerate(data[1:5], start=1):
        length |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            whole = 1 + place + length
            return (data[0] >> 4, whole) if len(data) >= whole else None
    return None
