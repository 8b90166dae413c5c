"""What the segments of one run say about each other's times, as they come. Pure but for what it remembers."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from ..bounds import DRIFT, Bounds, agreed
from ..home_clock import is_synchronised
from .sections import LATE_IN_A_ROW, Zero, find_jumps, timed, unstalled_s
from .take import Placed, Take
from .times.anchor import AGREE_S

if TYPE_CHECKING:
    from ..bounds import ClockAnswer
    from .run import Closed
    from .store.index import Row
    from .times.anchor import Anchor
    from .times.spoken import Apart, Late

__all__ = ["Take", "Timing"]

SEGMENTS = 30
"""Over which is weighed: more, and a camera's drift would show."""
ANSWERS = 4
"""Of the camera about its clock, the latest."""
PUT_S = 0.1
"""Between two segments the machine's clock was put, if it moved by more: less than what arrival is unsure of, and more
than a clock is slowed or hurried by in that time."""
SURER_S, SAME_S = 0.05, 0.005
"""A time that was written down is written anew when it becomes surer by so much, or isn't allowed any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Where a run's zero is as the camera answered at a moment, by its word in the segment that it was heard with.

    `words` are the least and the most of its words in that segment, the one before and the one after. `arrivals` has
    the zero by each of the segments around, so many that not all are late by a stall; `after` counts those of them that
    came later.
    """

    zero: Bounds
    at_s: float
    words: Bounds
    arrivals: tuple[float, ...]
    after: int = 0

    @property
    def moved_s(self) -> float:
        """By how much the camera's word moved: its clock may have been put before it answered, or after."""
        return self.words.high_s - self.words.low_s

    def followed(self, placed: Placed) -> Answer | None:
        """Take a segment that came after; None where the first of these has no word: then nothing is known."""
        if self.after >= LATE_IN_A_ROW - 1:
            return self
        found = replace(self, arrivals=(*self.arrivals, placed.arrival_s), after=self.after + 1)
        if self.after:
            return found
        said_s = placed.camera_s
        if said_s is None:
            return None
        words = Bounds(low_s=min(said_s, self.words.low_s), high_s=max(said_s, self.words.high_s))
        return replace(found, words=words)

    def zero_at(self, now_s: float) -> Bounds:
        """Where the zero is as of a later moment; less sure by what the camera's word moved."""
        return self.zero.wider(self.moved_s + DRIFT * abs(now_s - self.at_s))

    def soonest_at(self, now_s: float) -> Bounds:
        """Where the zero is as of a later moment by the earliest of these arrivals."""
        return Bounds.around(min(self.arrivals), DRIFT * abs(now_s - self.at_s))

    def unstalled_at(self, now_s: float) -> Bounds:
        """Where it is then by the latest that no stall explains."""
        return Bounds.around(unstalled_s(self.arrivals), DRIFT * abs(now_s - self.at_s))


@dataclass(slots=True, kw_only=True)
class Timing:
    """One run of ffmpeg: where it has come to, and what is known of its media zero."""

    reached_s: float = 0.0
    seen: deque[Placed] = field(default_factory=lambda: deque(maxlen=SEGMENTS))
    told: dict[str, Anchor] = field(default_factory=dict)
    answers: deque[Answer] = field(default_factory=lambda: deque(maxlen=ANSWERS))
    asked: ClockAnswer | None = None
    apart: Apart | None = None
    """What the run told of sound and pictures."""
    late: tuple[Late, ...] = ()
    """What it told of pictures that are late."""
    clock: tuple[float, bool] | None = None
    """Where the machine's clock stood at the segment before, and whether a time service had set it."""

    def rows(self, take: Take, closed: Closed | None, slack_s: float) -> list[Row]:
        """Time a segment, the latest of the run, and anew those whose time it makes better known, or less sure.

        `closed` is ffmpeg's word where there was one. A file that its writer didn't finish was last written when a
        picture arrived: no slack then. Where the clock was put since the segment before, no segment says anything of
        another's time across that: what is timed stays, and this one, written before or after, speaks for itself only.
        """
        contents = take.measured.contents
        lies_at_s = closed.start_s if closed else self.reached_s
        self.reached_s = lies_at_s + contents.end_s - contents.start_s
        slack_s = slack_s if contents.finished else 0.0
        placed = Placed(take=take, shift_s=lies_at_s - contents.start_s, slack_s=slack_s)
        if self._was_put(take):
            return [take.row(self._doubted(placed, timed([placed], None)[0]))]
        self._hear(placed)
        self.seen.append(placed)
        seen = tuple(self.seen)
        if find_jumps(seen):
            self.answers.clear()
        found = [*map(self._doubted, seen, timed(seen, self._answered(placed)))]
        if len(seen) == self.seen.maxlen:  # what came before these is forgotten
            found[:LATE_IN_A_ROW] = map(self._no_surer, seen, found[:LATE_IN_A_ROW])
        return [self._tell(one, anchor) for one, anchor in zip(seen, found, strict=True) if self._is_new(one, anchor)]

    def _hear(self, placed: Placed) -> None:
        """Take the camera's answer about its clock with its word in the segment that was filmed meanwhile.

        An answer from before the segment before may be of another clock: a camera that starts anew has none of its own.
        So may one from after this segment was written, where files wait for long until they are entered.
        Where the clock was put around then, the answer is less sure by that. The words in the segments before and after
        tell; without them it says nothing. One that came in the run's first segment, for long the only one, is heard
        with the second.
        """
        asked, said_s = placed.take.asked, placed.camera_s
        followed = [one.followed(placed) for one in self.answers]
        self.answers.clear()
        self.answers.extend(one for one in followed if one is not None)
        before = self.seen[-1] if self.seen else None
        if before is None or asked is None or asked == self.asked or asked.at_s > placed.take.measured.written_s:
            return
        self.asked = asked
        if said_s is None or before.camera_s is None:
            return
        if asked.at_s >= _began_s(before):
            words = Bounds(low_s=min(said_s, before.camera_s), high_s=max(said_s, before.camera_s))
            arrivals = (*(one.arrival_s for one in self.seen), placed.arrival_s)[-LATE_IN_A_ROW - 1 :]
            zero = asked.bounds.moved(said_s)
            self.answers.append(Answer(zero=zero, at_s=asked.at_s, words=words, arrivals=arrivals))

    def _doubted(self, one: Placed, found: Anchor) -> Anchor:
        """Add by how much sound may be apart from its pictures, where that was not mended yet, or these be late."""
        contents = one.take.measured.contents
        start_s, end_s = one.shift_s + contents.start_s, one.shift_s + contents.end_s
        doubts_s = [each.by_s for each in self.late if each.doubts(start_s, end_s)]
        if self.apart is not None and start_s < self.apart.until_s:
            doubts_s.append(self.apart.by_s)
        return replace(found, uncertainty_s=found.uncertainty_s + max(doubts_s, default=0.0))

    def _answered(self, placed: Placed) -> Zero | None:
        """Where the zero is by all answers; None without any."""
        now_s = placed.take.measured.written_s
        zero = agreed(one.zero_at(now_s) for one in self.answers)
        if zero is None:
            return None
        sure = [one for one in self.answers if one.moved_s <= AGREE_S]  # if these agree no stamps jumped between them
        soonest = [one.soonest_at(now_s) for one in sure or self.answers]
        unstalled = [one.unstalled_at(now_s) for one in sure or self.answers]
        return Zero(
            bounds=zero,
            late_from_s=max(one.high_s for one in soonest),
            early_until_s=min(one.low_s for one in unstalled),
            soonest_s=min(one.low_s for one in soonest),
        )

    def _no_surer(self, one: Placed, found: Anchor) -> Anchor:
        """Leave a time where it is, less sure if need be: a file in which stamps jumped looks like those after it."""
        told = self.told.get(one.take.name, found)
        needed_s = abs(told.zero_s - found.zero_s) + found.uncertainty_s
        return replace(told, uncertainty_s=max(told.uncertainty_s, needed_s))

    def _is_new(self, one: Placed, found: Anchor) -> bool:
        """Whether a time must be written down: it was none, it isn't allowed any more, or it is much surer now."""
        told = self.told.get(one.take.name)
        if told is None or (told.method, round(told.offset_s)) != (found.method, round(found.offset_s)):
            return True
        needed_s = abs(told.zero_s - found.zero_s) + found.uncertainty_s
        return told.uncertainty_s < needed_s - SAME_S or told.uncertainty_s > found.uncertainty_s + SURER_S

    def _tell(self, one: Placed, found: Anchor) -> Row:
        self.told[one.take.name] = found
        if len(self.told) > 2 * SEGMENTS:
            names = {each.take.name for each in self.seen}
            self.told = {name: anchor for name, anchor in self.told.items() if name in names}
        return one.take.row(found)

    def _was_put(self, take: Take) -> bool:
        """Note where the machine's clock stands, and forget what was known by another, or before it was set."""
        before, self.clock = self.clock, (take.measured.lead_s, is_synchronised(take.home_doubt_s))
        if before is None or (abs(self.clock[0] - before[0]) <= PUT_S and self.clock[1] is before[1]):
            return False
        self.seen.clear()
        self.answers.clear()
        return True


def _began_s(placed: Placed) -> float:
    """When a segment began, by its arrival."""
    return placed.arrival_s + placed.shift_s + placed.take.measured.contents.start_s
