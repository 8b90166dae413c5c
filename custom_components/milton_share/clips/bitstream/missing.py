"""Where pictures of H.264 are missing from a recording, by how they are counted (ITU-T H.264, 7.4.3: frame_num). Pure.

A decoder shows what follows as if the picture before had been the missing one. HEVC's decoder shows nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..refusal import ClipRefused
from .bits import Bits
from .fields import HEAD_BYTES, count_of
from .nal import H264, RULES

if TYPE_CHECKING:
    from collections.abc import Iterable

OFTEN = 4  # one picture in so many: that is how the camera counts, or what was left out on purpose
JUDGED = 11  # pictures: of so many three are one in four of those that lack one in three
I_SLICES = {2, 7}  # slice_type: made of no other picture
REFERRED_TO = 0x60  # nal_ref_idc: others are made of it
RULES_OF_H264 = RULES[H264]


def is_referred_to(units: Iterable[bytes]) -> bool:
    """Whether others may be made of a picture; also where nothing of it can be read."""
    first = next(filter(RULES_OF_H264.is_slice, units), None)
    return first is None or bool(first[0] & REFERRED_TO)


def is_made_of_others(units: Iterable[bytes]) -> bool:
    """Whether a picture says that it is made of others; not where nothing of it can be read."""
    first = next(filter(RULES_OF_H264.is_slice, units), b"")
    bits = Bits.of(first[1:HEAD_BYTES])
    try:
        bits.ue()
        return bits.ue() not in I_SLICES
    except ClipRefused:
        return False


@dataclass(slots=True)
class Missing:
    """Goes through the pictures as they are decoded."""

    in_doubt: bool = False  # one seems to be missing, of so few that it may be how the camera counts
    _last: int | None = None  # the number of the last picture that others are made of
    _seen: int = 0
    _found: int = 0

    def is_before(self, units: Iterable[bytes], sets: tuple[bytes, ...]) -> bool:
        """Whether one is missing before the next picture, and few were so far; `sets` are those in force.

        One of the first few is told of when it is known how often any is, or at the next key picture.
        """
        first = next(filter(RULES_OF_H264.is_slice, units), None)
        self._seen += 1
        is_key = first is not None and RULES_OF_H264.is_idr(first)
        if first is not None and self._is_after_one(first, sets) and not is_key:
            self._found += 1
            self.in_doubt = True
        if not self.in_doubt or not (is_key or self._seen >= JUDGED):
            return False
        self.in_doubt = False
        return is_key or self._found * OFTEN <= self._seen

    def _is_after_one(self, unit: bytes, sets: tuple[bytes, ...]) -> bool:
        count = count_of(unit, sets)
        if count is None:
            return False
        number, numbers = count
        last = self._last
        self._last = number if unit[0] & REFERRED_TO else (number - 1) % numbers
        return last is not None and number not in {last, (last + 1) % numbers}
