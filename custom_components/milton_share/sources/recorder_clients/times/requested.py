"""Places a file that was requested by time but comes without times: only its length tells. Pure.

A recorder that is asked for a range begins near its start (at a key picture) and ends near its end. Where nothing was
recorded in the middle, the pictures after it follow those before it. So a file as long as what was asked has no hole,
and the time of its pictures is known to the slack of its ends. One that is shorter has holes nobody knows where: each
picture was as much later as is missing, or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..archive.archive import Placed

OVERLAP_MS = 6_000
"""By how much ranges that follow each other are asked for twice: a key picture lies in it, and is in both files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedRange:
    """A range by the recorder's clock, and how far the file's ends may be from the range's ends."""

    from_ms: int
    until_ms: int
    slack_ms: int

    def missing_ms(self, length_s: float) -> float:
        """How much shorter the file is than the longest one possible; negative: it is longer than requested."""
        return self.until_ms - self.from_ms + 2 * self.slack_ms - length_s * 1000

    def is_whole(self, length_s: float) -> bool:
        """Whether the file can be without a hole: all that is missing can be missing at its ends."""
        return self.missing_ms(length_s) <= 4 * self.slack_ms

    def placed(self, length_s: float) -> Placed:
        """Place its first frame in the middle of what is possible."""
        doubt_ms = self.missing_ms(length_s) / 2
        return Placed(from_s=(self.from_ms - self.slack_ms + doubt_ms) / 1000, uncertainty_s=doubt_ms / 1000)
