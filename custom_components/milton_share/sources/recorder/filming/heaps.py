"""What came over a line by now: packets for libav out of interleaved RTP (RFC 2326 section 10.12), few and large. Pure.

Each track makes them (`track.py`); sound may wait until it is known where it belongs (`beside.py`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .errors import LineError
from .rtsp import HEAD_BYTES_MAX, HEAD_END, Head, read_head
from .track import PREFIX_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .beside import Beside
    from .kept import Kept
    from .track import Track

INTERLEAVED = 0x24
SKIPPED_BYTES_MAX = 256 * 1024
"""Between packets, in one run: a server that sends so much that is none isn't one."""
WORDS = (b"RTSP/1.", b"OPTIONS ", b"GET_PARAMETER ", b"SET_PARAMETER ", b"ANNOUNCE ", b"REDIRECT ", b"TEARDOWN ")
WORD_BYTES = max(map(len, WORDS))
"""A server's words begin with one of these."""


@dataclass(slots=True, kw_only=True)
class Heaps:
    """Takes bytes as they come. `heads` are the server's words between packets, for who talks to it."""

    tracks: Mapping[int, Track]
    """By channel; a track's reports come on the next one."""
    heads: list[Head] = field(default_factory=list)
    beside: Beside | None = None
    """Keeps the sound until it is known where it belongs; None: all goes on at once."""
    kept: Kept | None = None
    late_s: float = 0.0
    """How late pictures are from about now on, where that became known with the last heap."""
    _left: bytes = b""
    _skipped: int = 0

    @property
    def waiting_bytes(self) -> int:
        """How much sound waits."""
        return self.beside.waiting_bytes if self.beside is not None else 0

    @property
    def came(self) -> bool:
        """Whether any packet of pictures or sound came yet, not reports alone."""
        return any(track.received for track in self.tracks.values())

    def take(self, data: bytes, now_s: float = 0.0, *, more: bool = False, at_end: bool = False) -> list[bytes]:
        """Give libav's packets out of what came by now; raises LineError where a server sends something else.

        ``more``: further bytes came by now.
        """
        data = self._left + data
        found: list[bytes] = []
        at, end, tracks = 0, len(data), self.tracks
        while end - at >= PREFIX_BYTES:
            if data[at] != INTERLEAVED:
                stop = self._word(data, at)
            else:
                stop = at + PREFIX_BYTES + (data[at + 2] << 8 | data[at + 3])
                if stop > end:
                    break
                channel = data[at + 1]
                if self.beside is not None and self.beside.keeps(channel, data[at + PREFIX_BYTES : stop], now_s):
                    self._go_on(now_s, found, more=True)
                elif channel in tracks:
                    track = tracks[channel]
                    if track.take(data[at + PREFIX_BYTES : stop], found):
                        stop += (stop - at) * track.take_alike(data, at, stop - at)
                elif channel - 1 in tracks:
                    tracks[channel - 1].reported(data[at + PREFIX_BYTES : stop], found)
            if stop == at:
                break
            at = stop
        self._left = data[at:]
        self._end(now_s, found)
        self._go_on(now_s, found, more=more, at_end=at_end)
        return found

    def _end(self, now_s: float, found: list[bytes]) -> None:
        for track in self.tracks.values():
            track.end_heap(found, now_s)
        self.late_s = 0.0 if self.kept is None else self.kept.late_s()

    def _go_on(self, now_s: float, found: list[bytes], *, more: bool, at_end: bool = False) -> None:
        """Take what waited, if it waits no longer."""
        if self.beside is None or not self.beside.is_over(now_s, more=more, at_end=at_end):
            return
        waiting, self.beside = self.beside.waiting, None
        for channel, packet in waiting:
            if channel in self.tracks:
                self.tracks[channel].take(packet, found)
            else:
                self.tracks[channel - 1].reported(packet, found)

    def _word(self, data: bytes, at: int) -> int:
        """Read what is no packet; return where it ends, the same place where it isn't whole.

        It is an answer, a request, or nothing that makes sense, up to what may be the next packet.
        """
        begins = data[at : at + WORD_BYTES]
        if any(begins.startswith(word) for word in WORDS):
            return self._head(data, at)
        if any(word.startswith(begins) for word in WORDS):
            return at
        stop = data.find(INTERLEAVED, at)
        stop = len(data) if stop < 0 else stop
        self._skipped += stop - at
        if self._skipped > SKIPPED_BYTES_MAX:
            message = "no packets"
            raise LineError(message)
        return stop

    def _head(self, data: bytes, at: int) -> int:
        end = data.find(HEAD_END, at, at + HEAD_BYTES_MAX + len(HEAD_END))
        if end < 0:
            if len(data) - at > HEAD_BYTES_MAX:
                message = "a head is too long"
                raise LineError(message)
            return at
        head = read_head(data[at:end])
        stop = end + len(HEAD_END) + head.body_bytes
        if stop > len(data):
            return at
        self.heads.append(head)
        return stop
