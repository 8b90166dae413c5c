"""Where pictures of H.264 are missing from a recording, by how they are counted (ITU-T H.264, 7.4.3: frame_num). Pure.

A decoder shows what follows as if the picture before had been the missing one. HEVC's decoder shows nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .fields import count_of
from .nal import H264, RULES

if TYPE_CHECKING:
    from collections.abc import Iterable

OFTEN = 4  # one picture in so many: that is how the camera counts, or what was left out on purpose
REFERRED_TO = 0x60  # nal_ref_idc: others are made of it
RULES_OF_H264 = RULES[H264]


@dataclass(slots=True)
class Missing:
    """Goes through the pictures as they are decoded."""

    _last: int | None = None  # the number of the last picture that others are made of
    _seen: int = 0
    _found: int = 0

    def is_before(self, units: Iterable[bytes], sets: tuple[bytes, ...]) -> bool:
        """Whether one is missing right before the next picture, and few were so far; `sets` are those in force."""
        first = next(filter(RULES_OF_H264.is_slice, units), None)
        count = count_of(first, sets) if first is not None else None
        if first is None or count is None:
            return False
        number, numbers = count
        last = self._last if not RULES_OF_H264.is_idr(first) else None
        self._last = number if first[0] & REFERRED_TO else (number - 1) % numbers
        self._seen += 1
        if last is None or number in {last, (last + 1) % numbers}:
            return False
        self._found += 1
        return self._found * OFTEN <= self._seen
