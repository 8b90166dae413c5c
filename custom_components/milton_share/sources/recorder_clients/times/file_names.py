"""Finds the time of each file's first frame, for files named by the second of their start. Pure.

Files of one run follow each other without a gap, so each says something about all others: where one begins is where
the one before ended. The time of each is what all of them allow.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from ..archive.archive import Placed

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """A recorder's naming: the most that a file's first frame can be older, or younger, than its name.

    `first_late_max_s`: how much older that of the first file of a run may be. `waits_max_s`: how long its writer may
    have waited in all files of a run alike. `seam_s`: how far the end of a file may be from the start of the next.
    """

    late_max_s: float
    early_max_s: float
    first_late_max_s: float
    waits_max_s: float
    seam_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """A file: the second in its name, its video's length, and whether its writer can't have waited."""

    start_s: int
    length_s: float
    prompt: bool


@dataclass(frozen=True, slots=True)
class _Span:
    """From the earliest to the latest possible."""

    low: float
    high: float

    def meet(self, other: _Span) -> _Span | None:
        low, high = max(self.low, other.low), min(self.high, other.high)
        return _Span(low, high) if low <= high else None

    def moved(self, seconds: float, doubt: float) -> _Span:
        return _Span(self.low + seconds - doubt, self.high + seconds + doubt)


def place(takes: Sequence[Take], habits: Habits) -> tuple[Placed, ...]:
    """Find the time of each file; input and result are oldest first."""
    found: list[Placed] = []
    for run in _runs(takes, habits):
        waited_s = 0.0 if any(take.prompt for take, _ in run) else habits.waits_max_s
        spans = [_Span(span.low - waited_s, span.high) for _, span in run]
        found += _place_run([take for take, _ in run], spans, habits.seam_s)
    return tuple(found)


def _runs(takes: Sequence[Take], habits: Habits) -> list[list[tuple[Take, _Span]]]:
    """Split the files into runs, each file with the bounds that earlier ones allow, as if its writer never waited.

    A writer that waits does so for all files alike: their names follow each other as they would without. Where it
    begins to wait, the names jump, which can't be told from a gap; then a new run begins.
    """
    runs: list[list[tuple[Take, _Span]]] = []
    for take in takes:
        own = _Span(take.start_s - habits.late_max_s, take.start_s + habits.early_max_s)
        first = _Span(take.start_s - habits.first_late_max_s, own.high)
        if runs:
            before, reached = runs[-1][-1]
            follows = reached.moved(before.length_s, habits.seam_s)
            both = own.meet(follows)
            if both is not None:
                runs[-1].append((take, both))
                continue
            first = first.meet(_Span(follows.low, own.high)) or first  # one run ends before the next begins
        runs.append([(take, first)])
    return runs


def _place_run(takes: Sequence[Take], forward: Sequence[_Span], seam_s: float) -> list[Placed]:
    """Tighten earlier files by later ones, then place them in order."""
    spans = [forward[-1]]
    for take, span in reversed(list(zip(takes[:-1], forward[:-1], strict=True))):
        spans.append(span.meet(spans[-1].moved(-take.length_s, seam_s)) or span)
    spans.reverse()
    at = (spans[0].low + spans[0].high) / 2
    placed = [_placed(at, spans[0])]
    for (before, _), span in zip(pairwise(takes), spans[1:], strict=True):
        at = min(max(at + before.length_s, span.low), span.high)
        placed.append(_placed(at, span))
    return placed


def _placed(at: float, span: _Span) -> Placed:
    return Placed(from_s=at, uncertainty_s=max(at - span.low, span.high - at))
