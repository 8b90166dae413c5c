"""What to copy and what to encode: decisions over ticks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.milton_share.clips.bitstream.aac import audio_inside
from custom_components.milton_share.clips.plan.copy_or_encode import plan_gop, shifts_of
from custom_components.milton_share.clips.plan.sound import AudioPlacer
from custom_components.milton_share.clips.read.gops import Gop
from custom_components.milton_share.clips.refusal import ClipRefused
from custom_components.milton_share.clips.timeline import gaps_of, usual_distance

FRAME = 6_000  # 15 frames a second
SETS = (b"\x67", b"\x68")


def gop(count: int) -> Gop:
    """Return a group of `count` frames."""
    return Gop(first=0, count=count, decodable=True, parameter_sets=SETS)


def planned(ticks: list[int], end: int) -> tuple[int, int | None] | None:
    """Return `(copied, encoded from)`."""
    plan = plan_gop(gop(len(ticks)), ticks, end)
    return None if plan is None else (plan.copy, plan.encode_from)


def test_a_group_that_is_all_inside_is_copied() -> None:
    """Nothing is encoded."""
    assert planned([0, FRAME, 2 * FRAME], 3 * FRAME) == (3, None)


def test_a_group_outside_is_left_out() -> None:
    """Before, and after."""
    assert planned([-2 * FRAME, -FRAME], 3 * FRAME) is None
    assert planned([3 * FRAME, 4 * FRAME], 3 * FRAME) is None


def test_of_a_group_that_the_start_cuts_the_inside_is_encoded() -> None:
    """What it leans on is decoded, and not in the clip."""
    assert planned([-FRAME, 0, FRAME], 5 * FRAME) == (0, 0)


def test_of_a_group_that_the_end_cuts_without_b_frames_all_is_copied() -> None:
    """The tail is left out; nothing leans on it."""
    assert planned([0, FRAME, 2 * FRAME, 3 * FRAME], 2 * FRAME) == (2, None)


def test_b_frames_that_lean_on_a_frame_past_the_end_are_encoded() -> None:
    """Decode order I0 P3 B1 B2 with the end after 2."""
    assert planned([0, 3 * FRAME, FRAME, 2 * FRAME], 3 * FRAME) == (1, FRAME)


def test_a_copied_frame_is_never_shown_after_an_encoded_one() -> None:
    """Decode order I0 P2 P4 B3 B1 with the end at 4: P2 is shown after B1, so it is encoded too."""
    assert planned([0, 2 * FRAME, 4 * FRAME, 3 * FRAME, FRAME], 4 * FRAME) == (1, FRAME)


@given(
    order=st.lists(st.integers(-40, 40), min_size=1, max_size=40, unique=True),
    end=st.integers(1, 40),
)
def test_any_order_copies_and_encodes_each_frame_inside_once(order: list[int], end: int) -> None:
    """Copied and encoded together are the frames inside, no frame twice, no frame outside."""
    plan = plan_gop(gop(len(order)), order, end)
    inside = {tick for tick in order if 0 <= tick < end}
    if plan is None:
        assert not inside
        return
    copied = set(order[: plan.copy])
    encoded = set() if plan.encode_from is None else {tick for tick in inside if tick >= plan.encode_from}
    assert copied | encoded == inside
    assert not copied & encoded
    assert not copied or min(order) >= 0


def test_sound_needs_room_for_its_overlap() -> None:
    """An AAC packet lets hear twice its own length."""
    assert audio_inside(0, 100, 0, 200)
    assert not audio_inside(0, 100, 0, 199)
    assert not audio_inside(-1, 100, 0, 500)


def test_overlapping_files_follow_each_other() -> None:
    """The second is moved by as little as it takes, and with it what is but heard of a file without frames inside."""
    assert shifts_of([[], [0, 100, 200], [150, 250], [], [400]], [0] * 5) == [0, 0, 51, 51, 0]


def test_files_that_overlap_by_a_second_are_refused() -> None:
    """No clock is corrected by that much from one file to the next."""
    with pytest.raises(ClipRefused, match="segments_overlap"):
        shifts_of([[0, 100_000], [10_000]], [0, 0])


def test_files_that_overlap_by_no_more_than_their_times_are_unsure_follow_each_other() -> None:
    """A second by files of half a second each, and one behind them too; by surer ones it would be a lie."""
    second = [[0, 100_000], [10_000, 110_000], [180_000]]
    assert shifts_of(second, [45_000, 45_001, 0])[1:] == [90_001, 20_002]
    with pytest.raises(ClipRefused, match="segments_overlap"):
        shifts_of(second, [45_000, 45_000, 0])


def test_files_that_overlap_by_many_seconds_are_refused_however_unsure_they_are() -> None:
    """Where nothing vouches for the home's clock an hour is stated; a clip would be longer than its range by that."""
    with pytest.raises(ClipRefused, match="segments_overlap"):
        shifts_of([[0, 900_000], [1]], [3_600 * 90_000] * 2)


@given(
    files=st.lists(
        st.tuples(st.integers(1, 900_000), st.integers(-200_000, 200_000), st.integers(0, 20_000)), min_size=1
    )
)
def test_a_file_that_is_moved_is_as_near_to_its_true_time_as_the_least_sure_is_said_to_be(
    files: list[tuple[int, int, int]],
) -> None:
    """Frames that were taken one after the other, in files that are off by no more than is said of each."""
    starts = [sum(length for length, _, _ in files[:number]) for number in range(len(files))]
    told = [[start + off, start + off + length - 1] for start, (length, off, _) in zip(starts, files, strict=True)]
    doubts = [abs(off) + more for _, off, more in files]
    for ticks, shift, start in zip(told, shifts_of(told, doubts), starts, strict=True):
        assert abs(ticks[0] + shift - start) <= max(doubts)


def test_gaps_are_where_no_frame_was_for_a_second() -> None:
    """At the start, inside, at the end; never a usual pause."""
    shown = [200_000 + index * FRAME for index in range(10)] + [500_000]
    assert gaps_of(shown, 800_000, FRAME) == [(0, 200_000), (260_000, 500_000), (506_000, 800_000)]
    assert gaps_of([index * FRAME for index in range(10)], 60_000, FRAME) == []


def test_the_usual_distance_is_the_median() -> None:
    """A gap does not count."""
    assert usual_distance([0, 6_000, 12_000, 900_000]) == FRAME
    assert usual_distance([5]) == FRAME


def test_a_fast_microphone_loses_a_packet_now_and_then_and_never_drifts() -> None:
    """Each file of 10 s holds 10.1 s of sound: what is stored stays within half a packet of its time."""
    placer = AudioPlacer()
    packet, per_file = 5_760, 158
    late, left_out = [], 0
    for file in range(60):
        for index in range(per_file):
            tick = file * 900_000 + index * packet
            stored = placer.place(tick, packet)
            if stored is None:
                left_out += 1
            else:
                late.append(stored - tick)
    assert min(late) >= 0
    assert max(late) <= packet // 2
    assert left_out < 60 * 4


def test_a_gap_in_the_sound_stays_a_gap() -> None:
    """Nothing is moved to an earlier time."""
    placer = AudioPlacer()
    assert [placer.place(tick, 100) for tick in (0, 100, 900)] == [0, 100, 900]
