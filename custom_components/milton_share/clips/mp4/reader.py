"""Reads boxes of MP4 and QuickTime files (ISO/IEC 14496-12): their heads, tracks, sample tables, and fragments.

Invariants: never reads media; what lies in a box is bounded by it; no more rows are made than bytes are there for.
Raises BoxError for what can't be so; what that means, and how much is too much, each caller says. A field is read when
it is asked for: what is damaged in another track refuses nothing.
"""

from __future__ import annotations

import sys
from array import array
from dataclasses import dataclass
from itertools import islice, pairwise, repeat
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

HEAD_BYTES, LONG_HEAD_BYTES = 8, 16
WORD_BYTES, LONG_BYTES = 4, 8
INDEX_MAX_BYTES = 512 * 2**20  # twelve hours at 60 frames a second, and some
HEADER_BOX_BYTES_MAX = 4 * 2**20  # a header beyond this isn't one of a segment
FILE_BOXES_MAX = 100_000  # at a file's top: a film has some, one in fragments has its index before them
VIDEO, SOUND = b"vide", b"soun"
CHUNKS_ROW = 3  # of `stsc`: from which chunk on (1 is the first), samples in each, by which description
# Flags of `tfhd` and `trun`: 8.8.7.1 and 8.8.8.1.
BASE_GIVEN, DESCRIPTION_GIVEN, USUAL_DURATION, USUAL_SIZE, BASE_IS_MOOF = 0x1, 0x2, 0x8, 0x10, 0x20000
PLACE_GIVEN, FIRST_FLAGS, DURATIONS, SIZES, FLAGS, SHIFTS = 0x1, 0x4, 0x100, 0x200, 0x400, 0x800
_LONG_SIZE = 1
_TYPES = {WORD_BYTES: "I", LONG_BYTES: "Q"}


class BoxError(ValueError):
    """Boxes that can't be so, in words for the log."""


class Box(NamedTuple):
    """A box: its type, where it begins, where its body begins, and where it ends."""

    kind: bytes
    at: int
    body: int
    end: int

    @property
    def size(self) -> int:
        """How long its body is."""
        return self.end - self.body


def file_boxes(file: BinaryIO, until: int, at: int = 0, *, loose: bool = False) -> Iterator[Box]:
    """Yield boxes of a file between two places, up to one that can't be one; `loose` as `boxes` has it."""

    def head(place: int) -> bytes:
        file.seek(place)
        return file.read(LONG_HEAD_BYTES)

    return _walk(head, at, until, loose=loose)


def boxes(data: bytes, at: int = 0, until: int | None = None, *, loose: bool = False) -> Iterator[Box]:
    """Yield boxes in bytes, up to one that can't be one.

    `loose` is as FFmpeg reads: a size of 0 is all that is left, and a box may say that it ends behind `until`.
    """
    return _walk(
        lambda place: data[place : place + LONG_HEAD_BYTES], at, len(data) if until is None else until, loose=loose
    )


def _walk(head_at: Callable[[int], bytes], at: int, until: int, *, loose: bool) -> Iterator[Box]:
    while at + HEAD_BYTES <= until:
        head, left = head_at(at), until - at
        size, header = int.from_bytes(head[:4]), HEAD_BYTES
        if size == _LONG_SIZE and left >= LONG_HEAD_BYTES:
            size, header = int.from_bytes(head[HEAD_BYTES:]), LONG_HEAD_BYTES
        if loose:
            size = size or left
        if size < header or (size > left and not loose):
            return
        yield Box(head[4:HEAD_BYTES], at, at + header, at + size)
        at += size


def inside(data: bytes, *, exact: bool = True) -> Iterator[tuple[bytes, bytes]]:
    """Yield type and body of the boxes in a body; where `exact`, raise BoxError for one that is larger than it."""
    at = 0
    for box in boxes(data):
        at = box.end
        yield box.kind, data[box.body : at]
    if exact and at + HEAD_BYTES <= len(data):
        message = "a box is larger than its parent"
        raise BoxError(message)


def find(data: bytes, *path: bytes) -> bytes | None:
    """Return the body of the first box down a path, None where there is none."""
    for wanted in path:
        found = next((body for kind, body in inside(data) if kind == wanted), None)
        if found is None:
            return None
        data = found
    return data


def load(file: BinaryIO, box: Box) -> bytes:
    """Read a header box's body; raises BoxError when it is too large for one."""
    if box.size > HEADER_BOX_BYTES_MAX:
        message = "a header box is too large"
        raise BoxError(message)
    file.seek(box.body)
    return file.read(box.size)


def index_of(file: BinaryIO, size_bytes: int) -> bytes:
    """Return the body of a file's `moov`, empty where there is none."""
    found = (box for box in islice(file_boxes(file, size_bytes), FILE_BOXES_MAX) if box.kind == b"moov")
    return next((load(file, box) for box in found), b"")


def word(body: bytes, at: int, width: int = WORD_BYTES) -> int:
    """Return a number; raises BoxError where the body is too short."""
    if at + width > len(body):
        message = "a box is too short"
        raise BoxError(message)
    return int.from_bytes(body[at : at + width])


def is_wide(body: bytes) -> bool:
    """Whether a full box is of version 1: its times have 64 bits, its shifts a sign."""
    return body[:1] == b"\1"


def after_times(body: bytes) -> int:
    """Where a `mvhd`, `mdhd` (its timescale), or `tkhd` (its track's number) has the word behind its two times."""
    return 20 if is_wide(body) else 12


@dataclass(frozen=True, slots=True)
class Track:
    """A track of an index: what it is of, and its `trak`."""

    handler: bytes
    body: bytes

    @property
    def number(self) -> int:
        """Which track fragments name it."""
        header = find(self.body, b"tkhd") or b""
        return word(header, after_times(header))

    @property
    def timescale(self) -> int:
        """Ticks a second."""
        header = find(self.body, b"mdia", b"mdhd") or b""
        ticks = word(header, after_times(header))
        if not ticks:
            message = "a clock that stands"
            raise BoxError(message)
        return ticks

    def table(self, kind: bytes) -> bytes | None:
        """Return the body of a sample table."""
        return find(self.body, b"mdia", b"minf", b"stbl", kind)


def track_of(moov: bytes, handler: bytes) -> Track | None:
    """Return the first track of VIDEO or of SOUND, None where there is none."""
    for kind, trak in inside(moov):
        said = find(trak, b"mdia", b"hdlr") if kind == b"trak" else None
        if said is not None and said[8:12] == handler:
            return Track(handler, trak)
    return None


def numbers(table: bytes, width: int = WORD_BYTES) -> array[int]:
    """Return what lies side by side, without a last one that is cut off."""
    found = array(_TYPES[width])
    found.frombytes(table[: len(table) // width * width])
    if sys.byteorder == "little":
        found.byteswap()
    return found


def rows(body: bytes, *, row_bytes: int = WORD_BYTES, width: int = WORD_BYTES, count_at: int = 4) -> array[int]:
    """Return the numbers of all rows of a table; raises BoxError where it is cut off."""
    size, at = word(body, count_at) * row_bytes, count_at + WORD_BYTES
    if at + size > len(body):
        message = "a table that is cut off"
        raise BoxError(message)
    return numbers(body[at : at + size], width)


def _signed(values: array[int]) -> array[int]:
    return array("i", values.tobytes())


def _pairs(values: array[int]) -> Iterator[tuple[int, int]]:
    return zip(values[::2], values[1::2], strict=True)


def durations(stts: bytes) -> Iterator[tuple[int, int]]:
    """Yield how many samples last how long."""
    return _pairs(rows(stts, row_bytes=8))


def decode_times(stts: bytes, samples_max: int) -> Iterator[tuple[int, int]]:
    """Yield when each sample is decoded, and how long it lasts; raises BoxError for more of them."""
    at = total = 0
    for count, length in durations(stts):
        total += count
        if total > samples_max:
            message = "too many samples"
            raise BoxError(message)
        for _ in range(count):
            yield at, length
            at += length


def shifts(ctts: bytes | None, count: int) -> list[int]:
    """Return how much later than decoded each of so many samples is shown."""
    if ctts is None:
        return [0] * count
    values = rows(ctts, row_bytes=8)
    found: list[int] = []
    for repeats, shift in _pairs(_signed(values) if is_wide(ctts) else values):
        if not 0 <= repeats <= count - len(found):
            message = "more shifts than samples"
            raise BoxError(message)
        found += [shift] * repeats
    return found


def chunks(runs: Sequence[int], offsets: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield where each chunk lies, and how many samples are in it, by the numbers of `stsc` and of `stco` or `co64`.

    Raises BoxError where they are not in order: a few rows would have all of them gone through again and again.
    """
    firsts = (*runs[::CHUNKS_ROW], len(offsets) + 1)
    for (first, following), count in zip(pairwise(firsts), runs[1::CHUNKS_ROW], strict=True):
        if not 0 < first < following:
            message = "chunks that are not in order"
            raise BoxError(message)
        for offset in offsets[first - 1 : following - 1]:
            yield offset, count


def places(track: Track) -> Iterator[tuple[int, int]]:
    """Yield where each sample of a track lies, and how large it is (8.7)."""
    stsz, stsc, stco = (track.table(kind) or b"" for kind in (b"stsz", b"stsc", b"stco"))
    each = word(stsz, 4)
    sizes = iter(repeat(each, word(stsz, 8)) if each else rows(stsz, count_at=8))
    offsets = rows(stco) if stco else rows(track.table(b"co64") or b"", row_bytes=8, width=8)
    for offset, count in chunks(rows(stsc, row_bytes=12), offsets):
        at = offset
        for size in islice(sizes, count):
            yield at, size
            at += size


class Edit(NamedTuple):
    """A part of a track (8.6.6): `length` in units of the film's clock, `start` in those of the track's."""

    length: int
    start: int
    rate: int


def edits(elst: bytes) -> Iterator[Edit]:
    """Yield the rows of an edit list, as far as they are whole."""
    width = LONG_BYTES if is_wide(elst) else WORD_BYTES
    row = 2 * width + WORD_BYTES
    for at in islice(range(8, len(elst) - row + 1, row), int.from_bytes(elst[4:8])):
        start = int.from_bytes(elst[at + width : at + 2 * width], signed=True)
        yield Edit(word(elst, at, width), start, word(elst, at + 2 * width))


@dataclass(frozen=True, slots=True)
class Usual:
    """A `trex`: what samples of a track in fragments are where a fragment doesn't say it."""

    body: bytes

    @property
    def track(self) -> int:
        """Whose samples."""
        return word(self.body, 4)

    @property
    def duration(self) -> int:
        """How long each lasts."""
        return word(self.body, 12)

    @property
    def size(self) -> int:
        """How large each is."""
        return word(self.body, 16)


def usual(moov: bytes, *, exact: bool = True) -> Iterator[Usual]:
    """Yield what an index says of each track's samples in fragments: read no further than the wanted one's."""
    extends = next((body for kind, body in inside(moov, exact=exact) if kind == b"mvex"), b"")
    return (Usual(body) for kind, body in inside(extends, exact=exact) if kind == b"trex")


@dataclass(frozen=True, slots=True)
class FragmentHeader:
    """A `tfhd`: whose fragment it is, from where on it counts places, and what is usual in it."""

    body: bytes

    @property
    def track(self) -> int:
        """Whose fragment."""
        return word(self.body, 4)

    @property
    def base_is_moof(self) -> bool:
        """Whether places count from its `moof`, where it has no base."""
        return bool(word(self.body, 0) & BASE_IS_MOOF)

    def said(self, wanted: int) -> int | None:
        """Return a field by its flag; None where it doesn't have it. Where it lies depends on which come before."""
        flags, at = word(self.body, 0), 8
        for flag, width in ((BASE_GIVEN, 8), (DESCRIPTION_GIVEN, 4), (USUAL_DURATION, 4), (USUAL_SIZE, 4)):
            if flags & flag & wanted:
                return word(self.body, at, width)
            at += width if flags & flag else 0
        return None


def decode_time(tfdt: bytes) -> int:
    """Return when a fragment's first sample is decoded."""
    return word(tfdt, 4, LONG_BYTES if is_wide(tfdt) else WORD_BYTES)


@dataclass(frozen=True, slots=True)
class Run:
    """A `trun`: how many samples, where the first lies from the base on, and of each what is not as usual."""

    body: bytes

    @property
    def count(self) -> int:
        """How many samples."""
        return word(self.body, 4)

    @property
    def place(self) -> int | None:
        """Where the first lies; None where it follows what comes before."""
        given = word(self.body, 0) & PLACE_GIVEN
        return int.from_bytes(word(self.body, 8).to_bytes(4), signed=True) if given else None

    def column(self, wanted: int) -> array[int] | None:
        """Return a field of each sample by its flag, None where all are as usual.

        Some writers store a negative offset in a field that is unsigned; it is read as negative.
        """
        flags = word(self.body, 0)
        kinds = [kind for kind in (DURATIONS, SIZES, FLAGS, SHIFTS) if flags & kind]
        if wanted not in kinds:
            return None
        at = 8 + sum(WORD_BYTES for flag in (PLACE_GIVEN, FIRST_FLAGS) if flags & flag)
        rows = numbers(self.body[at : at + self.count * len(kinds) * WORD_BYTES])
        found = rows[kinds.index(wanted) :: len(kinds)]
        if len(found) < self.count:
            message = "a run that is cut off"
            raise BoxError(message)
        return _signed(found) if wanted == SHIFTS else found

    def times(self, duration: int) -> Iterator[tuple[int, int]]:
        """Yield how long each sample lasts, and how much later than decoded it is shown."""
        lengths, later = self.column(DURATIONS), self.column(SHIFTS)
        return zip(
            repeat(duration, self.count) if lengths is None else lengths,
            repeat(0, self.count) if later is None else later,
            strict=True,
        )
