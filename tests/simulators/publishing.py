"""What a real ffmpeg publishes by RTSP (ANNOUNCE, RECORD), kept as it came: to be bent, and played to others."""

from __future__ import annotations

import socket
import struct
import subprocess
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import ffmpeg

from .interleaved import SENDER_REPORT, framed
from .scripted_camera import Script

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

LONG_S = 60.0
REPORT_BYTES = 28
PIECE_BYTES = 64 * 1024
type Packet = tuple[int, bytes]
"""Channel, and what came on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tape:
    """A description, and packets in their order."""

    description: bytes
    packets: tuple[Packet, ...]

    def bent(self, bend: Callable[[int, int, bytes], bytes | None]) -> Tape:
        """Change packets, by their number and channel; None leaves one out."""
        changed = ((channel, bend(number, channel, one)) for number, (channel, one) in enumerate(self.packets))
        return replace(self, packets=tuple((channel, one) for channel, one in changed if one is not None))

    def script(self, **more: Any) -> Script:  # noqa: ANN401  what a script takes
        """Play it to whoever asks, as fast as it is taken."""
        head = f"RTSP/1.0 200 OK\r\nContent-Length: {len(self.description)}\r\n\r\n".encode()
        data = b"".join(framed(channel, one) for channel, one in self.packets)

        def plays(sock: socket.socket, over: threading.Event) -> None:
            left = memoryview(data)
            while left and not over.is_set():
                with suppress(TimeoutError):
                    left = left[sock.send(left[:PIECE_BYTES]) :]

        return Script(answers={"DESCRIBE": head + self.description}, plays=plays, **more)


def is_report(packet: bytes) -> bool:
    """Tell reports from packets."""
    return packet[1] == SENDER_REPORT


def stamp_of(packet: bytes) -> int:
    """Return the time stamp of a packet, or that in a report."""
    return int.from_bytes(packet[16:20] if is_report(packet) else packet[4:8])


def later(packet: bytes, ticks: int) -> bytes:
    """Move its time stamp."""
    at = 16 if is_report(packet) else 4
    return packet[:at] + (stamp_of(packet) + ticks & 0xFFFFFFFF).to_bytes(4) + packet[at + 4 :]


def published(*streams: ffmpeg.nodes.FilterableStream, **coding: object) -> Tape:
    """Let ffmpeg code ``streams`` and publish them."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(LONG_S)
        url = f"rtsp://127.0.0.1:{server.getsockname()[1]}/live"
        output = ffmpeg.output(*streams, url, f="rtsp", rtsp_transport="tcp", **coding)
        with subprocess.Popen(output.global_args("-v", "error", "-nostdin").compile()) as process:
            sock, _ = server.accept()
            with sock:
                tape = _taken(sock)
            assert process.wait(LONG_S) == 0
    return tape


def _taken(sock: socket.socket) -> Tape:
    sock.settimeout(LONG_S)
    description, packets = b"", []
    with sock.makefile("rb") as file:
        while first := file.read(1):
            if first == b"$":
                channel, size = struct.unpack(">BH", file.read(3))
                packets.append((channel, file.read(size)))
                continue
            method = (first + file.readline()).split()[0]
            if method == b"TEARDOWN":  # it waits for no answer
                break
            headers = {}
            while row := file.readline().strip():
                name, _, value = row.partition(b":")
                headers[name.lower()] = value.strip()
            description = file.read(int(headers.get(b"content-length", 0))) or description
            rows = [b"RTSP/1.0 200 OK", b"CSeq: " + headers[b"cseq"], b"Session: 5f"]
            rows += [b"Transport: " + headers[b"transport"]] if method == b"SETUP" else []
            sock.sendall(b"\r\n".join(rows) + b"\r\n\r\n")
    return Tape(description=description, packets=tuple(packets))
