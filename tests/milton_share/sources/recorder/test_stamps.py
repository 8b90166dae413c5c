"""Which stamps are written: each behind the one before, or the run ends. By packets that are nothing but stamps."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.milton_share.sources.recorder.filming.errors import StampsError
from custom_components.milton_share.sources.recorder.filming.stamps import (
    AHEAD_MAX_S,
    BACK_MAX_S,
    SOUND_BACK_MAX_S,
    UNREPORTED_BACK_MAX_S,
    from_key_picture,
    from_zero,
    stamped,
    while_pictures,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

TICK = Fraction(1, 1000)


@dataclass(slots=True, kw_only=True)
class Stamps:
    """What `stamped` looks at of a packet."""

    track: int = 0
    dts: int | None
    pts: int | None
    reported: bool = False
    time_base: Fraction = TICK
    stream: SimpleNamespace = field(init=False)

    def __post_init__(self) -> None:
        """Say of which track it is."""
        self.stream = SimpleNamespace(index=self.track, type="audio" if self.track else "video")

    def has_sidedata(self, kind: str) -> bool:
        """Say whether the camera's report is known."""
        return self.reported and kind == "prft"


@dataclass(slots=True, kw_only=True)
class Picture(Stamps):
    """What `from_key_picture` looks at besides."""

    is_keyframe: bool
    duration: int = 100
    size: int = 1

    def __post_init__(self) -> None:
        """Say of which track it is."""
        self.stream = SimpleNamespace(index=0, type="video", average_rate=None, time_base=TICK)


NUMBERS = st.none() | st.integers(-(1 << 34), 1 << 34)
STEPS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(-20_000, 70_000), st.integers(-200, 200)), min_size=1, max_size=30
)


def came(steps: list[tuple[int, int, int]], *, reported: bool) -> list[Stamps]:
    """Make packets of two tracks whose stamps go on by so much each."""
    at = [0, 0]
    found = []
    for track, step, shift in steps:
        at[track] += step
        found.append(Stamps(track=track, dts=at[track], pts=at[track] + shift, reported=reported))
    return found


@given(STEPS, st.booleans())
def test_stamps_only_grow_or_the_run_ends_where_they_begin_anew(
    steps: list[tuple[int, int, int]],
    reported: bool,  # noqa: FBT001  by Hypothesis
) -> None:
    """No picture is left out, no sound but what goes far back, and what is in order already is left as it is."""
    packets = came(steps, reported=reported)
    asked = [one.dts for one in packets]
    found: list[Stamps] = []
    looked: list[Stamps] = []
    try:
        for one in stamped((looked.append(one) or one for one in packets), lambda _: None):
            found.append(one)  # noqa: PERF402  it may end in the middle
    except StampsError:
        ended = looked.pop()
        before = [one.dts for one in found if one.track == ended.track][-1]
        step_s = (asked[len(looked)] - before) * TICK
        assert step_s < (-BACK_MAX_S if reported else -UNREPORTED_BACK_MAX_S) or step_s > AHEAD_MAX_S
    else:
        assert len(looked) == len(packets)
    assert [one for one in looked if one.track == 0] == [one for one in found if one.track == 0]
    taken = 0
    for number, one in enumerate(looked):
        is_in = taken < len(found) and found[taken] is one
        if not is_in:
            assert one.track == 1
            before = [other.dts for other in found[:taken] if other.track == 1][-1]
            assert (asked[number] - before) * TICK < -SOUND_BACK_MAX_S
        taken += is_in
    assert taken == len(found)
    for track in (0, 1):
        stamps = [one.dts for one in found if one.track == track]
        assert all(before < after for before, after in pairwise(stamps))
    assert all(one.pts >= one.dts for one in found)
    if all(step > 0 for _, step, _ in steps):
        assert [one.dts for one in found] == asked[: len(found)]
        assert found == looked


@pytest.mark.parametrize(
    ("shown_s", "end"),
    [(59, nullcontext()), (61, pytest.raises(StampsError)), (56 * 365 * 86_400, pytest.raises(StampsError))],
)
def test_a_picture_that_is_shown_long_after_it_is_decoded_is_of_another_beginning(
    shown_s: int, end: AbstractContextManager[object]
) -> None:
    """Of reordered pictures the first that a report moved is decoded where it was: in the file it stood for an hour."""
    pictures = [Stamps(dts=0, pts=200), Stamps(dts=100, pts=1000 * shown_s), Stamps(dts=200, pts=400)]
    with end:
        assert list(stamped(iter(pictures), lambda _: None)) == pictures


@given(STEPS, st.integers(-(1 << 33), 1 << 33))
def test_the_first_picture_is_at_0_and_all_else_as_far_from_it_as_it_was(
    steps: list[tuple[int, int, int]], first: int
) -> None:
    """Whatever its stamp is, and each track by its own ticks; what has no stamp gets none."""
    packets = [Stamps(dts=first - 40, pts=first), *came(steps, reported=False), Stamps(track=1, dts=None, pts=7)]
    for one in packets:
        one.time_base = TICK / 2 if one.track else TICK
    asked = [(one.dts, one.pts) for one in packets]
    found = list(from_zero(iter(packets)))
    assert (found[0].dts, found[0].pts) == (-40, 0)
    for one, (dts, pts) in zip(found, asked, strict=True):
        ticks = first * 2 if one.track else first
        assert one.dts == (None if dts is None else dts - ticks)
        assert one.pts == (None if pts is None else pts - ticks)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), max_size=20))
def test_no_stamps_whatever_are_written_that_are_none(stamps: list[tuple[int | None, int | None]]) -> None:
    """A packet without any is an end, and is left out."""
    packets = [Stamps(dts=dts, pts=pts) for dts, pts in stamps]
    found: list[Stamps] = []
    try:
        found.extend(stamped(iter(packets), lambda _: None))
    except StampsError:
        return
    assert len(found) == sum(dts is not None or pts is not None for dts, pts in stamps)
    assert all(one.dts is not None and one.pts is not None for one in found)


KEPT, MOVED, LEFT_OUT, ANEW = "kept", "moved", "left out", "begun anew"


@pytest.mark.parametrize(
    ("track", "reported", "step_ms", "what"),
    [
        (0, True, 60_000, KEPT),
        (0, True, 60_001, ANEW),
        (0, True, -2_000, MOVED),
        (0, True, -2_001, ANEW),
        (0, False, -2_001, MOVED),
        (0, False, -15_000, MOVED),
        (0, False, -15_001, ANEW),
        (1, True, -500, MOVED),
        (1, True, -501, LEFT_OUT),
        (1, False, -15_000, LEFT_OUT),
        (1, True, -2_001, ANEW),
        (1, False, -15_001, ANEW),
    ],
)
def test_a_millisecond_decides_over_a_stamp_that_leaps(track: int, step_ms: int, what: str, *, reported: bool) -> None:
    """A minute ahead; back two seconds, before a report fifteen; sound half a second."""
    packets = [Stamps(track=track, dts=at, pts=at, reported=reported) for at in (90_000, 90_000 + step_ms)]
    found: list[Stamps] = []
    with pytest.raises(StampsError) if what == ANEW else nullcontext():
        found.extend(stamped(iter(packets), lambda _: None))
    stamps = {KEPT: [90_000, 90_000 + step_ms], MOVED: [90_000, 90_001], LEFT_OUT: [90_000]}
    assert what == ANEW or [one.dts for one in found] == stamps[what]


@pytest.mark.parametrize(("silent_s", "first_s", "later_s"), [(1.0, 15.0, 3.0), (5.0, 15.0, 15.0), (10.0, 30.0, 30.0)])
def test_sound_without_a_picture_is_recorded_for_so_long(silent_s: float, first_s: float, later_s: float) -> None:
    """Three times as long as silence is borne; for a camera's first picture fifteen seconds at least."""
    clock = [100.0]

    def recorded(*came: tuple[int, float]) -> int:
        def packets() -> Iterator[Stamps]:
            for track, at_s in came:
                clock[0] = 100.0 + at_s
                yield Stamps(track=track, dts=0, pts=0)

        clock[0] = 100.0
        return len(list(while_pictures(packets(), silent_s, lambda: clock[0])))

    assert recorded((1, first_s), (0, first_s + 9.0), (1, first_s + 9.0 + later_s)) == 3
    for late in ([(1, first_s + 0.01)], [(0, 1.0), (1, later_s + 1.01)]):
        with pytest.raises(TimeoutError):
            recorded(*late)


def test_a_disk_that_stalls_is_no_missing_picture() -> None:
    """What came meanwhile would be lost with the run; the camera's own silence counts all the same."""
    clock = [100.0]

    def packets() -> Iterator[Stamps]:
        for track in (0, 1, 1):
            clock[0] += 2.0
            yield Stamps(track=track, dts=0, pts=0)

    came = while_pictures(packets(), 1.0, lambda: clock[0])
    for _ in range(2):
        next(came)
        clock[0] += 60.0
    with pytest.raises(TimeoutError):
        next(came)


def test_the_first_report_is_told_once() -> None:
    """By the stamp of the picture that it came with."""
    told: list[float] = []
    packets = [Stamps(dts=at, pts=at, reported=at >= 2) for at in range(5)]
    list(stamped(iter(packets), told.append))
    assert told == [pytest.approx(0.002)]


@given(st.lists(st.integers(1, 5_000), min_size=1, max_size=12), st.sampled_from((1, 66)))
def test_the_first_pictures_keep_their_times_however_irregularly_they_came(gaps: list[int], step: int) -> None:
    """When each is shown is known; of the first ones not when it is decoded. A camera in the dark is slow."""
    shown = [sum(gaps[:number]) for number in range(len(gaps) + 1)]
    packets = [Picture(dts=None, pts=at, is_keyframe=at == 0, duration=step) for at in shown]
    packets[-1].dts = packets[-1].pts
    found = list(from_key_picture(iter(packets)))
    assert found == packets
    assert [one.pts for one in found] == shown
    decoded = [one.dts for one in found]
    assert all(before < after for before, after in pairwise(decoded))
    assert all(dts <= pts for dts, pts in zip(decoded, shown, strict=True))


def test_the_first_pictures_of_a_camera_that_reorders_are_decoded_before_they_are_shown() -> None:
    """In the order in which they came, a step apart where that is before all that follow; a key picture comes first."""
    packets = [Picture(dts=None, pts=at, is_keyframe=at is None) for at in (None, 400, 200, 300, 700, 500)]
    packets[-1].dts = 400
    found = list(from_key_picture(iter(packets)))
    assert [one.pts for one in found] == [100, 400, 200, 300, 700, 500]
    assert [one.dts for one in found] == [-100, 0, 100, 200, 300, 400]


@pytest.mark.parametrize("apart", [1000, 66])
def test_the_first_picture_of_a_slow_camera_is_as_far_from_the_next_as_the_others_are(apart: int) -> None:
    """When it is shown, libav does not say; by the rate that the camera promises it was nearly a second too late."""
    times = (None, 5000 + apart, 5000 + 2 * apart, 5000 + 3 * apart)
    packets = [Picture(dts=at, pts=at, is_keyframe=at is None, duration=66) for at in times]
    assert [one.pts for one in from_key_picture(iter(packets))] == [5000, *times[1:]]
