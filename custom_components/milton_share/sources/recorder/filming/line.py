"""Our own end of a camera's line: RTSP over one TCP connection (interleaved), read in heaps.

libav reads each packet of a camera by three reads, each behind a poll, and takes Python's lock at each. Here the kernel
collects for a quarter of a second, one read takes it all, and libav gets few, large packets through its own reader of
descriptions (`sdp`, custom_io). Only one line's heap is worked on at a time: threads that take Python's lock and the
allocator's from each other cost more than the work. And one behind the other: the heaps of all lines are due at the
same moments, for whatever runs in between takes code and data out of the processor's caches.

Invariants: whoever opens waits at most `OPEN_S` until a server plays, whoever reads at most `read_s` for a packet,
whatever it drips; who is told to stop waits no longer, whatever it sends; what is kept of that is bounded; no address
and no login is in an error's words.
"""

from __future__ import annotations

import contextlib
import math
import secrets
import select
import socket
import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .beside import beside_of
from .errors import LineError
from .heaps import Heaps
from .kept import kept_of
from .login import Act, Challenge, authorization, read_challenge
from .reports import EVERY_S, Counted, counted, receiver_report
from .rtsp import HEAD_BYTES_MAX, HEAD_END, OK, UNAUTHORIZED, Head, read_head, reply, request

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from .rtsp import Address, Session
    from .track import Track

HEAP_S = 0.2489
"""A camera's pictures come so much later at most. With a fragment (`film.FRAGMENT_US`) it is what a kill may take. No
whole seconds of a segment, up to twenty, are a multiple, nor nearly: their ends meet every part of a heap, so that a
run's earliest arrival is hardly late (`anchor.py`)."""
HEAP_BYTES = 256 * 1024
"""So much is taken at once, and before its time: 8 Mbit/s in `HEAP_S`."""
TURN_S, NEXT_TURN_S = 0.5, 0.03
"""Nobody waits longer for another line's heap: its disk may be slow. Who waited in vain waits for the next ones by far
less, until one comes: by 0.5 s for each heap, pictures of more than 4 Mbit/s would come later and later."""
LIBAV_PACKET_BYTES = 65_536
"""libav asks for at least so much when it wants a packet, and for little when it wants the description."""
CHUNK_BYTES = 1024
"""libav reads a description in pieces of this: whole ones, then its end."""
UNSENT_BYTES_MAX = 64 * 1024
"""What a camera doesn't take of our reports; one that takes nothing ends the run."""
READ_BYTES = 16 * 1024
SKIPPED_PACKETS_MAX = 1_000
"""Before the answer to PLAY some cameras send already."""


class Talk:
    """Requests and answers, one after the other, until packets come."""

    def __init__(self, sock: socket.socket, address: Address, until_s: float) -> None:
        """Take a connected socket; all must be said by then (of the monotonic clock)."""
        self.sock, self.address, self._until_s = sock, address, until_s
        self.session: Session | None = None
        self.left = b""
        self._challenge: Challenge | None = None
        self._sequence = self._logins = 0
        self._skipped = 0

    def written(self, method: str, url: str, *headers: tuple[str, str]) -> bytes:
        """Write the next request."""
        self._sequence += 1
        rows = [*headers]
        if self.session is not None:
            rows.append(("Session", self.session.name))
        if self._challenge is not None and self.address.login is not None:
            self._logins += 1
            act = Act(method=method, url=url, count=self._logins, own_nonce=secrets.token_hex(8))
            value = authorization(self._challenge, self.address.login, act)
            rows.append(("Authorization", value))
        return request(method, url, self._sequence, tuple(rows))

    def ask(self, method: str, url: str, *headers: tuple[str, str]) -> tuple[Head, bytes]:
        """Ask, with the login where the server wants it; raises LineError where it refuses, OSError, TimeoutError."""
        for _ in range(2):
            self.sock.sendall(self.written(method, url, *headers))
            head, body = self._answer()
            if head.status != UNAUTHORIZED or not self.challenged(head):
                break
        if head.status != OK:
            message = f"refused: {head.status}"
            raise LineError(message)
        return head, body

    def challenged(self, head: Head) -> bool:
        """Take a challenge; False where there is no login, or it was given for this one already."""
        if self.address.login is None:
            return False
        challenge = read_challenge(head.all("www-authenticate"))
        if challenge == self._challenge:
            return False
        self._challenge, self._logins = challenge, 0
        return True

    def _answer(self) -> tuple[Head, bytes]:
        while True:
            self._have(4)
            if self.left[:1] == b"$":
                self._skipped += 1
                if self._skipped > SKIPPED_PACKETS_MAX:
                    message = "packets before an answer"
                    raise LineError(message)
                self._drop(4 + int.from_bytes(self.left[2:4]))
                continue
            while HEAD_END not in self.left:
                if len(self.left) > HEAD_BYTES_MAX:
                    message = "a head is too long"
                    raise LineError(message)
                self._more()
            head = read_head(self.left[: self.left.index(HEAD_END)])
            begins = self.left.index(HEAD_END) + len(HEAD_END)
            body = self._have(begins + head.body_bytes)[begins : begins + head.body_bytes]
            self._drop(begins + head.body_bytes)
            if head.status:
                return head, body
            self.sock.sendall(reply(head))

    def _have(self, size: int) -> bytes:
        while len(self.left) < size:
            self._more()
        return self.left

    def _drop(self, size: int) -> None:
        self.left = self._have(size)[size:]

    def _more(self) -> None:
        left_s = self._until_s - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        self.sock.settimeout(left_s)
        data = self.sock.recv(READ_BYTES)
        if not data:
            message = "the line ended"
            raise LineError(message)
        self.left += data


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a line is kept: what is asked so that the session goes on, and how long is waited for a packet.

    Until any picture or sound comes, waiting ends at `begin_until_s` (of the monotonic clock). It ends at any time once
    the run `is_stopped`: a camera may send on and on what libav makes no packet of, and the key picture before which
    libav may know nothing may be far. Reports count as packets: a camera that has no pictures for a while, and says
    that it is there, is not asked anew, for that would be too late when it has some again.
    """

    keep_alive: str
    read_s: float
    begin_until_s: float
    on_late: Callable[[float], object]
    """Called with how late pictures are, in seconds, where that becomes known (`kept.py`)."""
    is_stopped: Callable[[], bool]


def until_heap_ms(now_s: float) -> int:
    """Return how long to wait, in whole milliseconds, until heaps are due: those of all lines at once."""
    return math.ceil((HEAP_S - now_s % HEAP_S) * 1000)


class Line:
    """What libav reads in place of a file: a description, then packets."""

    def __init__(
        self, talk: Talk, description: bytes, tracks: dict[int, Track], terms: Terms, turn: threading.Lock
    ) -> None:
        """Take a camera that plays."""
        self._talk, self._sock = talk, talk.sock
        self._description, self._at = description + b"\n" * (-len(description) % CHUNK_BYTES), 0
        self._ended_description = False
        self._heaps = Heaps(tracks=tracks, beside=beside_of(tracks), kept=kept_of(tracks))
        self._packets: deque[bytes] = deque(self._heaps.take(talk.left, time.monotonic()))
        self._keep_alive, self._read_s, self._begin_until_s = terms.keep_alive, terms.read_s, terms.begin_until_s
        self._on_late, self._is_stopped = terms.on_late, terms.is_stopped
        self._turn, self._has_turn, self._turn_s = turn, False, TURN_S
        self._own = secrets.token_bytes(4)
        self._unsent = b""
        self._counted: dict[int, Counted] = {}
        self._over = False
        now_s = time.monotonic()
        self._heard_s = self._asked_s = self._reported_s = now_s
        self._sock.settimeout(0)
        with contextlib.suppress(OSError):  # else it is read as it comes
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, HEAP_BYTES)
        self._poll = select.poll()
        self._poll.register(self._sock, select.POLLIN)

    # What PyAV calls.

    def read(self, size: int) -> bytes:
        """Give libav what it asks for: a piece of the description, or a packet; nothing: its end.

        Raises EOFError once it is stopped: at an end libav would give pictures that came long before as if of now.
        """
        if size < LIBAV_PACKET_BYTES:
            return self._described(size)
        while not (self._packets or self._over):
            if self._is_stopped():
                raise EOFError
            self._collect()
        return self._packets.popleft() if self._packets else b""

    def write(self, data: bytes) -> int:
        """Take libav's own reports, which would name this machine, for sent."""
        return len(data)

    def tell(self) -> int:
        """Where in the description we are: libav looks for tags at its beginning, and goes back."""
        return self._at

    def seek(self, offset: int, whence: int) -> int:  # noqa: ARG002  only ever from the beginning
        """Go back in the description."""
        self._at = min(max(offset, 0), len(self._description))
        return self._at

    def close(self) -> None:
        """Say goodbye, and give the turn to others."""
        self._release()
        if self._sock.fileno() >= 0:
            with contextlib.suppress(OSError, LineError):
                self._sock.send(self._talk.written("TEARDOWN", self._talk.address.url))
            self._sock.close()

    def _described(self, size: int) -> bytes:
        if self._ended_description and size <= TINY_BYTES:
            return b"\n" * size  # libav looks whether there is more, and writes its reports over it
        piece = self._description[self._at : self._at + size]
        self._at += len(piece)
        self._ended_description = not piece
        return piece

    def _collect(self) -> None:
        """Wait for a heap, and take it."""
        self._release()
        self._poll.poll(until_heap_ms(time.monotonic()))
        self._has_turn = self._turn.acquire(timeout=self._turn_s)
        self._turn_s = TURN_S if self._has_turn else NEXT_TURN_S
        try:
            data = self._sock.recv(HEAP_BYTES)
            self._over = not data
        except BlockingIOError:
            data = b""
        now_s = time.monotonic()
        before = self._heaps.waiting_bytes
        found = self._heaps.take(data, now_s, more=len(data) == HEAP_BYTES, at_end=self._over)
        if found or self._heaps.waiting_bytes > before:
            self._heard_s = now_s
            self._packets.extend(found)
        elif now_s - self._heard_s > self._read_s or (now_s > self._begin_until_s and not self._heaps.came):
            raise TimeoutError
        if self._heaps.late_s:
            self._on_late(self._heaps.late_s)
        self._speak(now_s)

    def _release(self) -> None:
        if self._has_turn:
            self._has_turn = False
            self._turn.release()

    def _speak(self, now_s: float) -> None:
        """Answer, keep the session, report."""
        talk = self._talk
        for head in self._heaps.heads:
            if not head.status:
                self._unsent += reply(head)
            elif head.status == UNAUTHORIZED and talk.challenged(head):
                self._asked_s = 0.0
        self._heaps.heads.clear()
        if talk.session is not None and now_s - self._asked_s > talk.session.timeout_s / 2:
            self._asked_s = now_s
            self._unsent += talk.written(self._keep_alive, talk.address.url)
        if now_s - self._reported_s > EVERY_S:
            self._reported_s = now_s
            for channel, track in self._heaps.tracks.items():
                if track.received:
                    report = receiver_report(track, self._counted.get(channel, Counted()), self._own)
                    self._counted[channel] = counted(track)
                    self._unsent += bytes((0x24, channel + 1)) + len(report).to_bytes(2) + report
        if self._unsent and not self._over:
            with contextlib.suppress(BlockingIOError):
                self._unsent = self._unsent[self._sock.send(self._unsent) :]
            if len(self._unsent) > UNSENT_BYTES_MAX:
                message = "it takes no word"
                raise LineError(message)


TINY_BYTES = 8
"""The buffer that libav gets: so small that it reads each packet by itself, and large enough for it to write into."""
