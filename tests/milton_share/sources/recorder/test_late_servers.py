"""A server between that sends pictures late: what is stated of their times, and that a cut goes across them. Pure."""

from __future__ import annotations

from itertools import pairwise

import pytest

from custom_components.milton_share.sources.bounds import Bounds
from custom_components.milton_share.sources.recorder.sections import Zero, timed
from custom_components.milton_share.sources.recorder.store.files import Measured
from custom_components.milton_share.sources.recorder.take import Placed, Take
from custom_components.milton_share.sources.recorder.times.anchor import (
    ARRIVAL_UNCERTAINTY_S,
    CAMERA_UNCERTAINTY_S,
    LAG_S,
)
from custom_components.milton_share.sources.recorder.times.boxes import Contents, Fragment, Reference

NOON_S, SEGMENT_S, WAY_S = 1_800_000_000.0, 10.0, 0.1


def placed(number: int, *, late_s: float, said_s: float | None, stood_s: float = 0.0) -> Placed:
    """Record the segment of that number: it came so late, and its camera says so of when it was (None: nothing)."""
    start_s = number * SEGMENT_S
    reference = None if said_s is None else Reference(epoch_s=NOON_S + start_s + said_s, media_s=start_s)
    fragment = Fragment(start_s=start_s, end_s=start_s + SEGMENT_S, reference=reference)
    contents = Contents(fragments=(fragment,), gaps=(), whole_bytes=1, finished=True, stood_s=stood_s)
    written_s = NOON_S + start_s + SEGMENT_S + WAY_S + late_s
    measured = Measured(size_bytes=1, sha256="00", contents=contents, written_s=written_s, lead_s=0.0)
    return Placed(take=Take(name=f"{number}.mp4", camera_id="a", measured=measured), shift_s=0.0, slack_s=0.0)


def answered(late_s: float, zero_s: float = 0.0) -> Zero:
    """Have the camera answer where the run's zero is, after noon, while its pictures were so late."""
    came_s = NOON_S + WAY_S + late_s
    zero = Bounds.around(NOON_S + zero_s, 0.03)
    return Zero(bounds=zero, late_from_s=came_s, early_until_s=came_s, soonest_s=came_s)


@pytest.mark.parametrize("late_s", [2.5, 4.0, 9.0])
def test_pictures_that_came_late_by_the_cameras_word_are_as_unsure_as_that(late_s: float) -> None:
    """They stay where arrival has them, for most cameras that say so have a clock that is behind."""
    for one in timed([placed(number, late_s=late_s, said_s=0.0) for number in range(5)], None):
        assert (one.method, one.zero_s) == ("arrival", pytest.approx(NOON_S + WAY_S + late_s - LAG_S))
        assert late_s + WAY_S - LAG_S <= one.uncertainty_s <= late_s + 2 * CAMERA_UNCERTAINTY_S


def test_so_are_they_where_the_camera_was_asked_though_its_clock_is_as_wrong_as_they_are_late() -> None:
    """Its word is near arrival then; its answer says how far its word is off."""
    for said_s in (4.0 - 0.3, 7200.0):
        for one in timed([placed(number, late_s=4.0, said_s=said_s) for number in range(5)], answered(4.0)):
            assert abs(one.zero_s - NOON_S) <= one.uncertainty_s


def test_pictures_that_are_late_by_as_much_as_is_just_believed_are_no_surer_for_that() -> None:
    """What the camera answered is a bound on both sides; two seconds are none."""
    for one in timed([placed(number, late_s=2.0, said_s=0.0) for number in range(5)], answered(2.0)):
        assert abs(one.zero_s - NOON_S) <= one.uncertainty_s


def test_a_camera_whose_clock_is_behind_as_it_answered_is_as_sure_as_ever() -> None:
    """Then it is known that its pictures are not late."""
    seen = [placed(number, late_s=0.0, said_s=-4.0) for number in range(5)]
    for one in timed(seen, answered(0.0)):
        assert abs(one.zero_s - NOON_S) <= one.uncertainty_s < 0.2


@pytest.mark.parametrize("said_s", [-60.0, 3.0, 3600.0])
def test_a_clock_that_is_minutes_behind_or_ahead_makes_no_time_less_sure(said_s: float) -> None:
    """No server keeps pictures for so long, and none has them before they are taken."""
    for one in timed([placed(number, late_s=0.0, said_s=said_s) for number in range(5)], None):
        assert one.uncertainty_s == pytest.approx(ARRIVAL_UNCERTAINTY_S)


def overlap_s(seen: list[Placed]) -> float:
    """Return by how much the worst of the files reaches into the next."""
    ends = [
        (one.zero_s + each.take.measured.contents.start_s, one.zero_s + each.take.measured.contents.end_s)
        for one, each in zip(timed(seen, None), seen, strict=True)
    ]
    return max(end - start for (_, end), (start, _) in pairwise(ends))


def test_files_do_not_overlap_where_pictures_that_were_late_come_in_time_again() -> None:
    """By a server that reports the moment of sending: word and arrival come nearer at once, and no stamp has jumped."""
    late = [placed(number, late_s=0.693, said_s=0.7) for number in range(4)]
    seen = [*late, *(placed(number, late_s=0.0, said_s=0.0) for number in range(4, 9))]
    assert overlap_s(seen) < 0.001
    for one in timed(seen, None):
        assert abs(one.zero_s - NOON_S) <= one.uncertainty_s


def test_a_word_that_goes_with_arrival_is_believed_by_no_answer_of_the_cameras() -> None:
    """It is of the moment of sending, and the camera was asked while its pictures were late."""
    late = [placed(number, late_s=0.5, said_s=0.6) for number in range(4)]
    seen = [*late, *(placed(number, late_s=0.0, said_s=0.1) for number in range(4, 9))]
    for one in timed(seen, answered(0.5, 0.6)):
        assert abs(one.zero_s - NOON_S) <= one.uncertainty_s


def test_files_before_and_after_stamps_that_jumped_ahead_are_apart() -> None:
    """A picture stands as long as they jumped, so the files' own times are not those of before."""
    before = [placed(number, late_s=0.0, said_s=0.0) for number in range(4)]
    seen = [*before, placed(4, late_s=-5.0, said_s=0.0, stood_s=5.0)]
    seen += [placed(number, late_s=-5.0, said_s=-5.0) for number in range(5, 9)]
    found = timed(seen, None)
    assert abs(found[0].zero_s - NOON_S) <= 0.1
    assert abs(found[-1].zero_s - NOON_S + 5.0) <= 0.1
    assert found[-1].uncertainty_s < 1.0
    assert found[4].uncertainty_s > 5.0


def test_what_follows_where_pictures_began_to_come_late_is_as_unsure_as_that() -> None:
    """Or the camera's stamps went back, or it counted on where it had lost some: nothing tells which."""
    seen = [placed(number, late_s=0.0, said_s=0.0) for number in range(4)]
    seen += [placed(number, late_s=4.0, said_s=4.0) for number in range(4, 9)]
    for one in timed(seen, None)[4:]:
        assert abs(one.zero_s - NOON_S) <= one.uncertainty_s
        assert abs(one.zero_s - NOON_S - 4.0) <= one.uncertainty_s
