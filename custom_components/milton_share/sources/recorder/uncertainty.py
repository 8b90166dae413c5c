"""When the segments of a run were recorded, and how far that may be off. Pure.

The pictures of a run follow each other, so one media zero is stated for all its segments. Segment i states how far the
true zero may be from it, by the first of these methods that applies:

| method | the true zero lies |
|---|---|
| camera's clock asked | within `CAMERA_UNCERTAINTY_S` of the camera's word, corrected by what it answered |
| camera's sender reports | up to `LAG_MAX_S` before the earliest arrival; the camera's word is stated |
| arrival | the same; the earliest arrival less `LAG_S` is stated |

Whatever disagrees in the run makes that wider, never narrower, so that it covers both readings:

- Segments that came late, as behind a slow connection, or because the timestamps of the stream jumped: later by as
  much. One or two in a row are a busy machine, but not where a run begins or ends: there nothing tells.
- Words that are up to `KEPT_BACK_MAX_S` before arrival: a server keeps the pictures back, or the camera's clock is
  behind. The true zero may be as early.
- An answer about the camera's clock counts only while the words and arrivals of the whole run agree.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

from ..bounds import DRIFT, Bounds, met
from .times.anchor import (
    AGREE_S,
    AHEAD_MAX_S,
    ALONE_UNCERTAINTY_S,
    ARRIVAL_UNCERTAINTY_S,
    BEHIND_MAX_S,
    CAMERA_UNCERTAINTY_S,
    KEPT_BACK_MAX_S,
    LAG_MAX_S,
    LAG_S,
    Anchor,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .take import Placed

LATE_IN_A_ROW = 3
"""A busy machine writes one or two segments late, not so many."""
EVERY_PART = 6
"""An arrival is known to a heap (`filming/heaps.py`), a quarter of a second. The earliest of so many in a row is hardly
late: where it is, a camera that stamps by its clock had that changed by less than one arrival shows."""


def timed(seen: Sequence[Placed]) -> list[Anchor]:
    """Return the media zero of each segment of a run, and how far each may be off."""
    earliest_s = min(one.arrival_s for one in seen)
    slack_s = seen[0].slack_s if len(seen) == 1 else 0.0
    words = [one.camera_s for one in seen if one.camera_s is not None]
    possible = Bounds(low_s=earliest_s - BEHIND_MAX_S - slack_s, high_s=earliest_s + AHEAD_MAX_S)
    answered = _answered(seen, words, earliest_s)
    late = _late_s(seen, earliest_s)
    if seen[0].begins_run:  # of a jump in a run's first segment only a picture tells that lasts as long
        late[0] = max(late[0], seen[0].take.measured.contents.stood_s)
    if answered is not None and met(answered, possible):
        zero_s = min(words, key=answered.doubt_of)
        zero_s = zero_s if answered.allows(zero_s) else answered.middle_s
        late = [late_s if late_s > AGREE_S else 0.0 for late_s in late]
        return _stated(seen, zero_s, answered, late, CAMERA_UNCERTAINTY_S)
    true = _by_arrival(earliest_s, slack_s, words if answered is None else [*words, answered.low_s])
    believed = [word for word in words if possible.allows(word)]
    if believed:
        return _stated(seen, min(believed, key=true.doubt_of), true, late, CAMERA_UNCERTAINTY_S)
    least_s = slack_s + (ALONE_UNCERTAINTY_S if len(seen) == 1 else ARRIVAL_UNCERTAINTY_S)
    found = _stated(seen, earliest_s - LAG_S, true, late, least_s)
    moved = [late_s if late_s > AGREE_S else 0.0 for late_s in _late_s(seen, earliest_s, edge_s=-inf)]
    return [
        replace(one, method="arrival", offset_s=each.stated_offset_s(earliest_s - LAG_S + by_s))
        for one, each, by_s in zip(found, seen, moved, strict=True)
    ]


def _stated(seen: Sequence[Placed], zero_s: float, true: Bounds, late: Sequence[float], least_s: float) -> list[Anchor]:
    """State one zero for all segments; what is stated of a late one covers by how much it came late, too."""
    return [
        Anchor(
            zero_s=zero_s + one.shift_s,
            uncertainty_s=max(least_s, true.doubt_of(zero_s), true.high_s + late_s - zero_s),
            offset_s=one.stated_offset_s(zero_s),
            method="rtcp",
        )
        for one, late_s in zip(seen, late, strict=True)
    ]


def _by_arrival(earliest_s: float, slack_s: float, said: Sequence[float]) -> Bounds:
    """Return where the zero is by the earliest arrival, and by what may say that pictures are kept back."""
    kept_back = [zero_s - CAMERA_UNCERTAINTY_S for zero_s in said if 0 < earliest_s - zero_s <= KEPT_BACK_MAX_S]
    return Bounds(low_s=min([earliest_s - LAG_MAX_S - slack_s, *kept_back]), high_s=earliest_s)


def _answered(seen: Sequence[Placed], words: Sequence[float], earliest_s: float) -> Bounds | None:
    """Return where the zero is by the camera's latest answer about its clock.

    None without one, or where the run disagrees: the camera's clock or its timestamps may have been changed since.
    """
    unsteady_s = max(_late_s(seen, earliest_s, edge_s=-inf))
    moved_s = max(words) - min(words) if words else inf
    if max(unsteady_s, moved_s) > AGREE_S:
        return None
    late = _late_s(seen, earliest_s)
    for number in reversed(range(len(seen) - 1)):
        one, asked = seen[number], seen[number + 1].take.asked
        around = seen[max(0, number - 1) : number + 2]  # its clock may be changed between an answer and a report
        if asked is None or one.camera_s is None or any(each.camera_s is None for each in around):
            continue
        if one.began_s <= asked.at_s <= one.take.measured.written_s and late[number] <= AGREE_S:
            little_s = _little_s(seen, earliest_s)
            drift_s = DRIFT * (seen[-1].take.measured.written_s - asked.at_s)
            return asked.bounds.moved(one.camera_s).wider(CAMERA_UNCERTAINTY_S + moved_s + little_s + drift_s)
    return None


def _late_s(seen: Sequence[Placed], earliest_s: float, *, edge_s: float = inf) -> list[float]:
    """Return by how much each segment came late with two next to it.

    Those just before a segment count too: timestamps may have jumped in its middle. `edge_s` is when those came that
    would lie before and after the run: with `inf` fewer than three are enough at its ends.
    """
    edge = [edge_s] * (LATE_IN_A_ROW - 1)
    together = _earliest_s([*edge, *(one.arrival_s - one.slack_s for one in seen), *edge], LATE_IN_A_ROW)
    return [max(together[max(0, number - 1) : number + LATE_IN_A_ROW]) - earliest_s for number in range(len(seen))]


def _little_s(seen: Sequence[Placed], earliest_s: float) -> float:
    """Return by how much a minute of segments came late at most, known more exactly than by three."""
    return max(_earliest_s([one.arrival_s for one in seen], EVERY_PART), default=earliest_s) - earliest_s


def _earliest_s(arrivals: Sequence[float], count: int) -> list[float]:
    """Return the earliest of each so many in a row."""
    return [min(arrivals[start : start + count]) for start in range(len(arrivals) - count + 1)]
