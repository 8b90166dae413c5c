"""When were the segments of a run? Weighs all that a run says of itself at once. Pure.

A run's pictures follow each other, so one media zero holds for all its segments, and each is a witness of it: by when
it arrived, and by the camera's word. Two things end that, and are told apart:

- The camera's clock is put, and its stream goes on: its word moves, arrival doesn't. The run keeps one zero, that which
  arrival doubts least, so nothing falls between two segments or lies twice; only the offset that is stated changes.
- The time stamps of the stream jump: word and arrival move by the same, the word perhaps a few segments later, with the
  camera's next report. The run is split there, and the segments around it, which may have both times in them, are as
  unsure as the jump is large.

Some servers report by the moment of sending: their word goes with arrival, late as that is. Where it comes nearer, and
no picture stands as long as stamps would have jumped, pictures came late before, and the run keeps one zero, the
earlier one. Where it goes farther off, either may be: what follows is as unsure as it went off.

By arrival alone a stream that jumps can't be told from a line that was slow for a while: then both are allowed for.
The camera's word doesn't help where stamps jump just when its clock is put, or where it is lost, or not renewed yet. So
what the camera answers of its clock says where the zero is as of the segments in which it was heard, and no more: what
came earlier than they is as unsure as arrival, what came later is as unsure as it is late. A clock that is put by less
than one arrival tells may take stamps along, too: that shows where many in a row come a little earlier or later.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate
from math import inf
from typing import TYPE_CHECKING

from ..bounds import Bounds, met
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
"""A machine that is busy writes one or two segments late, not so many."""
FRAGMENT_MAX_S = 10.0
"""From one key picture to the next, at most."""
EVERY_PART = 6
"""An arrival is known to a heap (`filming/heaps.py`), a quarter of a second. So many that follow each other meet every
part of one: the earliest of them is hardly late."""
MISSED_S = 0.02
"""A clock is read, and a file's time is kept, no more exactly than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """The first segment after word and arrival moved by as much, the first whose word knows of it, and by how much.

    `of_stamps`: whether stamps jumped. Else pictures were late until then: none stands as long as a jump would let it.
    """

    at: int
    until: int
    by_s: float
    of_stamps: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Zero:
    """Where the zero of a run truly is, and where the arrivals of those segments have it as of which that is known.

    A segment came later than they did where its own arrival has the zero after `late_from_s`, and earlier where that
    has it before `early_until_s`. `soonest_s` is by the earliest of them: before that it came a little earlier.
    """

    bounds: Bounds
    late_from_s: float
    early_until_s: float
    soonest_s: float


def timed(seen: Sequence[Placed], answered: Zero | None) -> list[Anchor]:
    """Find the media zero of each segment of a run; ``answered``: where the run's is by the camera's answers."""
    jumps = find_jumps(seen)
    jump = next((one for one in jumps if one.of_stamps), None)
    if jump is None:  # what a camera answered beside a word that goes with arrival is no bound
        return _section(seen, None if jumps else answered)
    found = [*_section(seen[: jump.at], None), *timed(seen[jump.at :], None)]
    first = jump.at - 1 if jump.at >= LATE_IN_A_ROW else 0  # so few may all have been late, by chance by as much
    around_s, after_s = abs(jump.by_s) + AGREE_S, max(jump.by_s, 0.0)
    more_s = [around_s if number >= first else 0.0 for number in range(jump.until + 1)]
    more_s += [after_s] * (len(found) - len(more_s))
    return [replace(one, uncertainty_s=one.uncertainty_s + more) for one, more in zip(found, more_s, strict=True)]


def find_jumps(seen: Sequence[Placed]) -> list[Jump]:
    """Find where word and arrival moved by as much."""
    found: list[Jump] = []
    arrivals = [one.arrival_s for one in seen]
    before_s: float | None = None
    for number, one in enumerate(seen):
        if one.camera_s is None:
            continue
        jump_s = 0.0 if before_s is None else one.camera_s - before_s
        before_s = one.camera_s
        if abs(jump_s) <= AGREE_S:
            continue
        at = [
            index
            for index in range(1, number + 1)
            if abs(min(arrivals[index : number + LATE_IN_A_ROW]) - min(arrivals[:index]) - jump_s) <= AGREE_S
        ]
        if at:
            of_stamps = jump_s > 0 or _shows(seen[max(at[0] - 1, 0) : number + 1], -jump_s)
            first = at[0] if jump_s > 0 else at[-1]
            found.append(Jump(at=first, until=number, by_s=jump_s, of_stamps=of_stamps))
    return found


def _shows(seen: Sequence[Placed], ahead_s: float) -> bool:
    """Whether a picture stands as long as stamps that jumped ahead let it."""
    return any(one.take.measured.contents.stood_s >= ahead_s - AGREE_S for one in seen)


def _section(seen: Sequence[Placed], answered: Zero | None) -> list[Anchor]:
    """Time segments between which nothing jumped that is known of."""
    earliest_s = min(one.arrival_s for one in seen)
    slack_s = seen[0].slack_s if len(seen) == 1 else 0.0
    words = [one.camera_s for one in seen if one.camera_s is not None]
    believed = _believed(words, earliest_s, slack_s, answered)
    if believed is None:
        taken_s = _taken_s(words if answered is None else [answered.bounds.low_s], earliest_s)
        found = _by_arrival(seen, earliest_s, slack_s)
        return [_kept_back(anchor, one, taken_s) for anchor, one in zip(found, seen, strict=True)]
    zero_s, known = believed
    spoke = [one.camera_s is not None and abs(zero_s - one.camera_s) <= AGREE_S for one in seen]
    first = spoke.index(True) if True in spoke else 0
    late_s = _late_s(seen, min(earliest_s, known.late_from_s))
    return [
        _by_zero(one, zero_s, replace(where, high_s=where.high_s + by_s), unreported=number < first)
        for number, (one, where, by_s) in enumerate(zip(seen, _unless_early(seen, known), late_s, strict=True))
    ]


def _believed(
    words: Sequence[float], earliest_s: float, slack_s: float, answered: Zero | None
) -> tuple[float, Zero] | None:
    """Find the zero to be stated by the camera's words, and where it truly is; None where none can be believed.

    A picture can't be taken after it arrived, and not long before. Words that aren't compared with a clock of this home
    are as sure as arrival: the camera's clock may be ahead by what the picture took to come.
    """
    possible = Bounds(low_s=earliest_s - BEHIND_MAX_S - slack_s, high_s=earliest_s + AHEAD_MAX_S)
    asked = answered.bounds.wider(CAMERA_UNCERTAINTY_S) if answered is not None and words else None
    true = met(asked, possible) if asked is not None else None
    if answered is not None and asked is not None and true is not None:
        true = replace(true, low_s=max(asked.low_s, true.low_s - 2 * AGREE_S))  # an answer reaches over that end
        nearest_s = min(words, key=true.doubt_of)
        return nearest_s if true.allows(nearest_s) else true.middle_s, replace(answered, bounds=true)
    words = [word for word in words if possible.allows(word)]
    if not words:
        return None
    true = Bounds(low_s=earliest_s - LAG_MAX_S - slack_s, high_s=earliest_s)
    zero_s = min(words, key=true.doubt_of)
    if answered is not None:
        taken_s = _taken_s([answered.bounds.low_s], earliest_s)
        true = replace(true, low_s=min(true.low_s, taken_s - CAMERA_UNCERTAINTY_S))
    return zero_s, Zero(bounds=true, late_from_s=earliest_s, early_until_s=earliest_s, soonest_s=earliest_s)


def _by_zero(one: Placed, zero_s: float, true: Bounds, *, unreported: bool) -> Anchor:
    """Time a segment by the run's zero; where its own word is another, the camera's clock was put.

    Before the camera's first report, what looks like a word a little ahead may be the moment of writing.
    """
    offset_s = 0.0 if one.camera_s is None else zero_s - one.camera_s
    written = unreported and -FRAGMENT_MAX_S < offset_s < 0
    return Anchor(
        zero_s=zero_s + one.shift_s,
        uncertainty_s=max(CAMERA_UNCERTAINTY_S, true.doubt_of(zero_s)),
        offset_s=0.0 if written or abs(offset_s) <= AGREE_S else offset_s,
        method="rtcp",
    )


def _late_s(seen: Sequence[Placed], late_from_s: float) -> list[float]:
    """Return by how much each came late, where several in a row did, or the last ones: no busy machine makes that.

    The line may have been slow. Or stamps jumped, and the camera's word doesn't say so: its clock was put along with
    them, or it didn't report since. Up to what one arrival tells, only many in a row count.
    """
    arrivals = [one.arrival_s for one in seen]
    last = [*accumulate((one.arrival_s - one.slack_s for one in reversed(seen)), min)][::-1]
    first = _first_s(seen, late_from_s)
    found = []
    for number in range(len(seen)):
        late_s = max(_latest_s(arrivals, number), last[number], first[number]) - late_from_s
        little_s = _latest_s(arrivals, number, EVERY_PART) - late_from_s
        found.append(late_s if late_s > AGREE_S else little_s if little_s > CAMERA_UNCERTAINTY_S else 0.0)
    return found


def _unless_early(seen: Sequence[Placed], known: Zero) -> list[Bounds]:
    """Return where the zero of each is: what came early, and what is beside that, may have it elsewhere.

    Early is earlier than those did as of which the zero is known. No line becomes faster: stamps may have jumped
    between them, though the camera's word doesn't say so. What came a little early is doubted by that much; where it
    was much, arrival alone tells.
    """
    true, arrivals = known.bounds, [one.arrival_s for one in seen]
    surely = Bounds(low_s=min(true.low_s, min(arrivals) - LAG_MAX_S), high_s=max(true.high_s, min(arrivals)))
    found = []
    for number in range(len(seen)):
        little_s = known.soonest_s - _nearby_s(arrivals, number, EVERY_PART)
        less = replace(true, low_s=true.low_s - little_s) if little_s > CAMERA_UNCERTAINTY_S else true
        found.append(surely if known.early_until_s - _nearby_s(arrivals, number, LATE_IN_A_ROW) > AGREE_S else less)
    return found


def _nearby_s(arrivals: Sequence[float], number: int, count: int) -> float:
    """Return the zero by the earliest of all that are among so many in a row with a segment."""
    return min(arrivals[max(0, number - count + 1) : number + count])


def _by_arrival(seen: Sequence[Placed], earliest_s: float, slack_s: float) -> list[Anchor]:
    """Time segments by the arrivals of all, where they agree; else by all that may be.

    A picture that stands moves no time: cameras pause far more often than stamps jump.
    """
    arrivals = [one.arrival_s for one in seen]
    doubt_s = slack_s + (ALONE_UNCERTAINTY_S if len(seen) == 1 else ARRIVAL_UNCERTAINTY_S)
    found = []
    for number, (one, first_s) in enumerate(zip(seen, _first_s(seen, earliest_s), strict=True)):
        more_s = (_latest_s(arrivals, number) - earliest_s) / 2
        more_s = more_s if more_s > MISSED_S else 0.0
        zero_s = earliest_s + more_s - LAG_S
        found.append(
            Anchor(
                zero_s=zero_s + one.shift_s,
                uncertainty_s=max(doubt_s + more_s, first_s - zero_s),
                offset_s=one.stated_offset_s(zero_s),
                method="arrival",
            )
        )
    return found


def _first_s(seen: Sequence[Placed], earliest_s: float) -> list[float]:
    """Return of each of a run's first ones where the zero may be at most: later by what a picture stands behind it.

    So few may have been late. But no busy machine and no line lets a picture stand: stamps may have jumped by that, and
    by no more than those before are late. In the first one of a run nothing else tells.
    """
    before = accumulate((one.arrival_s for one in seen), min, initial=inf if seen[0].begins_run else seen[0].arrival_s)
    stood = [one.take.measured.contents.stood_s for one in seen]
    shown = [
        min(before_s, earliest_s + stood_s) if stood_s > AGREE_S else earliest_s
        for before_s, stood_s in zip(before, stood, strict=False)
    ]
    return [*accumulate(reversed(shown), max)][::-1]


def _taken_s(said: Sequence[float], earliest_s: float) -> float:
    """Return the earliest zero of those said that may be true where pictures are late; without one that of arrival.

    None is believed for that, as most such clocks are wrong.
    """
    return min((zero_s for zero_s in said if 0 < earliest_s - zero_s <= KEPT_BACK_MAX_S), default=earliest_s)


def _kept_back(anchor: Anchor, one: Placed, taken_s: float) -> Anchor:
    """Doubt a time by arrival as far as the camera's word has it earlier."""
    before_s = anchor.zero_s - one.shift_s - taken_s + CAMERA_UNCERTAINTY_S
    return replace(anchor, uncertainty_s=max(anchor.uncertainty_s, before_s))


def _latest_s(arrivals: Sequence[float], number: int, count: int = LATE_IN_A_ROW) -> float:
    """Return the zero by the earliest of so many in a row around a segment, where that is latest.

    Those just before it count too, for stamps may have jumped in its middle.
    """
    return unstalled_s(arrivals[max(0, number - count) : number + count], count)


def unstalled_s(arrivals: Sequence[float], count: int = LATE_IN_A_ROW) -> float:
    """Return the zero by the earliest of so many in a row, where that is latest: no stall makes all of them late."""
    starts = range(max(1, len(arrivals) - count + 1))
    return max(min(arrivals[start : start + count]) for start in starts)
