"""Whatever a camera's clock does in a run: no picture is farther from its stated time than is stated. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from hypothesis import assume, example, given
from hypothesis import strategies as st

from custom_components.milton_share.sources.bounds import Bounds, ClockAnswer
from custom_components.milton_share.sources.recorder.run import Closed
from custom_components.milton_share.sources.recorder.store.files import Measured
from custom_components.milton_share.sources.recorder.take import Take
from custom_components.milton_share.sources.recorder.times.anchor import LAG_MAX_S, WRITTEN_NOW_S
from custom_components.milton_share.sources.recorder.times.boxes import Contents, Fragment, Reference
from custom_components.milton_share.sources.recorder.timing import SAME_S, Timing
from custom_components.milton_share.sources.recorder.timing import SEGMENTS as WEIGHED
from custom_components.milton_share.sources.recorder.uncertainty import LATE_IN_A_ROW

if TYPE_CHECKING:
    from custom_components.milton_share.sources.recorder.store.index import Row

NOON_S = 1_800_000_000.0
SEGMENT_S, FRAGMENT_S, REPORT_EVERY_S = 10.0, 2.0, 5.0
SEGMENTS = 12
ASK_EVERY_SEGMENTS = 4
ROUNDED_S = SAME_S + 0.001
HEAP_S = 0.2489


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What really happens. Times are seconds since the run began; `put_s` the camera's clock, `leap_s` its stamps.

    A server between keeps pictures for `kept_s`, and from `turns_at_s` on for `then_kept_s`; where it reports by the
    moment of sending, that is what it says of them. It is asked in the segments `asked_in`; `weighed` is how many files
    are weighed at once.
    """

    lag_s: float
    error_s: float
    put_at_s: float
    put_s: float
    leap_at_s: float
    leap_s: float
    late_s: tuple[float, ...]
    reports: bool
    asked: bool
    turns_at_s: float = 1e9
    kept_s: float = 0.0
    then_kept_s: float = 0.0
    by_sending: bool = False
    report_every_s: float = REPORT_EVERY_S
    asked_in: tuple[int, ...] = tuple(range(0, SEGMENTS, ASK_EVERY_SEGMENTS))
    weighed: int = WEIGHED

    def delay_s(self, at_s: float) -> float:
        """How long pictures of a moment are kept."""
        return self.kept_s if at_s < self.turns_at_s else self.then_kept_s

    def camera_error_s(self, at_s: float) -> float:
        """By how much the camera's clock is ahead at a moment."""
        return self.error_s + (self.put_s if at_s >= self.put_at_s else 0.0)

    def stamp_s(self, at_s: float) -> float:
        """Which time stamp a picture has in the file; ffmpeg lets none go backwards, so it stands still instead."""
        if at_s < self.leap_at_s:
            return at_s
        return max(at_s + self.leap_s, self.leap_at_s)

    def is_hole(self, stamp_s: float) -> bool:
        """Whether no picture has that stamp: it was jumped over."""
        return self.leap_at_s <= stamp_s < self.leap_at_s + self.leap_s

    def true_s(self, stamp_s: float) -> tuple[float, float]:
        """Between which moments a picture with that stamp may have been taken."""
        if stamp_s < self.leap_at_s:
            return stamp_s, stamp_s
        back_s = stamp_s - self.leap_s
        if self.leap_s < 0 and stamp_s == self.leap_at_s:
            return self.leap_at_s, back_s
        return max(back_s, self.leap_at_s), max(back_s, self.leap_at_s)

    def reference(self, stamp_s: float) -> Reference | None:
        """Return what the camera's last report makes of a stamp."""
        taken_s = self.true_s(stamp_s)[0]
        reported_s = taken_s // self.report_every_s * self.report_every_s
        if not self.reports or taken_s < self.report_every_s:
            return None
        said_s = NOON_S + reported_s + self.camera_error_s(reported_s)
        said_s += self.delay_s(reported_s) if self.by_sending else 0.0
        return Reference(epoch_s=said_s + stamp_s - self.stamp_s(reported_s), media_s=stamp_s)


def takes(run: Run) -> list[Take]:
    """Film it: each segment is written when the picture after its end arrives, or later."""
    found = []
    for number in range(SEGMENTS):
        start_s, end_s = number * SEGMENT_S, (number + 1) * SEGMENT_S
        if run.is_hole(end_s):
            end_s = run.leap_at_s
        stamps = [start_s + step * FRAGMENT_S for step in range(round(SEGMENT_S / FRAGMENT_S))]
        stamps = [at for at in stamps if at < end_s and not run.is_hole(at)] or [run.leap_at_s + run.leap_s]
        ends = [*stamps[1:], end_s]
        fragments = tuple(
            Fragment(start_s=at, end_s=end, reference=run.reference(at)) for at, end in zip(stamps, ends, strict=True)
        )
        written_s = run.true_s(end_s)[1] + run.lag_s + run.late_s[number] + run.delay_s(end_s)
        leaps = start_s <= run.leap_at_s < start_s + SEGMENT_S
        found.append(
            Take(
                name=f"{number}.mp4",
                camera_id="camera",
                asked=_answer(run, number) if run.asked else None,
                measured=Measured(
                    size_bytes=1,
                    sha256="00",
                    contents=Contents(
                        fragments=fragments,
                        gaps=(),
                        whole_bytes=1,
                        finished=True,
                        stood_s=max(run.leap_s, 0.0) if leaps else 0.0,
                    ),
                    written_s=NOON_S + written_s,
                    lead_s=0.0,
                ),
            )
        )
    return found


def _answer(run: Run, number: int) -> ClockAnswer | None:
    """Return what the camera was asked last: while a segment was filmed, before it was closed."""
    last = max((one for one in run.asked_in if one <= number), default=None)
    if last is None:
        return None
    at_s = run.true_s(last * SEGMENT_S + 1.0)[1]
    behind_s = -run.camera_error_s(at_s)
    return ClockAnswer(bounds=Bounds(low_s=behind_s - 0.03, high_s=behind_s + 0.02), at_s=NOON_S + at_s)


def stated(run: Run) -> dict[str, Row]:
    """Return what is stated of each file at last."""
    timing, rows = Timing(seen=deque(maxlen=run.weighed)), {}
    for one in takes(run):
        contents = one.measured.contents
        closed = Closed(name=one.name, start_s=contents.start_s, end_s=contents.end_s)
        rows.update({row.name: row for row in timing.rows(one, closed, 0.0)})
    return rows


def check(run: Run) -> None:
    """Compare what is stated at last of each file with all that its pictures may really be."""
    for name, row in stated(run).items():
        first_s = int(name.partition(".")[0]) * SEGMENT_S
        for step in range(101):
            stamp_s = first_s + step * SEGMENT_S / 101
            if run.is_hole(stamp_s):
                continue
            stated_s = row.from_ms / 1000 - NOON_S + stamp_s - row.media_start_s
            doubt_s = row.uncertainty_ms / 1000 + ROUNDED_S
            for true_s in run.true_s(stamp_s):
                assert abs(stated_s - true_s) <= doubt_s, (name, stated_s, true_s, doubt_s)


QUIET = st.floats(0.0, 0.02)
STALLS = st.tuples(*[st.one_of(QUIET, QUIET, QUIET, QUIET, st.floats(1.0, 40.0))] * SEGMENTS)
ERRORS = st.one_of(st.just(0.0), st.floats(-0.4, 0.4), st.floats(-3.0, 3.0), st.floats(-7200.0, 7200.0))
"""At most two files in a row come late: that is what is taken for granted."""
MOMENTS = st.one_of(st.just(1e9), st.floats(35.0, SEGMENTS * SEGMENT_S - 35.0))


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Any camera; some files before and after a jump of its stamps are written in time, or nothing would tell."""
    leap_at_s = draw(MOMENTS)
    late_s = _late_s(draw(STALLS), leap_at_s)
    return Run(
        lag_s=draw(st.floats(0.03, LAG_MAX_S - 0.05)),
        error_s=draw(ERRORS),
        put_at_s=draw(MOMENTS),
        put_s=draw(ERRORS),
        leap_at_s=leap_at_s,
        leap_s=draw(st.one_of(st.floats(-9.0, -1.0), st.floats(1.0, 9.0))),
        late_s=late_s,
        reports=draw(st.booleans()),
        asked=draw(st.booleans()),
    )


def _late_s(stalls: tuple[float, ...], turn_s: float) -> tuple[float, ...]:
    late_s = tuple(late if number % LATE_IN_A_ROW else 0.0 for number, late in enumerate(stalls))
    if turn_s >= SEGMENTS * SEGMENT_S:
        return late_s
    return tuple(
        late if abs(number * SEGMENT_S - turn_s) > 4 * SEGMENT_S else 0.0 for number, late in enumerate(late_s)
    )


@st.composite
def servers(draw: st.DrawFn) -> Run:
    """Draw a server between that keeps pictures: all along, and the camera's clock is right or was asked; or a while.

    Then its reports may be by the moment of sending. Nothing tells of one that keeps them all along and says nothing,
    nor where what the camera says of them looks like the moment of writing: then its answer is of no use either.
    """
    turns, asked = draw(st.booleans()), draw(st.booleans())
    kept_s, turns_at_s = draw(st.floats(0.35, 9.0)), draw(MOMENTS) if turns else 1e9
    is_kept_first = turns_at_s >= SEGMENTS * SEGMENT_S or draw(st.booleans())
    by_sending = turns_at_s < SEGMENTS * SEGMENT_S and draw(st.booleans())
    lag_s, error_s = draw(st.floats(0.03, 0.6)), draw(ERRORS) if asked or by_sending else 0.0
    assume(turns_at_s < SEGMENTS * SEGMENT_S or abs(error_s - FRAGMENT_S - lag_s - kept_s) > WRITTEN_NOW_S + 0.1)
    return Run(
        lag_s=lag_s,
        error_s=error_s,
        put_at_s=1e9,
        put_s=0.0,
        leap_at_s=1e9,
        leap_s=0.0,
        late_s=_late_s(draw(STALLS), turns_at_s),
        reports=by_sending or turns_at_s >= SEGMENTS * SEGMENT_S or draw(st.booleans()),
        asked=asked,
        turns_at_s=turns_at_s,
        kept_s=kept_s if is_kept_first else 0.0,
        then_kept_s=0.0 if is_kept_first else kept_s,
        by_sending=by_sending,
    )


@given(run=servers())
def test_no_picture_is_farther_from_its_time_than_is_stated_where_a_server_keeps_pictures(run: Run) -> None:
    """As far as anything tells that they are late: a report, the camera's answer, or others that were not."""
    check(run)


CATCHES_UP = Run(
    lag_s=0.1,
    error_s=0.0,
    put_at_s=1e9,
    put_s=0.0,
    leap_at_s=1e9,
    leap_s=0.0,
    late_s=(0.0,) * SEGMENTS,
    reports=True,
    asked=False,
    turns_at_s=63.0,
    kept_s=4.0,
    by_sending=True,
)


@given(run=servers())
@example(run=CATCHES_UP)
def test_no_file_of_a_run_begins_much_before_the_one_before_it_ends(run: Run) -> None:
    """Their pictures follow each other; a cut is refused where files overlap by more than is stated of them."""
    rows = [row for _, row in sorted(stated(run).items(), key=lambda item: int(item[0].partition(".")[0]))]
    for before, after in pairwise(rows):
        assert before.until_ms - after.from_ms <= before.uncertainty_ms + after.uncertainty_ms


@given(run=runs())
def test_no_picture_is_farther_from_its_time_than_is_stated(run: Run) -> None:
    """With and without reports, asked or not; the clock wrong, put in the middle; some files written late."""
    check(run)


JUMPS_BACK = Run(
    lag_s=0.2,
    error_s=-0.3,
    put_at_s=1e9,
    put_s=0.0,
    leap_at_s=37.5,
    leap_s=-9.0,
    late_s=(0.0,) * SEGMENTS,
    reports=True,
    asked=False,
)


@given(run=runs())
@example(run=JUMPS_BACK)
def test_no_picture_is_farther_from_its_time_than_is_stated_when_what_came_before_is_weighed_no_more(run: Run) -> None:
    """The file in which stamps jumped looks like those after it then."""
    check(replace(run, weighed=8))


@st.composite
def lost_words(draw: st.DrawFn) -> Run:
    """Draw a camera whose reports look like the moment of writing, before its clock is put or after; its stamps jump.

    Its clock is ahead by as much as a fragment takes, and its picture to come.
    """
    lag_s = draw(st.floats(0.03, LAG_MAX_S - 0.05))
    lost_s = FRAGMENT_S + lag_s + draw(st.floats(-0.25, 0.25))
    other_s = draw(st.one_of(st.just(0.0), st.floats(-3.0, 3.0)))
    error_s, then_s = draw(st.permutations((lost_s, other_s)))
    leap_at_s = draw(st.floats(35.0, 85.0))
    return Run(
        lag_s=lag_s,
        error_s=error_s,
        put_at_s=draw(st.one_of(st.just(leap_at_s), st.floats(35.0, 85.0))),
        put_s=then_s - error_s,
        leap_at_s=leap_at_s,
        leap_s=draw(st.sampled_from((1, -1))) * draw(st.one_of(st.floats(1.0, 1.5), st.floats(1.0, 9.0))),
        late_s=(0.0,) * SEGMENTS,
        reports=True,
        asked=draw(st.booleans()),
    )


def lost_word(lag_s: float, error_s: float, put_s: float, leap_s: float, at_s: float) -> Run:
    """Return one that was found; all happened in one moment."""
    none_late_s = (0.0,) * SEGMENTS
    times = {"put_at_s": at_s, "put_s": put_s, "leap_at_s": at_s, "leap_s": leap_s, "late_s": none_late_s}
    return Run(lag_s=lag_s, error_s=error_s, reports=True, asked=True, **times)


@given(run=lost_words())
@example(run=lost_word(0.875, 0.0, 3.0, 1.0, 35.0))
@example(run=lost_word(0.614, 2.5, -2.5, -1.441, 76.565))
@example(run=lost_word(0.579, 2.405, -0.894, 1.0, 82.087))
@example(run=lost_word(0.43, -2.117, 4.381, 3.46, 40.043))
@example(run=lost_word(0.946, 3.195, -4.45, 1.064, 77.532))
def test_no_picture_is_farther_from_its_time_than_is_stated_where_the_camera_s_word_is_lost(run: Run) -> None:
    """What the zero was known by then says nothing of stamps that jump meanwhile."""
    check(run)


@st.composite
def rarely_asked(draw: st.DrawFn) -> Run:
    """Draw a camera that answered once, minutes before its clock is put as its stamps jump, or a report away from it.

    Many stamp by their clock: then these move by the same, and the word says nothing of it. What came before is weighed
    no more when the next answer comes.
    """
    leap_at_s = draw(st.floats(55.0, 85.0))
    leap_s = draw(st.sampled_from((1, -1))) * draw(st.one_of(st.floats(1.0, 1.2), st.floats(1.0, 9.0)))
    every_s = draw(st.sampled_from((5.0, 15.0, 30.0)))
    return Run(
        lag_s=draw(st.floats(0.03, LAG_MAX_S - 0.05)),
        error_s=draw(ERRORS),
        put_at_s=leap_at_s + draw(st.one_of(st.just(0.0), st.floats(-every_s / 2, every_s / 2))),
        put_s=draw(st.one_of(st.just(0.0), st.just(leap_s), st.floats(leap_s - 0.3, leap_s + 0.3), ERRORS)),
        leap_at_s=leap_at_s,
        leap_s=leap_s,
        late_s=(0.0,) * SEGMENTS,
        reports=True,
        asked=True,
        report_every_s=every_s,
        asked_in=(4,),
        weighed=draw(st.sampled_from((8, WEIGHED))),
    )


STAMPS_BY_ITS_CLOCK = Run(
    lag_s=0.9,
    error_s=0.0,
    put_at_s=75.0,
    put_s=1.0,
    leap_at_s=75.0,
    leap_s=1.0,
    late_s=(0.0,) * SEGMENTS,
    reports=True,
    asked=True,
    asked_in=(4,),
)
PUT_BACK_LONG_AGO = replace(STAMPS_BY_ITS_CLOCK, put_at_s=60.0, put_s=-1.0, leap_at_s=60.0, leap_s=-1.0, weighed=5)


@given(run=rarely_asked())
@example(run=STAMPS_BY_ITS_CLOCK)
@example(run=PUT_BACK_LONG_AGO)
def test_no_picture_is_farther_from_its_time_than_is_stated_where_the_camera_answered_long_ago(run: Run) -> None:
    """Its zero is known as of that moment."""
    check(run)


@st.composite
def put_a_little(draw: st.DrawFn) -> Run:
    """Draw a camera that stamps by its clock, which is put by less than arrival tells at once, minutes after an answer.

    Each file is known to be written to a heap: their ends meet all parts of one in turn.
    """
    first_s = draw(st.floats(0.0, HEAP_S))
    by_s = draw(st.sampled_from((1, -1))) * draw(st.floats(0.1, 0.45))
    leap_at_s = draw(st.floats(61.0, 64.0))
    return Run(
        lag_s=draw(st.floats(0.03, 0.7)),
        error_s=draw(ERRORS),
        put_at_s=leap_at_s,
        put_s=by_s,
        leap_at_s=leap_at_s,
        leap_s=by_s,
        late_s=tuple((first_s - (number + 1) * SEGMENT_S) % HEAP_S for number in range(SEGMENTS)),
        reports=True,
        asked=True,
        asked_in=(2,),
    )


@given(run=put_a_little())
def test_no_picture_is_farther_from_its_time_than_is_stated_where_a_clock_is_put_a_little_and_stamps_with_it(
    run: Run,
) -> None:
    """A quarter of a second is no more than two arrivals differ by; of many the earliest don't."""
    check(run)


@st.composite
def put_soon(draw: st.DrawFn) -> Run:
    """Draw a camera that stamps by its clock, which a time service puts ahead soon after it was switched on."""
    leap_at_s, leap_s = draw(st.floats(1.0, 29.5)), draw(st.floats(1.0, 9.0))
    late_s = tuple(draw(st.one_of(QUIET, st.floats(0.3, 6.0))) for _ in range(int(leap_at_s // SEGMENT_S)))
    return Run(
        lag_s=draw(st.floats(0.03, 0.7)),
        error_s=draw(st.one_of(st.just(-leap_s), ERRORS)),
        put_at_s=leap_at_s,
        put_s=leap_s,
        leap_at_s=leap_at_s,
        leap_s=leap_s,
        late_s=late_s + (0.0,) * (SEGMENTS - len(late_s)),
        reports=draw(st.booleans()),
        asked=draw(st.booleans()),
        asked_in=(draw(st.integers(1, 6)),),
    )


@given(run=put_soon())
def test_no_picture_is_farther_from_its_time_than_is_stated_where_a_clock_is_put_soon_after_a_run_began(
    run: Run,
) -> None:
    """One or two files that were late may have been so by a busy machine; but then no picture stands for as long."""
    check(run)
