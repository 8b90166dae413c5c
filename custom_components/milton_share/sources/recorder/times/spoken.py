"""Which reference times are the camera's own word. Pure.

Until a camera's first sender report libav writes the moment of writing in their place. Whoever copies its packets sees
which of them bring a report, and says from when on; what a fragment says of before is nobody's word.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .boxes import Contents, Fragment

NEAR_S = 0.001
"""Time stamps are rounded to the track's own ticks."""
LATE_BEFORE_S, LATE_AFTER_S = 15.0, 300.0
"""A report is known to be late two heaps after it, up to as long as the server paused; and the segments before are
weighed with those that follow for five minutes (`timing.SEGMENTS`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """How far sound may be from its pictures, or these from their time, in what begins before a moment of the run."""

    by_s: float
    until_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """How late pictures are from about a moment of the run on, behind a server that keeps them, as far as is known."""

    by_s: float
    at_s: float

    def doubts(self, start_s: float, end_s: float) -> bool:
        """Whether it is of a segment that lies there in the run; what came minutes later is weighed without it."""
        return end_s > self.at_s - LATE_BEFORE_S and start_s < self.at_s + LATE_AFTER_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """When in a run the camera's clock was heard first (None: never), and where in the run a segment begins."""

    at_s: float | None
    lies_at_s: float
    apart: Apart | None = None
    late: tuple[Late, ...] = ()


def spoken(contents: Contents, heard: Heard) -> Contents:
    """Take away what the camera didn't say."""

    def kept(fragment: Fragment) -> Fragment:
        if fragment.reference is None or heard.at_s is None:
            return replace(fragment, reference=None)
        lies_at_s = heard.lies_at_s + fragment.reference.media_s - contents.start_s
        return fragment if lies_at_s >= heard.at_s - NEAR_S else replace(fragment, reference=None)

    return replace(contents, fragments=tuple(map(kept, contents.fragments)))
