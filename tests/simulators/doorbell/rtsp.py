"""An RTSP 1.0 server (RFC 2326) over TCP with interleaved RTP: what cameras speak, and nothing that they don't."""

from __future__ import annotations

import asyncio
import base64
import secrets
import struct
import time
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from .coding import VIDEO_RATE_HZ
from .keeping import Kept
from .rtp import VIDEO_TYPE, Sender
from .studio import Studio, Unit

HEAD_BYTES_MAX = 16_384
INTERLEAVED = 0x24
BACKLOG_BYTES_MAX = 4_000_000
"""A client that reads slower than this is dropped, as cameras do."""
METHODS = "OPTIONS, DESCRIBE, SETUP, PLAY, GET_PARAMETER, TEARDOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """What the camera says of its own time in its reports."""

    offset_ms: int = 0
    report_after_s: float = 1.0
    report_every_s: float = 5.0
    reports: bool = True


@dataclass(slots=True, kw_only=True)
class Server:
    """All cameras of one address."""

    studios: dict[str, Studio]
    clock: Clock = field(default_factory=Clock)
    login: tuple[str, str] | None = None
    mid_group: bool = False
    """It begins with the first picture that is no key picture, as cameras do that make none for who comes."""
    sound_late_s: float = 0.0
    """Of each client: so much later than the pictures its sound begins, or, below 0, they than it."""
    sound_reported_first: bool = False
    wraps_after_s: float | None = None
    """So long after a client asks, time stamps begin anew from 0 (RFC 3550 section 5.1), and numbers at once."""
    outage_until_s: float = 0.0
    silent_until_s: float = 0.0
    garbage_until_s: float = 0.0
    blind_until_s: float = 0.0
    kept_s: float = 0.0
    """How long pictures and sound are kept before they are sent."""
    by_sending: bool = False
    """Reports say that what is sent now is of now."""
    leap_s: float = 0.0
    """By how much the time stamps of all streams have jumped ahead."""
    clients: set[Client] = field(default_factory=set)
    admitted: int = 0

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it ends."""
        if time.time() < self.outage_until_s:
            writer.transport.abort()
            return
        client = Client(server=self, writer=writer)
        self.clients.add(client)
        self.admitted += 1
        try:
            await client.serve(reader)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass
        finally:
            client.stop()
            self.clients.discard(client)
            writer.transport.abort()

    def resize(self, width: int, height: int) -> None:
        """Film every stream in another size, and let everybody connect anew."""
        for path, studio in self.studios.items():
            options = replace(studio.options, width=width, height=height)
            self.studios[path] = Studio(studio.camera, options, studio.born_s)
        for client in list(self.clients):
            client.writer.transport.abort()

    def outage(self, seconds: float) -> None:
        """Drop everybody and admit nobody for a while, as when the power fails."""
        self.outage_until_s = time.time() + seconds
        for client in list(self.clients):
            client.writer.transport.abort()


@dataclass(slots=True, kw_only=True, eq=False)
class Client:
    """One connection: its session, its tracks, its packets."""

    server: Server
    writer: asyncio.StreamWriter
    session: str = field(default_factory=lambda: secrets.token_hex(8))
    studio: Studio | None = None
    senders: dict[str, tuple[int, Sender]] = field(default_factory=dict)
    started: bool = False
    sound_from_s: float | None = None
    """By the studio's time."""
    pictures_from_s: float = 0.0
    reports: asyncio.Task[None] | None = None
    kept: Kept = field(default_factory=Kept)

    async def serve(self, reader: asyncio.StreamReader) -> None:
        """Answer requests; what the client sends as interleaved packets (its receiver reports) is passed over."""
        while first := await reader.read(1):
            if first[0] == INTERLEAVED:
                _, size = struct.unpack(">BH", await reader.readexactly(3))
                await reader.readexactly(size)
                continue
            head = (first + await reader.readuntil(b"\r\n\r\n"))[:HEAD_BYTES_MAX].decode("ascii")
            line, *rest = head.strip().split("\r\n")
            headers = {name.strip().lower(): value.strip() for name, _, value in (row.partition(":") for row in rest)}
            await reader.readexactly(int(headers.get("content-length", "0")))
            method, url, _ = line.split(" ", 2)
            self._answer(method, url, headers)
            if method == "TEARDOWN":
                await self.writer.drain()
                return

    def stop(self) -> None:
        """Leave the studio."""
        if self.studio:
            self.studio.leave(self)
        if self.reports:
            self.reports.cancel()

    def _answer(self, method: str, url: str, headers: dict[str, str]) -> None:
        sequence = headers.get("cseq", "0")
        if not self._admitted(headers):
            self._reply(sequence, "401 Unauthorized", {"WWW-Authenticate": 'Basic realm="doorbell"'})
            return
        path = urlsplit(url).path.rstrip("/")
        match method:
            case "OPTIONS":
                self._reply(sequence, "200 OK", {"Public": METHODS})
            case "DESCRIBE":
                self._describe(sequence, url, path)
            case "SETUP":
                self._setup(sequence, path, headers.get("transport", ""))
            case "PLAY":
                self._play(sequence)
            case "GET_PARAMETER" | "TEARDOWN":
                self._reply(sequence, "200 OK", {"Session": self.session})
            case _:
                self._reply(sequence, "501 Not Implemented", {})

    def _admitted(self, headers: dict[str, str]) -> bool:
        if self.server.login is None:
            return True
        wanted = base64.b64encode(":".join(self.server.login).encode()).decode()
        return secrets.compare_digest(headers.get("authorization", ""), f"Basic {wanted}")

    def _describe(self, sequence: str, url: str, path: str) -> None:
        studio = self.server.studios.get(path)
        if studio is None:
            self._reply(sequence, "404 Not Found", {})
            return
        head = {"Content-Base": url.partition("?")[0].rstrip("/") + "/", "Content-Type": "application/sdp"}
        self._reply(sequence, "200 OK", head, _description(studio).encode())

    def _setup(self, sequence: str, path: str, transport: str) -> None:
        path, _, track = path.rpartition("/")
        studio = self.server.studios.get(path)
        kind = _kind(studio, track) if studio else None
        if studio is None or kind is None or self.studio not in {None, studio}:
            self._reply(sequence, "404 Not Found", {})
            return
        if "RTP/AVP/TCP" not in transport:
            self._reply(sequence, "461 Unsupported Transport", {})
            return
        self.studio = studio
        channel = 2 * len(self.senders)
        ssrc, number, base = (int.from_bytes(secrets.token_bytes(size)) for size in (4, 2, 4))
        payload_type, rate_hz = kind
        if self.server.wraps_after_s is not None:
            number, base = 0xFFFF, -round((time.time() - studio.born_s + self.server.wraps_after_s) * rate_hz)
        self.senders[track] = (
            channel,
            Sender(payload_type=payload_type, ssrc=ssrc, sequence=number, timestamp_base=base, rate_hz=rate_hz),
        )
        agreed = f"RTP/AVP/TCP;unicast;interleaved={channel}-{channel + 1};ssrc={ssrc:08X}"
        self._reply(sequence, "200 OK", {"Transport": agreed, "Session": f"{self.session};timeout=60"})

    def _play(self, sequence: str) -> None:
        if self.studio is None:
            self._reply(sequence, "455 Method Not Valid in This State", {})
            return
        self._reply(sequence, "200 OK", {"Session": self.session, "Range": "npt=0.000-"})
        if self.reports is None:
            loop = asyncio.get_running_loop()
            self.studio.watch(self, lambda unit: loop.call_soon_threadsafe(self._take, unit))
            if self.server.clock.reports:
                self.reports = loop.create_task(self._report())

    def _take(self, unit: Unit) -> None:
        for one in self.kept.through(unit, self.server.kept_s):
            self._send(one)

    def _send(self, unit: Unit) -> None:
        track = "video" if unit.video else "audio"
        if track not in self.senders or not self._begun(unit) or self.writer.is_closing():
            return
        now_s = time.time()
        if now_s < self.server.silent_until_s or (unit.video and now_s < self.server.blind_until_s):
            return
        channel, sender = self.senders[track]
        payloads = self._shown(unit) if unit.video else self._heard(unit)
        if now_s < self.server.garbage_until_s:
            payloads = [(secrets.token_bytes(len(payload)), marker) for payload, marker in payloads]
        media_s = unit.media_s + self.server.leap_s
        packets = [sender.packet(payload, media_s, marker=marker) for payload, marker in payloads]
        self.writer.write(b"".join(_interleaved(channel, packet) for packet in packets))
        if self.writer.transport.get_write_buffer_size() > BACKLOG_BYTES_MAX:
            self.writer.transport.abort()

    def _begun(self, unit: Unit) -> bool:
        """Say whether a picture or sound is sent: from a key picture on, and sound where it is due."""
        late_s = self.server.sound_late_s
        if self.sound_from_s is None:
            if not (unit.video and unit.key != self.server.mid_group):
                return False
            self.sound_from_s = unit.media_s + max(late_s, 0.0)
            self.pictures_from_s = unit.media_s + max(-late_s, 0.0)
        if not unit.video:
            return unit.media_s >= self.sound_from_s
        self.started = self.started or (unit.media_s >= self.pictures_from_s and unit.key != self.server.mid_group)
        return self.started

    def _shown(self, unit: Unit) -> list[tuple[bytes, bool]]:
        return [*self.studio.options.coding.payloads(unit.nals)] if self.studio else []

    def _heard(self, unit: Unit) -> list[tuple[bytes, bool]]:
        sound = self.studio.options.sound if self.studio else None
        return [(sound.payload(unit.nals[0]), True)] if sound else []

    async def _report(self) -> None:
        await asyncio.sleep(self.server.clock.report_after_s)
        while self.studio and not self.writer.is_closing():
            now_s, clock = time.time(), self.server.clock
            senders = list(self.senders.values())
            for channel, sender in reversed(senders) if self.server.sound_reported_first else senders:
                said_s = now_s + clock.offset_ms / 1000
                taken_s = now_s - (self.server.kept_s if self.server.by_sending else 0.0)
                report = sender.report(epoch_s=said_s, media_s=taken_s - self.studio.born_s + self.server.leap_s)
                self.writer.write(_interleaved(channel + 1, report))
            await asyncio.sleep(clock.report_every_s)

    def _reply(self, sequence: str, status: str, headers: dict[str, str], body: bytes = b"") -> None:
        rows = {"CSeq": sequence, **headers, **({"Content-Length": str(len(body))} if body else {})}
        head = "".join(f"{name}: {value}\r\n" for name, value in rows.items())
        self.writer.write(f"RTSP/1.0 {status}\r\n{head}\r\n".encode() + body)


def _interleaved(channel: int, packet: bytes) -> bytes:
    return struct.pack(">BBH", INTERLEAVED, channel, len(packet)) + packet


def _kind(studio: Studio, track: str) -> tuple[int, int] | None:
    """Payload type and rate of a track, where there is one."""
    sound = studio.options.sound
    return {
        "video": (VIDEO_TYPE, VIDEO_RATE_HZ),
        **({"audio": (sound.payload_type, sound.rate_hz)} if sound else {}),
    }.get(track)


def _description(studio: Studio) -> str:
    """Session description (RFC 4566) of one camera."""
    rows = [
        "v=0", "o=- 1 1 IN IP4 127.0.0.1", "s=Doorbell", "c=IN IP4 0.0.0.0", "t=0 0", "a=control:*",
        f"m=video 0 RTP/AVP {VIDEO_TYPE}",
        *studio.options.coding.description(VIDEO_TYPE, studio.parameter_sets),
        f"a=framerate:{studio.options.fps}", "a=control:video",
    ]  # fmt: skip
    if studio.options.sound:
        rows += studio.options.sound.description()
    return "\r\n".join(rows) + "\r\n"
