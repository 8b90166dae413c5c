"""A line that is listened to: every byte both ways, every opening and closing, with its time."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

UP, DOWN, OPEN, CLOSE = "up", "down", "open", "close"
_CONNECT, _PUBLISH, _PUBACK = 1, 3, 4
_RECENT_BYTES = 2**20  # of what came down: what a city publishes at once is a part of it
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
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
        self._recent = b""
        self.moved = 0
        self.packets = 0  # both ways, but those that ask to be let in
        self.port = 0

    def has_brought(self, mark: bytes) -> bool:
        """Say whether these bytes came down lately."""
        return mark in self._recent

    @property
    def is_owed(self) -> bool:
        """Whether an answer is on its way."""
        return any(owed > 0 for owed in self._owed.values())

    async def start(self, port: int) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._line, "127.0.0.1", port)
        self.port = port

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
            owed = _MqttOwed() if self._mqtt else _HttpOwed()
            async with asyncio.TaskGroup() as both:
                both.create_task(self._copy(UP, number, owed, reader, back))
                both.create_task(self._copy(DOWN, number, owed, there, writer))
        except* OSError:
            pass
        finally:
            self._note(CLOSE, number, b"")
            self._owed.pop(number, None)
            self._lines.discard(task)
            writer.close()

    async def _copy(
        self, way: str, number: int, owed: _Owed, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(2**16):
                self._note(way, number, data)
                self._owed[number] = self._owed.get(number, 0) + owed.change(way, data)
                self.packets += owed.packets
                self.moved += len(data)
                if way == DOWN:
                    self._recent = (self._recent + data)[-_RECENT_BYTES:]
                writer.write(data)
                await writer.drain()
        writer.close()


class _Owed(Protocol):
    """What is owed on one line; ``packets`` came with the last change."""

    packets: int

    def change(self, way: str, data: bytes) -> int:
        """Return how many more answers are owed."""


class _HttpOwed:
    """Requests up, whole answers down."""

    packets = 0

    def __init__(self) -> None:
        self._is_head = False
        self._rest = b""

    def change(self, way: str, data: bytes) -> int:
        """Return how many more answers are owed."""
        if way == UP:
            asks = b" HTTP/1.1\r\n" in data
            self._is_head = data.startswith(b"HEAD ") if asks else self._is_head
            return int(asks)
        self._rest += data
        answered = 0
        while (length := self._answer_bytes()) <= len(self._rest):
            self._rest = self._rest[length:]
            answered += 1
        return -answered

    def _answer_bytes(self) -> int:
        """Return the length of the answer that has begun; more than there is while its head is not whole."""
        head, end, _ = self._rest.partition(b"\r\n\r\n")
        if not end:
            return len(self._rest) + 1
        said = _LENGTH.search(head)
        return len(head) + len(end) + (int(said[1]) if said and not self._is_head else 0)


class _MqttOwed:
    """Packets that another one answers."""

    def __init__(self) -> None:
        self._rests = {UP: b"", DOWN: b""}
        self.packets = 0

    def change(self, way: str, data: bytes) -> int:
        """Return how many more answers are owed."""
        more = self.packets = 0
        rest = self._rests[way] + data
        while (packet := first_packet(rest)) is not None:
            kind, length = packet
            self.packets += kind != _CONNECT
            if way == UP:
                more += (kind in _ASKS) - (kind == _PUBACK)
            else:
                more += (kind == _PUBLISH and bool(rest[0] & 0x06)) - (kind in _ASKS.values())
            rest = rest[length:]
        self._rests[way] = rest
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
