"""What one segment says of its UTC time, and the bounds by which that is judged. Pure.

Two witnesses. The camera's clock comes through RTCP sender reports as the `prft` of each fragment; until the first
report libav writes the moment of writing instead, which isn't the camera's word. The other is arrival: a segment's last
write happens when the picture after its end arrives, so the file's modification time less its end is when its media
began, a little late. What a whole run of segments makes of both: `../uncertainty.py`. All is by this home's clock,
whose own uncertainty is added where the time is stored.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .boxes import Contents

LAG_S = 0.12
"""From the lens to the disk where nothing stalls: encoder, network, interleaving (0.07 to 0.2 s measured)."""
LAG_MAX_S = 1.0
"""The same where the camera itself is slow: one that smooths its stream, or is busy. Who is slower sends reports."""
ARRIVAL_UNCERTAINTY_S = LAG_MAX_S - LAG_S
ALONE_UNCERTAINTY_S = ARRIVAL_UNCERTAINTY_S + 0.3
"""By the arrival of one segment only: a busy machine may have written that one late."""
CAMERA_UNCERTAINTY_S = 0.1
"""Of a sender report: measured below 0.01 s against numbers in the pixels; a camera may stamp after encoding."""
AHEAD_MAX_S = 0.1
"""How far a camera may be ahead of the arrival of its own picture: rounding and two clocks' jitter."""
BEHIND_MAX_S = 2.0
"""More than any camera's own delay."""
KEPT_BACK_MAX_S = 10.0
"""So long a server between may keep pictures that are a group or two behind. A clock that is behind by as much looks
the same; most are within a second, or minutes off."""
WRITTEN_NOW_S = 0.2
"""A reference this near its fragment's write is the write."""
AGREE_S = 0.3
"""References of one segment that agree this well are from the same clock."""
JUDGED_FRAGMENT_S = 0.24
"""A fragment must be this long for its start to be told from its write: with what a picture takes to come it is more
than `WRITTEN_NOW_S`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """The epoch time of media zero; camera time + offset = UTC."""

    zero_s: float
    uncertainty_s: float
    offset_s: float
    method: str


def camera_zero(contents: Contents, written_s: float) -> float | None:
    """Where the camera's clock puts media zero; None when no fragment carries the camera's word."""
    fragments = contents.fragments
    ends = [*(fragment.start_s for fragment in fragments[1:]), contents.end_s]
    judged = [
        (fragment, written_s - (contents.end_s - end))
        for fragment, end in zip(fragments, ends, strict=True)
        if fragment.reference and end - fragment.start_s >= JUDGED_FRAGMENT_S
    ]
    if not judged:
        return None
    last, last_write_s = judged[-1]
    if last.reference is None or abs(last.reference.epoch_s - last_write_s) < WRITTEN_NOW_S:
        return None
    zero = last.reference.epoch_s - last.reference.media_s
    zeros = [f.reference.epoch_s - f.reference.media_s for f in fragments if f.reference]
    return median(other for other in zeros if abs(other - zero) <= AGREE_S)
