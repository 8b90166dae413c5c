"""How far the times of a run may be off: one case for each rule. Pure.

All numbers are seconds by which a witness puts the run's zero after noon.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from custom_components.milton_share.sources.bounds import Bounds, ClockAnswer
from custom_components.milton_share.sources.recorder.store.files import Measured
from custom_components.milton_share.sources.recorder.take import Placed, Take
from custom_components.milton_share.sources.recorder.times.boxes import Contents, Fragment, Reference
from custom_components.milton_share.sources.recorder.uncertainty import timed

NOON_S, SEGMENT_S = 1_800_000_000.0, 10.0
ASKED_S = 0.02
"""How exactly a camera answers."""


def placed(number: int, arrival_s: float, word_s: float | None, slack_s: float = 0.0, stood_s: float = 0.0) -> Placed:
    """Make the segment of that number in its run."""
    shift_s = number * SEGMENT_S
    said = None if word_s is None else Reference(epoch_s=NOON_S + word_s + shift_s, media_s=0.0)
    contents = Contents(
        fragments=(Fragment(start_s=0.0, end_s=SEGMENT_S, reference=said),),
        gaps=(),
        whole_bytes=1,
        finished=True,
        stood_s=stood_s,
    )
    measured = Measured(
        size_bytes=1, sha256="00", contents=contents, written_s=NOON_S + arrival_s + shift_s + SEGMENT_S, lead_s=0.0
    )
    return Placed(take=Take(name=f"{number}.mp4", camera_id="a", measured=measured), shift_s=shift_s, slack_s=slack_s)


def run(arrivals: list[float], word_s: float | list[float | None] | None) -> list[Placed]:
    """Make a run, whose camera says the same in each segment or what is listed."""
    words = word_s if isinstance(word_s, list) else [word_s] * len(arrivals)
    return [placed(number, *both) for number, both in enumerate(zip(arrivals, words, strict=True))]


def asked(seen: list[Placed], number: int, clock_s: float, later_s: float = 0.0) -> list[Placed]:
    """Have the camera answer in the segment of that number, or later, what must be added to its clock."""
    at_s = seen[number].arrival_s + (number + 0.5) * SEGMENT_S + later_s
    answer = ClockAnswer(bounds=Bounds.around(clock_s, ASKED_S), at_s=at_s)
    heard = [replace(one, take=replace(one.take, asked=answer)) for one in seen[number:]]
    return [*seen[:number], *heard]


def zeros(seen: list[Placed]) -> list[float]:
    """Return where the run's zero is stated, for each segment."""
    return [round(one.zero_s - NOON_S - each.shift_s, 3) + 0.0 for one, each in zip(timed(seen), seen, strict=True)]


def doubts(seen: list[Placed]) -> list[float]:
    """Return how far each may be off."""
    return [round(one.uncertainty_s, 2) for one in timed(seen)]


def offsets(seen: list[Placed]) -> list[float]:
    """Return the camera's stated offsets."""
    return [round(one.offset_s, 2) + 0.0 for one in timed(seen)]


def test_arrival_is_the_earliest_of_the_run_less_what_a_picture_takes() -> None:
    """One segment alone may have been written late."""
    assert (zeros(run([0.3, 0.0, 0.2], None)), doubts(run([0.3, 0.0, 0.2], None))) == ([-0.12] * 3, [0.88] * 3)
    assert (zeros(run([1.0], None)), doubts(run([1.0], None))) == ([0.88], [1.18])
    assert doubts([placed(0, 5.0, None, slack_s=5.0)]) == [6.18]


@pytest.mark.parametrize(
    ("word_s", "zero_s", "doubt_s", "method"),
    [
        (-0.5, -0.5, 0.5, "rtcp"),
        (0.09, 0.09, 1.09, "rtcp"),
        (-1.9, -1.9, 1.9, "rtcp"),
        (0.11, -0.12, 0.88, "arrival"),
        (-2.1, -0.12, 2.08, "arrival"),
        (-60.0, -0.12, 0.88, "arrival"),
    ],
    ids=["right", "as it came", "slow", "after it came", "kept back", "a wrong clock"],
)
def test_a_camera_that_reports_is_believed_by_arrival_alone_and_as_unsure_as_that(
    word_s: float, zero_s: float, doubt_s: float, method: str
) -> None:
    """No picture is taken after it came. What is up to ten seconds earlier may be a server that keeps pictures."""
    seen = run([0.0] * 3, word_s)
    assert (zeros(seen), doubts(seen), timed(seen)[0].method) == ([zero_s] * 3, [doubt_s] * 3, method)


def test_a_file_alone_that_may_have_been_written_later_is_believed_as_much_farther_back() -> None:
    """It is as unsure as that."""
    assert (zeros([placed(0, 5.0, 0.0, 5.0)]), doubts([placed(0, 5.0, 0.0, 5.0)])) == ([0.0], [5.0])
    assert timed([placed(0, 5.0, 0.0, 2.9)])[0].method == "arrival"


def test_a_camera_that_was_asked_is_as_sure_as_its_answer() -> None:
    """Also where it reports another time than it has; then its offset is stated."""
    for word_s, clock_s, stated in ((-0.5, 0.0, -0.5), (1.5, -2.0, -0.5), (-4.0, 3.5, -0.5)):
        seen = asked(run([0.0] * 4, word_s), 1, clock_s)
        assert zeros(seen) == [stated] * 4
        assert max(doubts(seen)) <= 0.13
        assert offsets(seen) == [0.0 if stated == word_s else stated - word_s] * 4


@pytest.mark.parametrize(
    "seen",
    [
        asked(run([0.0] * 4, None), 1, 0.0),
        asked(run([0.0] * 4, [None, -0.5, -0.5, -0.5]), 1, 0.0),
        asked(run([0.0] * 4, [-0.5, -0.5, None, -0.5]), 1, 0.0),
        asked(run([0.0] * 2, -0.5), 1, 0.0),
        asked(run([0.0] * 4, [-0.5, -0.5, -0.5, -0.9]), 1, 0.0),
        asked(run([0.0, 0.0, 0.0, 0.4, 0.4, 0.4], -0.5), 1, 0.0),
        asked(run([0.0, 0.0, 0.0, 0.4, 0.4], -0.5), 3, 0.0),
        asked(run([0.0] * 4, -0.5), 1, 5.0),
        asked(run([0.0] * 4, -0.5), 1, 0.0, -16.0),
        asked(run([0.0] * 4, -0.5), 1, 0.0, 3_600.0),
    ],
    ids=[
        "silent",
        "none before",
        "none after",
        "none yet",
        "word moves",
        "late",
        "just late",
        "after it came",
        "before",
        "after",
    ],
)
def test_an_answer_counts_only_where_the_run_agrees_with_itself_and_with_it(seen: list[Placed]) -> None:
    """Else the clock, or what it is compared with, may have been changed since."""
    assert min(doubts(seen)) >= 0.5


def test_what_comes_a_little_later_for_a_minute_makes_an_answer_less_sure_by_that() -> None:
    """A clock that is changed by a quarter of a second takes the timestamps along: only many arrivals show it."""
    seen = asked(run([0.0] * 6 + [0.25] * 6, -0.1), 2, 0.0)
    assert min(doubts(seen)) >= 0.37


def test_who_comes_late_three_times_in_a_row_or_at_an_end_of_the_run_is_less_sure_by_that() -> None:
    """And the next one, which may have a jump in its middle; one or two in between are a busy machine."""
    assert doubts(run([0, 0, 0, 4, 4, 4, 0, 0], 0)) == [1, 1, 1, 4, 4, 4, 4, 1]
    assert doubts(run([0, 0, 0, 4, 4, 0, 0, 0], 0)) == [1] * 8
    assert doubts(run([0, 0, 0, 0, 3, 4], 0)) == [1, 1, 1, 1, 3, 4]
    assert doubts(run([4, 3, 0, 0, 0, 0], 0)) == [4, 4, 3, 1, 1, 1]
    assert doubts([*run([0, 0, 0], 0), placed(3, 4.0, 0, slack_s=3.8)]) == [1] * 4


def test_where_timestamps_jump_both_times_are_covered_and_the_run_keeps_one_zero() -> None:
    """Word and arrival move by the same, ahead or back."""
    for by_s in (5.0, -5.0):
        seen = run([0.0] * 4 + [by_s] * 4, [-0.1] * 4 + [by_s - 0.1] * 4)
        (zero_s,) = set(zeros(seen))
        for number, doubt_s in enumerate(doubts(seen)):
            assert abs(zero_s - (-0.1 if number < 4 else by_s - 0.1)) <= doubt_s


def test_a_jump_in_the_first_segment_of_a_run_shows_by_a_picture_that_lasts_as_long() -> None:
    """As of a camera that was just switched on, and got its time. Later ones have segments before them."""
    assert doubts([placed(0, 0.0, 0.0, stood_s=9.0), *run([0, 0, 0], 0)[1:]]) == [9, 1, 1]
    assert doubts([placed(number, 0.0, 0.0, stood_s=9.0 * (number == 7)) for number in (7, 8, 9)]) == [1] * 3


@pytest.mark.parametrize(
    ("words", "stated"),
    [([0, 0, 3600], [0, 0, -3600]), ([0, 0, -0.29], [0, 0, 0]), ([None, 0, None], [0, 0, 0])],
    ids=["put", "jitter", "silent"],
)
def test_a_clock_that_is_changed_moves_no_time_and_its_offset_is_stated(
    words: list[float | None], stated: list[float]
) -> None:
    """Camera time + offset = UTC."""
    seen = run([0.1] * 3, words)
    assert len(set(zeros(seen))) == 1
    assert offsets(seen) == stated
