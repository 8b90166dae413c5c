"""What an MP4 counts, looked at before FFmpeg opens it: a few bytes that count high would keep it busy for hours.

It makes an entry for each sample that a box counts, also where samples take no bytes of their own; once more for each
edit; sorts references by moving all others for each; and where a track has no number of 31 bits, it counts to a billion
in each run of samples. So no file may count more samples than it has bytes (ISO/IEC 14496-12, 8.6 to 8.8 and 8.16.3).
What lies where no writer puts it (a run of samples in a codec's configuration) is left to the child's limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from ..refusal import ClipRefused, CutRule
from .descriptions import entries
from .edits import check_edits
from .reader import INDEX_MAX_BYTES, SOUND, VIDEO, after_times, boxes, file_boxes

if TYPE_CHECKING:
    from collections.abc import Callable

PARENTS = frozenset({b"moov", b"hoov", b"trak", b"edts", b"mdia", b"minf", b"stbl", b"mvex", b"udta", b"moof", b"traf"})
BOXES_MAX = 16_000_000  # twelve hours of fragments of a picture each, at 25 a second
SAMPLES_FREE = 100_000  # read in a third of a second; the beginning of a long file that broke off may count as many
NUMBER_MAX = 2**31 - 1  # FFmpeg's own numbers of tracks have a sign
REFERENCES_MAX = 100_000  # a fragment a second of twelve hours, for two tracks; sorted in two seconds at worst
COUNTED_BYTES = 64  # more than what lies before and in any of the counts
WHOLE = frozenset({b"elst", b"stsd"})  # read to their ends
OF_DATA = b"dhlr"
FILMED = frozenset({VIDEO, SOUND})  # handlers of tracks that are looked for what a clip is made of


def check_counts(file: BinaryIO, size_bytes: int) -> None:
    """Raise ClipRefused `unreadable_segment` for an MP4 that counts what it can't hold, or several in fragments."""
    counts, films = _Counts(), 0
    for kind, at, _, end in file_boxes(file, size_bytes, loose=True):
        films += kind == b"moov"
        if films > 1 and kind == b"moof":
            # FFmpeg passes over the second header and over what comes next, and reads the rest by the first one
            raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "it is several films that were joined")
        if kind in PARENTS or kind in COUNTS:
            held = min(end, size_bytes) - at
            if held > INDEX_MAX_BYTES:
                raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "an index that is too large")
            file.seek(at)
            counts.look(file.read(held if kind in PARENTS else min(held, COUNTED_BYTES)))
        counts.boxes += 1
    counts.check(size_bytes)


@dataclass(slots=True)
class _Counts:
    """What was counted so far."""

    boxes: int = 0
    tabled: int = 0
    in_fragments: int = 0
    edits: int = 1
    tracks: int = 0
    numbered: int = 0
    references: int = 0
    film_hz: int = 0
    track_hz: int = 0
    handler: bytes = b""

    def look(self, data: bytes) -> None:
        """Take a box and those in it."""
        waiting = [(0, len(data))]
        while waiting:
            at, end = waiting.pop()
            for kind, begins, body, ends in boxes(data, at, end, loose=True):
                if kind in PARENTS:
                    waiting.append((body, min(ends, end)))
                    self.tracks += kind == b"trak"
                elif kind in COUNTS:
                    COUNTS[kind](self, data[body : min(end, ends if kind in WHOLE else begins + COUNTED_BYTES)])
                self.boxes += 1
        if self.boxes > BOXES_MAX:
            raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "more boxes than any recording has")

    def check(self, size_bytes: int) -> None:
        """Raise ClipRefused for what can't be so."""
        if self.numbered < self.tracks:
            raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "a track without a number")
        if self.tabled * self.edits + self.in_fragments > max(size_bytes, SAMPLES_FREE):
            raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "it counts more samples than it has bytes")
        if self.references > REFERENCES_MAX:
            raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "more references than any recording has")

    def run(self, body: bytes) -> None:
        """Take a `trun`."""
        self.in_fragments += _word(body, 4)

    def sizes(self, body: bytes) -> None:
        """Take a `stsz` or `stz2`."""
        self.tabled += _word(body, 8)

    def edit_list(self, body: bytes) -> None:
        """Take an `elst`."""
        self.edits = max(self.edits, _word(body, 4))
        if self.handler in FILMED:
            check_edits(body, self.film_hz, self.track_hz)

    def film_clock(self, body: bytes) -> None:
        """Take a `mvhd`."""
        self.film_hz = _word(body, after_times(body))

    def track_clock(self, body: bytes) -> None:
        """Take a `mdhd`."""
        self.track_hz = _word(body, after_times(body))

    def kind(self, body: bytes) -> None:
        """Take a `hdlr`: it comes before its track's descriptions. QuickTime has another, of where data lie."""
        if body[4:8] != OF_DATA:
            self.handler = body[8:12]

    def descriptions(self, body: bytes) -> None:
        """Take a `stsd`: FFmpeg passes over what is described as something else than the first, and says nothing."""
        if self.handler in FILMED and len({kind for kind, _ in entries(body)}) > 1:
            raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "its pictures or its sound go on in another form")

    def track(self, body: bytes) -> None:
        """Take a `tkhd`."""
        if _word(body, after_times(body)) > NUMBER_MAX:
            raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "a track's number is too large")
        self.numbered += 1

    def index(self, body: bytes) -> None:
        """Take a `sidx`."""
        self.references += int.from_bytes(body[22:24] if body[:1] == b"\0" else body[30:32])

    def compressed(self, _body: bytes) -> None:
        """Refuse a `cmov`: what it counts nobody knows."""
        raise ClipRefused(CutRule.UNREADABLE_SEGMENT, "its index is compressed")


COUNTS: dict[bytes, Callable[[_Counts, bytes], None]] = {
    b"trun": _Counts.run,
    b"stsz": _Counts.sizes,
    b"stz2": _Counts.sizes,
    b"elst": _Counts.edit_list,
    b"mvhd": _Counts.film_clock,
    b"mdhd": _Counts.track_clock,
    b"hdlr": _Counts.kind,
    b"stsd": _Counts.descriptions,
    b"tkhd": _Counts.track,
    b"sidx": _Counts.index,
    b"cmov": _Counts.compressed,
}


def _word(body: bytes, at: int) -> int:  # of a box that is cut off, what is there
    return int.from_bytes(body[at : at + 4])
