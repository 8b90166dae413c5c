"""Where a track's samples lie in a clip, by its tables (ISO/IEC 14496-12, 8.7). Pure, over the bodies of boxes.

A table is as long as it says, and no longer than its track: it has no byte that nobody reads.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from heapq import merge
from typing import TYPE_CHECKING

from ..refusal import ClipRefused, CutRule
from .reader import LONG_BYTES, WORD_BYTES, BoxError, chunks, numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SIZES, SIZES_AT = b"stsz", 12  # after version, the size of all, the count
RUNS = b"stsc"
PLACES = {b"stco": WORD_BYTES, b"co64": LONG_BYTES}
# Of tables of rows: where their count lies, after which they begin, and how long a row is.
ROWS = {b"stts": (4, 8), b"ctts": (4, 8), b"stss": (4, 4), RUNS: (4, 12), b"stco": (4, 4), b"co64": (4, 8)}
ROWS |= {b"sbgp": (8, 8)}


@dataclass(slots=True, kw_only=True)
class Samples:
    """One track's samples; `each` is the size of all of them, 0 where `sizes` has one for each."""

    count: int = 0
    each: int = 0
    sizes: array[int] = field(default_factory=lambda: array("I"))
    runs: array[int] = field(default_factory=lambda: array("I"))
    places: array[int] = field(default_factory=lambda: array("Q"))
    rows_max: int = 0

    def take(self, kind: bytes, body: bytes) -> None:
        """Take one of its tables; raises ClipRefused `hidden_data` for one of another length than it says."""
        if kind == SIZES:
            self.each, self.count = _word(body, 4), _word(body, 8)
            self.sizes = numbers(body[SIZES_AT:])
            rows, said = len(self.sizes), 0 if self.each else self.count
        else:
            count_at, row_bytes = ROWS[kind]
            table = body[count_at + WORD_BYTES :]
            rows, said = -(-len(table) // row_bytes), _word(body, count_at)
            said = said if len(table) % row_bytes == 0 and len(body) >= count_at + WORD_BYTES else -1
            self.rows_max = max(self.rows_max, rows)
            if kind == RUNS:
                self.runs = numbers(table)
            elif kind in PLACES:
                if self.places:  # players go by those of 32 bits or by those of 64
                    raise ClipRefused(CutRule.HIDDEN_DATA, "chunks that have two places")
                self.places = numbers(table, PLACES[kind])
        if rows != said:
            raise ClipRefused(CutRule.HIDDEN_DATA, "a table of another length than it says")

    def chunks(self) -> Iterator[tuple[int, int]]:
        """Yield from where to where each chunk lies in the file; raises ClipRefused `hidden_data`.

        Every sample is in a chunk: else a track could name sizes alone, and nobody would look at so much of the media.
        """
        first = 0
        if next(iter(self.runs), len(self.places) + 1) != 1:
            raise ClipRefused(CutRule.HIDDEN_DATA, "chunks before the first one")
        try:
            for place, samples in chunks(self.runs, self.places):
                sizes = self.sizes[first : first + samples]
                yield place, place + (self.each * samples if self.each else sum(sizes))
                first += samples
        except BoxError as error:
            raise ClipRefused(CutRule.HIDDEN_DATA, str(error)) from error
        if first != self.count or self.rows_max > self.count:
            raise ClipRefused(CutRule.HIDDEN_DATA, "samples that are nowhere, or tables of more than there are")


def check_places(tracks: Iterable[Samples], media: Iterable[tuple[int, int]]) -> None:
    """Raise ClipRefused `hidden_data` unless each byte of `media` (from where to where) is of one sample, one only.

    Tracks lie in the file as they are played: so they are looked through as they come.
    """
    at = end = 0
    left = iter(media)
    for start, until in merge(*(track.chunks() for track in tracks)):
        while at == end and start < until:
            at, end = next(left, (-1, 0))
        if start < until and (start != at or until > end):
            raise ClipRefused(CutRule.HIDDEN_DATA, "a sample that shares bytes with another, or leaves some out")
        at = until if start < until else at
    if at != end or any(start < until for start, until in left):
        raise ClipRefused(CutRule.HIDDEN_DATA, "bytes of media that are in no sample")


def _word(body: bytes, at: int) -> int:
    return int.from_bytes(body[at : at + WORD_BYTES])
