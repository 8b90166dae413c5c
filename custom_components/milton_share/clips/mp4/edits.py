"""What an MP4's edit list may do to a recording (ISO/IEC 14496-12, 8.6.6). Pure, over bytes.

Cameras hide a beginning or leave a part out. Who edits a film may also have it play slower, stand still, or show a part
again: FFmpeg passes over the speed, and shows the part twice, so nobody could say when such a picture was taken.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..refusal import ClipRefused, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

ROWS_AT = 8  # after version, flags and count
AS_TAKEN, UNSAID = 1 << 16, frozenset({0, 1})  # a rate, 16.16 fixed point; some writers say none, or miss its place
ROUNDED = 2  # units of the film's clock by which a writer may round


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """A part of a track: `length` in units of the film's clock, `start` in those of the track's."""

    length: int
    start: int
    rate: int


def check_edits(body: bytes, film_hz: int, track_hz: int) -> None:
    """Raise ClipRefused `times_unknown` for an `elst` by which pictures or sound are shown at another time than taken.

    `film_hz` and `track_hz` are the units a second of both clocks.
    """
    edits = [edit for edit in _edits(body) if edit.start >= 0]
    if any(edit.rate != AS_TAKEN and (edit.rate not in UNSAID or len(edits) > 1) for edit in edits):
        raise ClipRefused(Rule.TIMES_UNKNOWN, "it plays at another speed than it was filmed")
    end = 0
    for edit in edits:
        if (edit.start - end) * film_hz < -ROUNDED * track_hz:
            raise ClipRefused(Rule.TIMES_UNKNOWN, "it shows a part again")
        end = max(end, edit.start + (edit.length * track_hz // film_hz if film_hz else 0))


def _edits(body: bytes) -> Iterator[Edit]:
    row = struct.Struct(">QqI" if body[:1] == b"\1" else ">IiI")
    whole = body[ROWS_AT : ROWS_AT + (len(body) - ROWS_AT) // row.size * row.size]
    count = int.from_bytes(body[4:ROWS_AT])
    for (length, start, rate), _ in zip(row.iter_unpack(whole), range(count), strict=False):
        yield Edit(length=length, start=start, rate=rate)
