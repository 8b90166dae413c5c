"""What came over a line by now: packets for libav out of interleaved RTP (RFC 2326 section 10.12), few and large. Pure.

A picture of H.264 (RFC 6184) or HEVC (RFC 7798) comes in fragments, one a packet. Those of one unit that came together
are joined into one large fragment, which libav reads to the same bytes: it has a tenth of the packets to look at.
What isn't plainly the next fragment of the same unit goes on as it came.

libav tells tracks apart by type and by source: packets get a source of our own, for some cameras use one for all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .description import Fragments
from .errors import LineError
from .rtsp import HEAD_BYTES_MAX, HEAD_END, Head, read_head

if TYPE_CHECKING:
    from collections.abc import Mapping

INTERLEAVED = 0x24
PREFIX_BYTES = 4
HEAD_BYTES = 12
"""Of an RTP packet (RFC 3550 section 5.1)."""
REPORT_BYTES_MIN = 8
VERSION_MASK, VERSION = 0xC0, 0x80
PLAIN = 0x80
"""Version 2; no padding, no extension, no other sources."""
TYPE_MASK = 0x7F
REPORTS = range(200, 205)
"""Kinds of reports (RFC 3550 section 12.1)."""
FIRST, LAST, KIND_MASK = 0x80, 0x40, 0x3F
"""Of the byte before a fragment's own."""
JOINED_BYTES_MAX = 64_000
"""libav reads packets up to 80 kB; no packet that comes over a line is longer than 64 KiB."""
SKIPPED_BYTES_MAX = 256 * 1024
"""Between packets, in one run: a server that sends so much that is none isn't one."""
SEQUENCE = 0xFFFF
WORDS = (b"RTSP/1.", b"OPTIONS ", b"GET_PARAMETER ", b"SET_PARAMETER ", b"ANNOUNCE ", b"REDIRECT ", b"TEARDOWN ")
WORD_BYTES = max(map(len, WORDS))
"""A server's words begin with one of these."""
_ROW = bytes(range(256))
_HEAD_BYTES_OF = {Fragments.H264: (2, 0x1F, 0, 28), Fragments.HEVC: (3, 0x3F, 1, 49)}
"""How long a fragment's own head is; where in its first byte the type stands (mask, shift), and which one it is."""


def alike(data: bytes, at: int, length: int, head: int, most: int) -> int:
    """Count packets, from a whole one at a place on, of one length whose heads are the same but for their numbers.

    The numbers go up by one, in the lower byte. Most fragments of a picture are so, and are looked at byte by byte of
    their heads, all at once.
    """
    number = PREFIX_BYTES + 3
    count = min((len(data) - at) // length, most, len(_ROW) - data[at + number])
    for offset in range(head):
        if count <= 1:
            return 1
        column = data[at + offset : at + count * length : length]
        if offset == number:
            low = column[0]
            count = count if column == _ROW[low : low + count] else 1
        else:
            count = len(column) - len(column.lstrip(column[:1]))
    return max(count, 1)


@dataclass(slots=True, kw_only=True)
class Track:
    """The packets of one track, as they come. `number` is its place in libav's description, from 0."""

    number: int
    payload_type: int
    fragments: Fragments
    ssrc: bytes = b""
    """The camera's own, once a packet came."""
    received: int = 0
    first: int = 0
    highest: int = 0
    """The highest sequence number, with how often they began anew in the upper bits."""
    _source: bytes = field(init=False)
    _waiting_report: bytes = b""
    _parts: list[bytes] = field(default_factory=list)
    """The fragments of one unit that wait for a next one, without their heads."""
    _size: int = 0
    _unit: bytes = b""
    """What the fragments of one unit have in common: time, source, head."""
    _mark: int = 0
    """Of the unit: its kind, and whether its first fragment is there."""
    _last: bytes = b""
    """The head of the last fragment."""
    _at: int = field(init=False)
    _form: tuple[int, int, int, int] | None = field(init=False)

    def __post_init__(self) -> None:
        """Name it, and see how its pictures are broken up."""
        self._source = (self.number + 1).to_bytes(4)
        self._form = _HEAD_BYTES_OF.get(self.fragments)
        self._at = HEAD_BYTES + self._form[0] if self._form else 0

    def take(self, packet: bytes, found: list[bytes]) -> bool:
        """Take a packet; add those that libav gets. Say whether it is a fragment that only goes on, and waits."""
        if len(packet) <= HEAD_BYTES or packet[1] & TYPE_MASK != self.payload_type:
            return False
        if packet[0] & VERSION_MASK != VERSION:
            return False
        self._count(packet)
        if not self._is_fragment(packet):
            self.flush(found)
            found.append(packet[:8] + self._source + packet[HEAD_BYTES:])
            self._report(found)
            return False
        at = self._at
        mark, unit = packet[at - 1], packet[4 : at - 1]
        if not (
            self._parts
            and unit == self._unit
            and mark & ~LAST == self._mark & KIND_MASK
            and (self._last[2] << 8 | self._last[3]) + 1 & SEQUENCE == packet[2] << 8 | packet[3]
            and self._size + len(packet) <= JOINED_BYTES_MAX
        ):
            self.flush(found)
            self._unit, self._mark = unit, mark & ~LAST
        self._add(packet[:at], [packet[at:]])
        if mark & LAST:
            self.flush(found)
        return not mark & (FIRST | LAST)

    def take_alike(self, data: bytes, at: int, length: int) -> int:
        """Take the packets that only go on with the fragment at a place, which was just taken; return how many."""
        head = PREFIX_BYTES + self._at
        count = alike(data, at, length, head, 1 + (JOINED_BYTES_MAX - self._size) // length) - 1
        if count > 0:
            ends = range(at + 2 * length, at + (count + 1) * length + 1, length)
            last = ends[-1] - length
            self._add(data[last + PREFIX_BYTES : last + head], [data[end - length + head : end] for end in ends])
            self.received += count
            self.highest += count
        return count

    def _add(self, head: bytes, parts: list[bytes]) -> None:
        self._last = head
        self._parts += parts
        self._size += len(parts) * (self._at + len(parts[0]))

    def flush(self, found: list[bytes]) -> None:
        """Give what waits for a next fragment."""
        if not self._parts:
            return
        last, at = self._last, self._at
        mark = self._mark & FIRST | last[-1] & ~FIRST
        found.append(b"".join([last[:8], self._source, last[HEAD_BYTES : at - 1], bytes((mark,)), *self._parts]))
        self._parts.clear()
        self._size = 0
        self._report(found)

    def reported(self, packet: bytes, found: list[bytes]) -> None:
        """Take a report; libav gets it once a packet came, for it wouldn't know whose it is."""
        if len(packet) < REPORT_BYTES_MIN or packet[0] & VERSION_MASK != VERSION or packet[1] not in REPORTS:
            return
        self._waiting_report = packet
        if self.received:
            self.flush(found)
            self._report(found)

    def _report(self, found: list[bytes]) -> None:
        if self._waiting_report:
            found.append(self._waiting_report[:4] + self._source + self._waiting_report[8:])
            self._waiting_report = b""

    def _count(self, packet: bytes) -> None:
        sequence = packet[2] << 8 | packet[3]
        if not self.received:
            self.ssrc = packet[8:HEAD_BYTES]
            self.first = self.highest = sequence
        else:
            ahead = (sequence - self.highest) & SEQUENCE
            if ahead <= SEQUENCE >> 1:
                self.highest += ahead
        self.received += 1

    def _is_fragment(self, packet: bytes) -> bool:
        """Whether it may be joined."""
        if self._form is None or packet[0] != PLAIN or len(packet) <= self._at:
            return False
        _, mask, shift, kind = self._form
        return packet[HEAD_BYTES] >> shift & mask == kind


@dataclass(slots=True, kw_only=True)
class Heaps:
    """Takes bytes as they come. `heads` are the server's words between packets, for who talks to it."""

    tracks: Mapping[int, Track]
    """By channel; a track's reports come on the next one."""
    heads: list[Head] = field(default_factory=list)
    _left: bytes = b""
    _skipped: int = 0

    def take(self, data: bytes) -> list[bytes]:
        """Give libav's packets out of what came; raises LineError where a server sends something else."""
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
                if channel in tracks:
                    track = tracks[channel]
                    if track.take(data[at + PREFIX_BYTES : stop], found):
                        stop += (stop - at) * track.take_alike(data, at, stop - at)
                elif channel - 1 in tracks:
                    tracks[channel - 1].reported(data[at + PREFIX_BYTES : stop], found)
            if stop == at:
                break
            at = stop
        self._left = data[at:]
        for track in tracks.values():
            track.flush(found)
        return found

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
