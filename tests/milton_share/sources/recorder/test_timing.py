"""What is written down of a segment's time: in which numbers, and when it is written anew. Pure."""

from __future__ import annotations

from datetime import timedelta

import pytest

from custom_components.milton_share.sources.bounds import Bounds, ClockAnswer, met
from custom_components.milton_share.sources.model import Clock, worst_of
from custom_components.milton_share.sources.recorder.run import Closed
from custom_components.milton_share.sources.recorder.store.files import Measured
from custom_components.milton_share.sources.recorder.store.timeline import coverage, from_ms
from custom_components.milton_share.sources.recorder.take import Placed, Take
from custom_components.milton_share.sources.recorder.times.anchor import Anchor
from custom_components.milton_share.sources.recorder.times.boxes import Contents, Fragment
from custom_components.milton_share.sources.recorder.times.spoken import Apart, Late
from custom_components.milton_share.sources.recorder.timing import Timing

from .test_decisions import NOON_MS, row
from .test_uncertainty import NOON_S, placed

SEGMENT_S = 10.0


def take(
    number: int = 0,
    *,
    late_s: float = 0.0,
    finished: bool = True,
    start_s: float = 0.0,
    asked: ClockAnswer | None = None,
    home_doubt_s: float = 0.0,
) -> Take:
    """Record the segment of that number in its run; its stamps begin anew, with a gap in it."""
    end_s = start_s + SEGMENT_S
    contents = Contents(
        fragments=(Fragment(start_s=start_s, end_s=end_s, reference=None),),
        gaps=((start_s + 1.0, start_s + 3.0),),
        whole_bytes=1,
        finished=finished,
    )
    written_s = NOON_S + (number + 1) * SEGMENT_S + late_s
    measured = Measured(size_bytes=7, sha256="ab", contents=contents, written_s=written_s, lead_s=0.0)
    return Take(name=f"{number}.mp4", camera_id="a", measured=measured, asked=asked, home_doubt_s=home_doubt_s)


@pytest.mark.parametrize(
    ("doubt_s", "home_s", "stated_ms"),
    [(0.1, 0.05, 150), (0.1, 0.0, 100), (0.1, 0.050_004, 151), (0.150_9, 0.0, 151), (0.0, 0.0, 0)],
)
def test_doubts_add_up_and_are_stated_in_whole_milliseconds_upwards(
    doubt_s: float, home_s: float, stated_ms: int
) -> None:
    """That of the recording, and that of the home's own clock."""
    anchor = Anchor(zero_s=NOON_S, uncertainty_s=doubt_s, offset_s=0.0, method="rtcp")
    assert take(home_doubt_s=home_s).row(anchor).uncertainty_ms == stated_ms


def test_a_row_has_all_times_of_its_file_by_its_anchor() -> None:
    """Those of its gaps too; the offset in milliseconds."""
    anchor = Anchor(zero_s=NOON_S + 0.5, uncertainty_s=0.1, offset_s=-2.25, method="arrival")
    found = take(start_s=4.0).row(anchor)
    assert (found.from_ms, found.until_ms, found.media_start_s) == (NOON_MS + 4_500, NOON_MS + 14_500, 4.0)
    assert found.gaps == ((NOON_MS + 5_500, NOON_MS + 7_500),)
    assert (found.offset_ms, found.method, found.size_bytes, found.sha256) == (-2_250, "arrival", 7, "ab")


@pytest.mark.parametrize(
    ("answer", "offset_s"), [(None, 0.0), (Bounds(low_s=1.0, high_s=2.0), 1.5), (Bounds(low_s=-1.0, high_s=2.0), 0.0)]
)
def test_the_offset_of_a_camera_without_a_word_is_what_it_answered_where_that_is_surely_one(
    answer: Bounds | None, offset_s: float
) -> None:
    """Else none is known of."""
    asked = None if answer is None else ClockAnswer(bounds=answer, at_s=NOON_S)
    assert Placed(take=take(asked=asked), shift_s=0.0, slack_s=0.0).stated_offset_s(NOON_S + 9.0) == offset_s


def test_the_offset_of_a_camera_with_a_word_is_by_that() -> None:
    """Camera time + offset = UTC; in a later segment of the run too."""
    for number in (0, 3):
        assert placed(number, 0.1, -4.0).stated_offset_s(NOON_S + 1.0) == pytest.approx(5.0, abs=1e-5)


def test_segments_lie_one_after_the_other_in_their_run_or_where_their_writer_said() -> None:
    """Each begins its stamps anew; without the writer's word one ends where the next begins."""
    timing = Timing()
    first = timing.rows(take(0), None, 0.0)
    second = timing.rows(take(1), None, 0.0)
    assert [one.from_ms for one in (*first, second[-1])] == [NOON_MS - 120, NOON_MS + 9_880]
    third = timing.rows(take(3), Closed(name="3.mp4", start_s=30.0, end_s=40.0), 0.0)
    assert third[-1].from_ms == NOON_MS + 29_880
    fourth = timing.rows(take(4, start_s=2.0), None, 0.0)
    assert fourth[-1].from_ms == NOON_MS + 39_880


def test_a_file_that_its_writer_did_not_finish_was_last_written_when_a_picture_came() -> None:
    """There is no slack then; one that was finished may have waited for its end."""
    assert [one.uncertainty_ms for one in Timing().rows(take(), None, 5.0)] == [6_180]
    assert [one.uncertainty_ms for one in Timing().rows(take(finished=False), None, 5.0)] == [1_180]


def test_a_time_is_written_anew_only_when_it_became_surer_or_is_not_allowed_any_more() -> None:
    """The second segment makes the first surer; the third changes nothing; one that came earlier moves all."""
    timing = Timing()
    assert [one.name for one in timing.rows(take(0, late_s=0.5), None, 0.0)] == ["0.mp4"]
    assert [one.name for one in timing.rows(take(1, late_s=0.5), None, 0.0)] == ["0.mp4", "1.mp4"]
    assert [one.name for one in timing.rows(take(2, late_s=0.5), None, 0.0)] == ["2.mp4"]
    assert [one.name for one in timing.rows(take(3, late_s=0.496), None, 0.0)] == ["3.mp4"]
    moved = timing.rows(take(4, late_s=0.2), None, 0.0)
    assert [one.name for one in moved] == [f"{number}.mp4" for number in range(5)]


def test_a_long_run_is_weighed_by_its_last_segments_and_remembers_no_more() -> None:
    """Half an hour of it would let a drift show, and a week would fill the memory."""
    timing = Timing()
    for number in range(100):
        timing.rows(take(number), None, 0.0)
    assert [one.take.name for one in timing.seen] == [f"{number}.mp4" for number in range(70, 100)]
    assert {one.take.name for one in timing.seen} <= timing.told.keys()
    assert len(timing.told) <= 60


def test_of_a_long_run_the_oldest_that_are_compared_stay_as_they_are() -> None:
    """What came before them is forgotten: one in which timestamps jumped would look like those after it."""
    timing = Timing()
    for number in range(30):
        timing.rows(take(number, late_s=5.0), None, 0.0)
    assert [one.name for one in timing.rows(take(30), None, 0.0)] == [f"{number}.mp4" for number in range(4, 31)]


def test_what_begins_before_sound_and_pictures_are_together_is_as_unsure_as_they_are_apart() -> None:
    """Up to where that was mended, and not there any more."""
    timing = Timing(apart=Apart(until_s=10.0, by_s=0.3))
    assert [one.uncertainty_ms for one in timing.rows(take(0), None, 0.0)] == [1_480]
    assert {one.name: one.uncertainty_ms for one in timing.rows(take(1), None, 0.0)} == {"0.mp4": 1_180, "1.mp4": 880}
    later = Timing(apart=Apart(until_s=10.001, by_s=0.3))
    later.rows(take(0), None, 0.0)
    assert later.rows(take(1), None, 0.0)[-1].uncertainty_ms == 1_180


def test_what_may_be_late_is_as_unsure_as_that_and_the_more_of_two_doubts_counts() -> None:
    """A camera whose sound is not beside its pictures yet may be behind a server that falls behind."""
    timing = Timing(late=(Late(by_s=4.0, at_s=20.0), Late(by_s=2.0, at_s=20.0)), apart=Apart(until_s=5.0, by_s=0.3))
    assert [one.uncertainty_ms for one in timing.rows(take(0), None, 0.0)] == [5_180]
    assert {one.name: one.uncertainty_ms for one in timing.rows(take(1), None, 0.0)} == {"0.mp4": 4_880, "1.mp4": 4_880}


def test_bounds_are_two_numbers_and_reach_as_far_on_both_sides() -> None:
    """Around one, in the middle, moved, and where two meet in a point."""
    one = Bounds.around(3.0, 1.0)
    assert (one, one.middle_s) == (Bounds(low_s=2.0, high_s=4.0), 3.0)
    assert Bounds(low_s=1.0, high_s=4.0).middle_s == 2.5
    assert one.moved(10.0) == Bounds(low_s=12.0, high_s=14.0)
    assert met(one, Bounds(low_s=4.0, high_s=9.0)) == Bounds(low_s=4.0, high_s=4.0)
    assert met(one, Bounds(low_s=4.001, high_s=9.0)) is None


@pytest.mark.parametrize(
    ("offsets", "was_put"), [((0, 300), False), ((0, 301), True), ((-200, 101), True), ((9,), False)]
)
def test_a_clock_was_put_when_its_offsets_differ_by_more_than_they_are_known_by(
    offsets: tuple[int, ...], *, was_put: bool
) -> None:
    """The greatest is stated, whichever way; one file by arrival makes all by arrival."""
    clocks = [Clock(offset_ms=offset, uncertainty_ms=5, method="source") for offset in offsets]
    assert worst_of(clocks) == Clock(
        offset_ms=max(offsets, key=abs), uncertainty_ms=5, method="source", was_put=was_put
    )
    arrived = Clock(offset_ms=0, uncertainty_ms=1, method="arrival")
    assert worst_of([*clocks, arrived]).method == worst_of([arrived, *clocks]).method == "arrival"


def test_the_extent_of_what_there_is_are_its_files() -> None:
    """From and until of each."""
    start = from_ms(NOON_MS)
    found = coverage([(row(0), None), (row(1), None)], start, from_ms(NOON_MS + 20_000))
    middle, end = (start + timedelta(seconds=seconds) for seconds in (10, 20))
    assert found.spans == ((start, middle), (middle, end))
