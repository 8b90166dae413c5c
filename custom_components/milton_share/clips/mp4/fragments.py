"""How much later than decoded pictures of a fragmented MP4 are shown, by the file's own word (ISO/IEC 14496-12, 8.8.8).

Offsets may be negative there (CMAF has them so). FFmpeg adds the greatest of those that it has read so far to what it
says of each picture: one time in the first fragments, another further on, and never to the sound. Pure, over a file's
boxes; a file that breaks off yields what is before the break.
"""

from __future__ import annotations

import struct
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, BinaryIO

from .heads import HEAD_BYTES, LONG_HEAD_BYTES, box_head

if TYPE_CHECKING:
    from collections.abc import Iterator

MOOF_MAX_BYTES = 16 * 2**20  # a million pictures in one fragment
PICTURES_MAX = 4_000_000  # twelve hours at 90 a second
PLACE_MAX = 2**62  # no file is so long
# Flags of `tfhd` and `trun`: 8.8.7.1 and 8.8.8.1.
BASE_GIVEN, BASE_IS_MOOF, SIZE_BY_DEFAULT = 0x1, 0x20000, 0x10
BEFORE_SIZE = ((BASE_GIVEN, 8), (0x2, 4), (0x8, 4))  # what lies in `tfhd` before the default size
PLACE_GIVEN, FIRST_FLAGS, DURATIONS, SIZES, FLAGS, OFFSETS = 0x1, 0x4, 0x100, 0x200, 0x400, 0x800


@dataclass(frozen=True, slots=True, kw_only=True)
class Offsets:
    """Of each picture: where it lies in the file, sorted, and how much later than decoded it is shown."""

    places: array[int]
    later: array[int]
    least: int  # of all: so much earlier pictures must be decoded than it says, for none to be shown before that

    def of(self, place: int | None) -> int:
        """Return how much later what lies there is shown, in units of its track."""
        index = bisect_left(self.places, place or 0)
        return self.later[index] if index < len(self.places) and self.places[index] == place else 0


def negative_offsets(file: BinaryIO, size_bytes: int) -> Offsets | None:
    """Return the offsets of a file in fragments, None where none is negative: then FFmpeg has them right."""
    places, laters = array("q"), array("q")
    sizes: dict[int, int] = {}
    try:
        for kind, at, body, end in _at_top(file, size_bytes):
            if kind not in (b"moov", b"moof") or end - body > MOOF_MAX_BYTES or len(places) > PICTURES_MAX:
                continue
            file.seek(body)
            data = file.read(end - body)
            if kind == b"moov":
                sizes = _sizes_by_default(data)
            else:
                for place, later in _of_fragment(data, at, sizes):
                    if abs(place) <= PLACE_MAX:
                        places.append(place)
                        laters.append(later)
    except struct.error:  # what comes before holds
        pass
    least = min(laters, default=0)
    if least >= 0:
        return None
    if any(before > after for before, after in pairwise(places)):  # no writer does so
        places, laters = (array("q", row) for row in zip(*sorted(zip(places, laters, strict=True)), strict=True))
    return Offsets(places=places, later=laters, least=least)


def first_fragment(file: BinaryIO, size_bytes: int) -> int:
    """Return where the first fragment of a file begins, or a place behind its end."""
    return next((at for kind, at, _, _ in _at_top(file, size_bytes) if kind == b"moof"), size_bytes)


def _of_fragment(moof: bytes, at: int, sizes: dict[int, int]) -> Iterator[tuple[int, int]]:
    """Yield `(place, later)` of what has an offset in a fragment that begins at `at`."""
    after = at  # of the track before
    for kind, traf in _inside(moof):
        if kind != b"traf":
            continue
        base, size = after, 0
        for name, body in _inside(traf):
            if name == b"tfhd":
                flags, track = struct.unpack_from(">II", body)
                base = (
                    struct.unpack_from(">Q", body, 8)[0] if flags & BASE_GIVEN else at if flags & BASE_IS_MOOF else base
                )
                size = sizes.get(track, 0)
                if flags & SIZE_BY_DEFAULT:
                    (size,) = struct.unpack_from(
                        ">I", body, 8 + sum(each for flag, each in BEFORE_SIZE if flags & flag)
                    )
                after = base
            elif name == b"trun":
                run = _Run.of(body)
                place = after if run.place is None else base + run.place
                yield from run.offsets(place, size)
                after = place + run.size_bytes(size)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One run of samples: `values` are those of all samples, `each` a sample."""

    count: int
    place: int | None
    each: int
    size_at: int | None
    offset_at: int | None
    values: tuple[int, ...]

    @classmethod
    def of(cls, body: bytes) -> _Run:
        flags, count = struct.unpack_from(">II", body)
        at, place = 8, None
        if flags & PLACE_GIVEN:
            (place,), at = struct.unpack_from(">i", body, at), at + 4
        if flags & FIRST_FLAGS:
            at += 4
        kinds = [kind for kind in (DURATIONS, SIZES, FLAGS, OFFSETS) if flags & kind]
        return cls(
            count=count,
            place=place,
            each=len(kinds),
            size_at=kinds.index(SIZES) if SIZES in kinds else None,
            offset_at=kinds.index(OFFSETS) if OFFSETS in kinds else None,
            values=struct.unpack_from(f">{count * len(kinds)}i", body, at) if kinds else (),
        )

    def size_bytes(self, usual: int) -> int:
        return usual * self.count if self.size_at is None else sum(self.values[self.size_at :: self.each])

    def offsets(self, place: int, usual: int) -> Iterator[tuple[int, int]]:
        """Yield `(place, later)` of each sample; an offset that says it is unsigned may be negative all the same."""
        if self.offset_at is None:
            return
        offsets = self.values[self.offset_at :: self.each]
        sizes = (usual,) * self.count if self.size_at is None else self.values[self.size_at :: self.each]
        for size, later in zip(sizes, offsets, strict=True):
            yield place, later
            place += size


def _sizes_by_default(moov: bytes) -> dict[int, int]:
    """Return each track's size of a sample that isn't said otherwise."""
    extends = next((body for kind, body in _inside(moov) if kind == b"mvex"), b"")
    found = (struct.unpack_from(">IIIII", body) for kind, body in _inside(extends) if kind == b"trex")
    return {track: size for _, track, _, _, size in found}


def _at_top(file: BinaryIO, size_bytes: int) -> Iterator[tuple[bytes, int, int, int]]:
    """Yield `(kind, where it begins, where its body begins, where it ends)` of each whole box of the file."""
    at = 0
    while at + HEAD_BYTES <= size_bytes:
        file.seek(at)
        size, header, kind = box_head(file.read(LONG_HEAD_BYTES), 0, size_bytes - at)
        if size < header or at + size > size_bytes:
            return
        yield kind, at, at + header, at + size
        at += size


def _inside(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + HEAD_BYTES <= len(data):
        size = int.from_bytes(data[at : at + 4])
        if size < HEAD_BYTES or at + size > len(data):
            return
        yield data[at + 4 : at + 8], data[at + HEAD_BYTES : at + size]
        at += size
