"""How much later than decoded pictures of a fragmented MP4 are shown, by the file's own word (ISO/IEC 14496-12, 8.8.8).

Offsets may be negative there (CMAF has them so). FFmpeg adds the greatest of those that it has read so far to what it
says of each picture: one time in the first fragments, another further on, and never to the sound. Pure, over a file's
boxes; a file that breaks off yields what is before the break.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise, repeat
from typing import TYPE_CHECKING, BinaryIO

from .reader import BASE_GIVEN, SHIFTS, SIZES, USUAL_SIZE, BoxError, FragmentHeader, Run, file_boxes, inside, usual

if TYPE_CHECKING:
    from collections.abc import Iterator

MOOF_MAX_BYTES = 16 * 2**20  # a million pictures in one fragment
PICTURES_MAX = 4_000_000  # twelve hours at 90 a second
PLACE_MAX = 2**62  # no file is so long


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
    usual_sizes: dict[int, int] = {}
    try:
        for box in file_boxes(file, size_bytes):
            if box.kind not in (b"moov", b"moof") or box.size > MOOF_MAX_BYTES or len(places) > PICTURES_MAX:
                continue
            file.seek(box.body)
            data = file.read(box.size)
            if box.kind == b"moov":
                usual_sizes = {each.track: each.size for each in usual(data, exact=False)}
            else:
                for place, later in _of_fragment(data, box.at, usual_sizes):
                    if abs(place) <= PLACE_MAX:
                        places.append(place)
                        laters.append(later)
    except BoxError:  # what comes before holds
        pass
    least = min(laters, default=0)
    if least >= 0:
        return None
    if any(before > after for before, after in pairwise(places)):  # no writer does so
        places, laters = (array("q", row) for row in zip(*sorted(zip(places, laters, strict=True)), strict=True))
    return Offsets(places=places, later=laters, least=least)


def first_fragment(file: BinaryIO, size_bytes: int) -> int:
    """Return where the first fragment of a file begins, or a place behind its end."""
    return next((box.at for box in file_boxes(file, size_bytes) if box.kind == b"moof"), size_bytes)


def _of_fragment(moof: bytes, at: int, usual_sizes: dict[int, int]) -> Iterator[tuple[int, int]]:
    """Yield `(place, later)` of what has an offset in a fragment that begins at `at`."""
    after = at  # of the track before
    for kind, traf in inside(moof, exact=False):
        if kind != b"traf":
            continue
        base, usual_size = after, 0
        for name, body in inside(traf, exact=False):
            if name == b"tfhd":
                header = FragmentHeader(body)
                given, size = header.said(BASE_GIVEN), header.said(USUAL_SIZE)
                base = given if given is not None else at if header.base_is_moof else base
                usual_size = usual_sizes.get(header.track, 0) if size is None else size
                after = base
            elif name == b"trun":
                run = Run(body)
                sizes = run.column(SIZES)
                place = after if run.place is None else base + run.place
                after = place + (usual_size * run.count if sizes is None else sum(sizes))
                for each, later in zip(sizes or repeat(usual_size), run.column(SHIFTS) or (), strict=False):
                    yield place, later
                    place += each
