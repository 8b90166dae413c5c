"""One track of a camera's line: its packets and reports, as libav gets them. Pure.

A picture of H.264 (RFC 6184) or HEVC (RFC 7798) comes in fragments, one a packet. Those of one unit that came together
are joined into one large fragment, which libav reads to the same bytes: it has a tenth of the packets to look at.
What isn't plainly the next fragment of the same unit goes on as it came.

libav tells tracks apart by type and by source: packets get a source of our own, for some cameras use one for all. They
get numbers of our own too: over one connection all come, and libav would take none of those of a camera that begins to
number anew before two follow each other by one, as joined ones never do.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .description import RATE_HZ, Fragments
from .lag import Lag
from .steady import Steady
from .wrapping import ticks

PREFIX_BYTES = 4
HEAD_BYTES = 12
"""Of an RTP packet (RFC 3550 section 5.1)."""
REPORT_BYTES_MIN = 8
SENDER_REPORT, REPORT_BYTES = 200, 28
"""Of which moment a stamp is (RFC 3550 section 6.4.1)."""
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
BEGINS_MAX_S = 10.0
"""A first packet this near to where a server says that it begins: a group of pictures later, or one that it kept."""
SEQUENCE = 0xFFFF
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Put:
    """Reports that were later than due: by how much in all, and how many heaps had packets until the first."""

    by_s: float
    heaps: int


@dataclass(slots=True, kw_only=True)
class Track:
    """The packets of one track, as they come. `number` is its place in libav's description, from 0."""

    number: int
    payload_type: int
    fragments: Fragments
    rate_hz: int = RATE_HZ
    begins: int | None = None
    """The stamp at which all tracks begin together, where the server says so, or it is known otherwise."""
    begins_max_s: float = BEGINS_MAX_S
    """How far from there a first packet may be: some servers say what has nothing to do with what they send then."""
    began: int | None = None
    """The stamp that libav takes for the beginning, once a packet was given."""
    may_wait: bool = False
    """Sound of which libav knows enough before it has heard any."""
    after: Track | None = None
    """One whose first report libav must get before any of this one: it would put that one beside this."""
    is_reported: bool = False
    lag: Lag = field(init=False)
    put: Put | None = None
    """What was later than due, until it is known whether packets come as late."""
    ssrc: bytes = b""
    """The camera's own, once a packet came."""
    received: int = 0
    first: int = 0
    highest: int = 0
    """The highest sequence number, with how often they began anew in the upper bits."""
    _source: bytes = field(init=False)
    _waiting_report: bytes = b""
    _steady: Steady = field(init=False)
    _given: int = 0
    """How many packets libav got."""
    _seen: int = 0
    """How many of them the heaps before had."""
    _first_stamp: bytes = b""
    _stamp: bytes = b""
    """Of the first and the last one in this heap."""
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
        self._steady, self.lag = Steady(rate_hz=self.rate_hz), Lag(rate_hz=self.rate_hz)
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
            self._give(packet, [packet[HEAD_BYTES:]], found)
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
        last = self._last
        mark = self._mark & FIRST | last[-1] & ~FIRST
        if mark & FIRST and len(self._parts) > 1:  # libav takes no whole unit of HEVC in one, and needs no last mark
            mark &= ~LAST
        self._give(last, [last[HEAD_BYTES : self._at - 1], bytes((mark,)), *self._parts], found)
        self._parts.clear()
        self._size = 0

    def end_heap(self, found: list[bytes], now_s: float) -> None:
        """Give what waits, and note how late it came: nothing more came by now."""
        self.flush(found)
        if self._given != self._seen:
            self._seen = self._given
            self.lag.heap(int.from_bytes(self._first_stamp), int.from_bytes(self._stamp), now_s)

    def _give(self, head: bytes, payload: list[bytes], found: list[bytes]) -> None:
        if not self._given:
            self._first(int.from_bytes(head[4:8]), found)
        number = (self._given & SEQUENCE).to_bytes(2)
        self._stamp = stamp = head[4:8]
        if self._given == self._seen:
            self._first_stamp = stamp
        self._given += 1
        found.append(b"".join((head[:2], number, stamp, self._source, *payload)))
        self._report(found)

    def _first(self, stamp: int, found: list[bytes]) -> None:
        """Let libav know where the track begins; without a word of that it takes the first packet for it."""
        if self.begins_near(stamp):
            self._begin(stamp, found)
        else:
            self.began = stamp

    def _begin(self, stamp: int, found: list[bytes]) -> None:
        """Let libav know the track, and where it begins, by a packet that holds nothing: it takes the first for that.

        That is where the server said, if that is near; some say what has nothing to do with what they send then.
        """
        self._given = self._seen = 1
        self.began = self.begins if self.begins is not None and self.begins_near(stamp) else stamp
        head = bytes((PLAIN, self.payload_type, 0, 0))
        found.append(b"".join((head, self.began.to_bytes(4), self._source)))

    def begins_near(self, stamp: int) -> bool:
        """Whether it is known where all tracks begin, and a packet of this stamp may be the first after that."""
        return self.begins is not None and abs(ticks(stamp, self.begins)) <= self.begins_max_s * self.rate_hz

    def reported(self, packet: bytes, found: list[bytes]) -> None:
        """Take a report; before the first packet libav would not know whose it is."""
        if len(packet) < REPORT_BYTES_MIN or packet[0] & VERSION_MASK != VERSION or packet[1] not in REPORTS:
            return
        is_senders = packet[1] == SENDER_REPORT and len(packet) >= REPORT_BYTES
        self.is_reported = self.is_reported or is_senders
        if is_senders:
            said = self._steady.said(int.from_bytes(packet[8:16]), int.from_bytes(packet[16:20]))
            packet = packet[:8] + said.to_bytes(8) + packet[16:]
            if self._steady.put_s > 0:
                before = self.put or Put(by_s=0.0, heaps=self.lag.heaps)
                self.put = Put(by_s=before.by_s + self._steady.put_s, heaps=before.heaps)
        self._waiting_report = packet
        if self._is_early():
            return
        if is_senders and not self._given and not self.received:
            self._begin(int.from_bytes(packet[16:20]), found)
        if self._given or self.received:
            self.flush(found)
            self._report(found)

    def _is_early(self) -> bool:
        """Whether its report must wait for another's."""
        return self.after is not None and not self.after.is_reported

    def _report(self, found: list[bytes]) -> None:
        if self._waiting_report and not self._is_early():
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
