"""A run of segments, each with its arrival and perhaps the camera's word: what is made of them, case by case. Pure.

All numbers are seconds by which a witness puts the run's zero after noon.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from custom_components.milton_share.sources.bounds import Bounds
from custom_components.milton_share.sources.recorder.sections import Zero, find_jumps, timed
from custom_components.milton_share.sources.recorder.store.files import Measured
from custom_components.milton_share.sources.recorder.take import Placed, Take
from custom_components.milton_share.sources.recorder.times.boxes import Contents, Fragment, Reference

NOON_S, SEGMENT_S = 1_800_000_000.0, 10.0
SOON = 0.88  # how unsure arrival is
NO: tuple[None, ...] = (None,)


def placed(number: int, arrival_s: float, word_s: float | None, slack_s: float = 0.0) -> Placed:
    """Make the segment of that number in its run."""
    shift_s = number * SEGMENT_S
    said = None if word_s is None else Reference(epoch_s=NOON_S + word_s + shift_s, media_s=0.0)
    contents = Contents(
        fragments=(Fragment(start_s=0.0, end_s=SEGMENT_S, reference=said),), gaps=(), whole_bytes=1, finished=True
    )
    measured = Measured(
        size_bytes=1, sha256="00", contents=contents, written_s=NOON_S + arrival_s + shift_s + SEGMENT_S, lead_s=0.0
    )
    return Placed(take=Take(name=f"{number}.mp4", camera_id="a", measured=measured), shift_s=shift_s, slack_s=slack_s)


def run(arrivals: list[float], words: list[float | None]) -> list[Placed]:
    """Make a run."""
    return [placed(number, *both) for number, both in enumerate(zip(arrivals, words, strict=True))]


def found(
    arrivals: list[float], words: list[float | None], clock: Bounds | None = None, came_s: float | None = None
) -> list[tuple[float, float, float]]:
    """Return of each segment where its run's zero is put, how unsure that is, and the camera's offset.

    What the camera answered of its ``clock`` was heard with pictures whose run began at ``came_s`` by their arrival.
    """
    at_s = NOON_S + (min(arrivals) if came_s is None else came_s)
    came = {"late_from_s": at_s, "early_until_s": at_s, "soonest_s": at_s}
    moved = None if clock is None else Zero(bounds=clock.moved(NOON_S), **came)
    return [
        (
            round(one.zero_s - NOON_S - number * SEGMENT_S, 3) + 0.0,
            round(one.uncertainty_s, 3),
            round(one.offset_s, 3) + 0.0,
        )
        for number, one in enumerate(timed(run(arrivals, words), moved))
    ]


@pytest.mark.parametrize(
    ("arrivals", "words", "at", "until", "by_s"),
    [
        ([0, 0, 0, 5, 5, 5], [0, 0, 0, 5, 5, 5], 3, 3, 5),
        ([0, 0, 0, 5, 5, 5], [0, 0, 0, 0, 5, 5], 3, 4, 5),
        ([0, 0, 5, 5, 5, 5], [0, None, None, None, 5, 5], 2, 4, 5),
        ([0, 0, 0, -5, -5, -5], [0, 0, 0, -5, -5, -5], 3, 3, -5),
        ([0, 0, 9, 5, 5, 5], [0, 0, None, 5, 5, 5], 2, 3, 5),
        ([0, 9, 0, 5, 5, 5], [0, 0, 0, 5, 5, 5], 3, 3, 5),
        ([0, 5, 5, 5], [0, 5, 5, 5], 1, 1, 5),
        ([0, 0.5, 0.5, 0.5], [0, 0.31, 0.31, 0.31], 1, 1, 0.31),
    ],
    ids=[
        "forwards",
        "told later",
        "told much later",
        "backwards",
        "or in what came late",
        "late before",
        "at once",
        "hardly",
    ],
)
def test_stamps_jumped_where_word_and_arrival_move_by_the_same(
    arrivals: list[float], words: list[float | None], at: int, until: int, by_s: float
) -> None:
    """The first segment after it that may be, and the first whose word knows of it."""
    jump, *_ = find_jumps(run(arrivals, words))
    assert (jump.at, jump.until, jump.by_s) == (at, until, pytest.approx(by_s, abs=1e-5))


@pytest.mark.parametrize(
    ("arrivals", "words"),
    [
        ([0, 0, 0, 5, 5, 5], [None] * 6),
        ([0, 0, 0, 5, 5, 5], [0] * 6),
        ([0] * 6, [0, 0, 0, 5, 5, 5]),
        ([0, 0, 0, 0.29, 0.29, 0.29], [0, 0, 0, 0.29, 0.29, 0.29]),
        ([0, 0, 0, 5, 5, 5], [0, 0, 0, -5, -5, -5]),
        ([0, 0, 0, 4, 4, 4], [0, 0, 0, 5, 5, 5]),
        ([0, 0, 0, 6, 6, 6], [0, 0, 0, 5, 5, 5]),
    ],
    ids=["no word", "a slow line", "a clock that was put", "jitter", "against each other", "less", "more"],
)
def test_nothing_else_is_a_jump(arrivals: list[float], words: list[float | None]) -> None:
    """One of the two may move alone, or both by something else."""
    assert find_jumps(run(arrivals, words)) == []


def test_segments_around_a_jump_are_as_unsure_as_it_is_large() -> None:
    """That before it, which may have some of it, up to the first whose word knows; what comes then may be late."""
    ahead = found([0, 0, 0, 0, 5, 5, 5, 5], [0, 0, 0, 0, 0, 5, 5, 5])
    assert [zero for zero, _, _ in ahead] == [0, 0, 0, 0, 5, 5, 5, 5]
    assert [doubt for _, doubt, _ in ahead] == [1, 1, 1, 6.3, 6.3, 6.3, 6, 6]


@pytest.mark.parametrize("stands", [2, 3])
def test_what_comes_sooner_is_a_jump_where_a_picture_stands_as_long(stands: int) -> None:
    """Then all after it are as sure as ever; else what was before came late, and the run keeps one zero."""
    seen = run([0, 0, 0, -5, -5, -5], [0, 0, 0, -5, -5, -5])
    assert [round(one.zero_s - NOON_S - number * SEGMENT_S, 3) for number, one in enumerate(timed(seen, None))] == [
        -5
    ] * 6
    measured = seen[stands].take.measured
    long = replace(measured, contents=replace(measured.contents, stood_s=4.71))
    seen[stands] = replace(seen[stands], take=replace(seen[stands].take, measured=long))
    assert [round(one.uncertainty_s, 3) for one in timed(seen, None)] == [1, 1, 6.3, 6.3, 1, 1]


def test_before_a_jump_that_comes_soon_all_may_have_been_late() -> None:
    """Two segments are so few that they may have come late by chance; three are not."""
    soon = found([0, 0, 5, 5, 5], [0, 0, 5, 5, 5])
    assert [doubt for _, doubt, _ in soon] == [6.3, 6.3, 6.3, 6, 6]
    later = found([0, 0, 0, 5, 5, 5], [0, 0, 0, 5, 5, 5])
    assert [doubt for _, doubt, _ in later] == [1, 1, 6.3, 6.3, 6, 6]


def test_after_a_jump_the_answers_from_before_it_count_no_more() -> None:
    """Neither for what comes after nor for what came before: each part is weighed by itself."""
    clock = Bounds.around(-0.5, 0.0)
    assert found([0] * 3, [-0.5] * 3, clock) == [(-0.5, 0.1, 0.0)] * 3
    parts = found([0, 0, 0, 5, 5, 5], [-0.5] * 3 + [4.5] * 3, clock)
    assert [doubt for _, doubt, _ in parts] == [0.5, 0.5, 5.8, 5.8, 5.5, 5.5]


@pytest.mark.parametrize(
    ("words", "offsets"),
    [
        ([0, 0, -3600, -3600], [0, 0, 3600, 3600]),
        ([-0.4, -0.4, -0.11, -0.69], [0, 0, 0, 0]),
        ([-0.4, -0.4, -0.71, -0.71], [0, 0, 0.31, 0.31]),
        ([2, 2, 0, 0], [0, 0, 0, 0]),
        ([0, 0, 2, 2], [0, 0, -2, -2]),
        ([9.5, 9.5, 0, 0], [0, 0, 0, 0]),
        ([10.5, 10.5, 0, 0], [-10.5, -10.5, 0, 0]),
        ([-3, -3, 0, 0], [3, 3, 0, 0]),
        ([None, 0, None, 0], [0, 0, 0, 0]),
    ],
    ids=["put back", "jitter", "more", "writing", "put ahead", "a long fragment", "longer", "behind", "silent"],
)
def test_a_word_that_is_another_is_an_offset_but_what_may_be_the_moment_of_writing(
    words: list[float | None], offsets: list[float]
) -> None:
    """Before the camera's first report, and at most as far ahead as a fragment is long."""
    assert [offset for _, _, offset in found([0.1] * 4, words)] == offsets


def test_who_comes_late_three_times_in_a_row_or_at_last_is_less_sure_by_that() -> None:
    """And the next one, which may have a jump in its middle. Once or twice is a busy machine, and less is jitter.

    So much later than the earliest its zero is at most: earlier than by arrival it is no more than that of others.
    """
    assert [doubt for _, doubt, _ in found([0, 0, 0, 4, 4, 4, 0, 0], [0] * 8)] == [1, 1, 1, 4, 4, 4, 4, 1]
    assert [doubt for _, doubt, _ in found([0, 0, 0, 4, 4, 0, 0, 0], [0] * 8)] == [1] * 8
    assert [doubt for _, doubt, _ in found([0, 0, 0, 0, 3, 4], [0] * 6)] == [1, 1, 1, 1, 3, 4]
    assert [doubt for _, doubt, _ in found([0, 0, 0, 0, 3, 0], [0] * 6)] == [1] * 6
    assert [doubt for _, doubt, _ in found([0, 0, 0, 0.29, 0.29, 0.29], [0] * 6)] == [1] * 6


@pytest.mark.parametrize(
    ("stood", "doubts"),
    [
        ([0, 4, 0, 0, 0], [4, 4, 1, 1, 1]),
        ([0, 0, 5, 0, 0], [4, 4, 4, 1, 1]),
        ([0, 0, 3, 0, 0], [3, 3, 3, 1, 1]),
        ([0, 0, 0.3, 0, 0], [1] * 5),
        ([0, 0, 0, 0, 4], [1] * 5),
        ([9, 0, 0, 0, 0], [9, 1, 1, 1, 1]),
        ([0.3, 0, 0, 0, 0], [1] * 5),
    ],
    ids=["in the last of them", "in the next", "for less", "hardly", "long after", "in the first", "hardly in that"],
)
@pytest.mark.parametrize("word_s", [0, None])
def test_the_first_ones_that_are_late_are_less_sure_by_as_long_as_a_picture_stands(
    stood: list[float], doubts: list[float], word_s: float | None
) -> None:
    """No busy machine lets one stand: the clock was put just after the camera was switched on, and stamps with it.

    By arrival none is moved for that: where it was a pause, the first ones would overlap the others by half of it.
    """
    seen = [
        replace(one, take=replace(one.take, measured=replace(measured, contents=replace(contents, stood_s=stood_s))))
        for one, stood_s in zip(run([4, 4, 0, 0, 0], [word_s] * 5), stood, strict=True)
        for measured in [one.take.measured]
        for contents in [measured.contents]
    ]
    came = timed(seen, None)
    zero_s = -0.12 if word_s is None else 0.0
    assert {round(one.zero_s - NOON_S - number * SEGMENT_S, 3) for number, one in enumerate(came)} == {zero_s}
    assert [round(one.uncertainty_s, 3) for one in came] == [
        SOON if word_s is None and doubt == 1 else doubt - zero_s for doubt in doubts
    ]


def test_a_picture_that_stands_in_the_first_file_that_is_weighed_says_nothing_of_it_unless_it_begins_the_run() -> None:
    """A camera may film nothing for a while: what came before says that no stamps jumped, as long as it is known."""
    one = placed(7, 0, 0)
    measured = replace(one.take.measured, contents=replace(one.take.measured.contents, stood_s=9.0))
    seen = [replace(one, take=replace(one.take, measured=measured)), placed(8, 0, 0), placed(9, 0, 0)]
    assert [round(each.uncertainty_s, 3) for each in timed(seen, None)] == [1, 1, 1]


def test_what_may_have_been_written_later_is_late_only_by_more_than_that() -> None:
    """The last file of a stream that stalled: its own slack is taken off first."""
    seen = [*run([0, 0, 0], [0, 0, 0]), placed(3, 4.0, 0, slack_s=3.8), placed(4, 4.0, 0, slack_s=3.0)]
    assert [round(one.uncertainty_s, 3) for one in timed(seen[:4], None)] == [1, 1, 1, 1]
    assert [round(one.uncertainty_s, 3) for one in timed([*seen[:3], seen[4]], None)] == [1, 1, 1, 1]
    longer = [*seen[:3], placed(4, 4.0, 0, slack_s=1.0)]
    assert [round(one.uncertainty_s, 3) for one in timed(longer, None)] == [1, 1, 1, 3]


def test_by_arrival_the_earliest_counts_and_a_line_that_may_have_jumped_is_allowed_for() -> None:
    """Half way between, as unsure as half of it more; less than a clock is read by is nothing."""
    assert found([0, 0, 0], NO * 3) == [(-0.12, SOON, 0.0)] * 3
    assert found([1.0], NO) == [(0.88, 1.18, 0.0)]
    assert (
        found([0, 0, 0, 4, 4, 4], NO * 6) == [(-0.12, SOON, 0.0)] + [(-0.12, SOON, 0.0)] * 2 + [(1.88, 2.88, 0.0)] * 3
    )
    assert found([0, 0, 0, 0.03, 0.03, 0.03], NO * 6) == [(-0.12, SOON, 0.0)] * 6
    assert found([0, 0, 0, 0.06, 0.06, 0.06], NO * 6)[3:] == [(-0.09, 0.91, 0.0)] * 3


@pytest.mark.parametrize(
    ("word_s", "expected"),
    [
        (-0.5, (-0.5, 0.5, 0.0)),
        (-0.3, (-0.3, 0.7, 0.0)),
        (0.0, (0.0, 1.0, 0.0)),
        (0.09, (0.09, 1.09, 0.0)),
        (-1.9, (-1.9, 1.9, 0.0)),
        (0.11, (-0.12, SOON, -0.23)),
        (-2.1, (-0.12, 2.08, 1.98)),
    ],
)
def test_a_camera_is_believed_within_what_a_picture_takes_to_come(
    word_s: float, expected: tuple[float, float, float]
) -> None:
    """Not after its pictures arrived, but for two clocks' jitter, and not two seconds before."""
    assert found([0, 0, 0], [word_s] * 3) == [expected] * 3


@pytest.mark.parametrize(
    ("words", "zero_s", "doubt_s"),
    [([0.0], -0.2, 0.15), ([-0.1], -0.1, 0.25), ([-0.1, -0.2], -0.2, 0.15), ([-0.2, -0.1], -0.2, 0.15)],
)
def test_a_camera_that_was_asked_is_as_sure_as_its_answers(words: list[float], zero_s: float, doubt_s: float) -> None:
    """The word that is nearest to their middle; where none can be true, the middle itself."""
    zeros = found([0] * len(words), [*words], Bounds.around(-0.2, 0.05))
    assert [(zero, doubt) for zero, doubt, _ in zeros] == [(zero_s, doubt_s)] * len(words)


def test_a_camera_that_was_asked_and_says_otherwise_in_its_stream_is_off_by_that_from_the_first_on() -> None:
    """Nothing of it can be the moment of writing, for no word ever was its own."""
    assert [offset for _, _, offset in found([0, 0], [2.0, 2.0], Bounds.around(-0.2, 0.05))] == [-2.2, -2.2]


def test_a_file_alone_that_may_have_been_written_later_is_believed_as_much_farther_back() -> None:
    """It is as unsure as that; more than that, and than a picture takes, is a wrong clock."""
    (alone,) = timed([placed(0, 5.0, 0.0, slack_s=5.0)], None)
    assert (round(alone.zero_s - NOON_S, 3), round(alone.uncertainty_s, 3), alone.method) == (0.0, 5.0, "rtcp")
    (longer,) = timed([placed(0, 5.0, 0.0, slack_s=2.9)], None)
    assert longer.method == "arrival"
    (early,) = timed([placed(0, 5.0, -0.5, slack_s=5.0)], None)
    assert round(early.uncertainty_s, 3) == 5.5
    (late,) = timed([placed(0, 5.0, 4.5, slack_s=5.0)], None)
    assert (round(late.zero_s - NOON_S, 3), round(late.uncertainty_s, 3)) == (4.5, 5.5)


def test_answers_say_nothing_where_no_word_is_or_where_they_can_not_be() -> None:
    """Without a word nobody knows of what; an answer that is after all arrivals is of another time."""
    assert found([0, 0, 0], NO * 3, Bounds.around(-0.2, 0.05)) == [(-0.12, SOON, 0.0)] * 3
    assert found([0, 0, 0], [-0.5] * 3, Bounds.around(5.0, 0.05)) == [(-0.5, 0.5, 0.0)] * 3


@pytest.mark.parametrize(
    "words",
    [[0] * 3 + [None] * 3, [0] * 3 + [2] * 3, [3] * 3 + [-2] * 3, [3] * 4 + [None] * 2, [0] * 6],
    ids=["lost", "put", "put back", "lost a report later", "put by as much, or not reported yet"],
)
def test_who_comes_earlier_than_where_the_zero_is_known_is_as_unsure_as_arrival(words: list[float | None]) -> None:
    """Its stamps may have jumped just then: what is left of the zero that was known is a coincidence."""
    came = found([0.875] * 3 + [-0.125] * 3, words, Bounds.around(0.0, 0.02), 0.875)
    assert {(zero, doubt) for zero, doubt, _ in came[1:]} <= {(-0.072, 1.053), (-0.072, 1.1)}  # less, or to more
    assert len({zero for zero, _, _ in came}) == 1


def test_who_came_before_and_earlier_than_where_the_zero_is_known_is_as_unsure_as_arrival() -> None:
    """The same the other way round."""
    came = found([0.95] * 3 + [1.95] * 3, [None] * 3 + [1] * 3, Bounds.around(1.0, 0.02), 1.95)
    assert [(zero, doubt) for zero, doubt, _ in came[:3]] == [(1.0, 1.05)] * 3


@pytest.mark.parametrize("word", [0, -2])
def test_who_comes_later_than_where_the_zero_is_known_is_as_unsure_as_that(word: float) -> None:
    """Also where nothing is seen any more of what came before, and the camera's clock was put as its stamps jumped."""
    came = found([1.9] * 6, [word] * 6, Bounds.around(0.0, 0.02), 0.9)
    assert min(doubt for _, doubt, _ in came) >= 1.0


def test_who_comes_a_little_earlier_or_after_some_that_were_late_is_as_sure_as_the_run() -> None:
    """Jitter is none, and a busy machine writes one or two segments late."""
    for late_s in (0.3, 9.0):
        arrivals = [0.5 + late_s, 0.5, 0.5, 0.5 + late_s, 0.5 + late_s, 0.5, 0.5, 0.5]
        came = found(arrivals, [0] * 5 + [None] * 3, Bounds.around(0.0, 0.02), 0.5)
        assert [doubt for _, doubt, _ in came] == [0.12] * 8
    slow = found([0.5, 0.6, 0.6, 0.6, 0.5], [None] + [0] * 3 + [None], Bounds.around(0.0, 0.02), 0.6)
    assert [doubt for _, doubt, _ in slow] == [0.12] * 5


@pytest.mark.parametrize(
    ("by_s", "since", "doubts"),
    [
        (0.25, 12, [0.12] * 6 + [0.37] * 6),
        (-0.25, 12, [0.37] * 12),
        (0.09, 12, [0.12] * 12),
        (0.25, 11, [0.12] * 11),
    ],
    ids=["later", "earlier", "less", "too few"],
)
def test_who_comes_a_little_later_or_earlier_for_a_minute_is_less_sure_by_that(
    by_s: float, since: int, doubts: list[float]
) -> None:
    """A clock that is put by a quarter of a second takes the stamps along: only many arrivals show it."""
    arrivals = [0.5] * 6 + [0.5 + by_s] * (since - 6)
    came = found(arrivals, [0] * since, Bounds.around(0.0, 0.02), 0.5)
    assert [doubt for _, doubt, _ in came] == doubts


@pytest.mark.parametrize(
    ("low_s", "high_s", "word_s", "doubt_s"), [(-1.0, 0.05, -0.9, 1.0), (-1.8, 0.0, 0.0, 1.9)], ids=["later", "earlier"]
)
def test_who_comes_earlier_is_no_surer_than_the_camera_s_answer_is(
    low_s: float, high_s: float, word_s: float, doubt_s: float
) -> None:
    """An answer that took a second on its way may leave more open than arrival does."""
    came = found([0.0] * 3 + [0.4] * 5, [word_s] * 8, Bounds(low_s=low_s, high_s=high_s), 0.4)
    assert [doubt for _, doubt, _ in came[:3]] == [doubt_s] * 3
