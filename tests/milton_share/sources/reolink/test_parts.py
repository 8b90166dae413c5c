"""Which files a range wants, and when each was: never surer than it is. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.milton_share.sources.protect.pieces import (
    ANCHOR_MS,
    PIECE_MIN_MS,
    SLACK_MS,
    Piece,
    piece_of,
    pieces_for,
    pieces_of,
)
from custom_components.milton_share.sources.recorder.store.holds import ALONE
from custom_components.milton_share.sources.recorder.store.index import Hold
from custom_components.milton_share.sources.recorder_clients import CopyError, CopyRule
from custom_components.milton_share.sources.recorder_clients.archive.contents import Contents
from custom_components.milton_share.sources.recorder_clients.archive.progress import Progress
from custom_components.milton_share.sources.recorder_clients.failures import STUMBLES_S, TRIES_MAX, Going, Stumbling
from custom_components.milton_share.sources.recorder_clients.times.requested import OVERLAP_MS, AskedRange
from custom_components.milton_share.sources.reolink.answers import Listed
from custom_components.milton_share.sources.reolink.parts import PART_S, days_of, parts_of, placed_together
from custom_components.milton_share.sources.reolink.zone import Zone
from tests.milton_share.sources.reolink.test_zone import NEW_YORK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

WINTER = Zone(behind_s=5 * 3600)
NOON = datetime(2026, 1, 14, 12, 0, 0)  # noqa: DTZ001  a clock without a zone
LENGTHS = st.lists(st.integers(min_value=5, max_value=600), min_size=1, max_size=20)


def listed(start: datetime, length_s: float, name: str | None = "Mp4Record/a.mp4") -> Listed:
    """Return a file as a device lists it."""
    return Listed(start=start, end=start + timedelta(seconds=length_s), name=name, size_bytes=round(length_s) * 1000)


@given(lengths=LENGTHS, data=st.data())
def test_the_truth_of_every_file_lies_within_what_is_stated(lengths: list[int], data: st.DataObject) -> None:
    """Names are cut to seconds, files are a little shorter than their names say, and a moment is lost between two."""
    at_s, files, true_s, measured = 0.0, [], [], []
    for length_s in lengths:
        at_s += data.draw(st.floats(min_value=0, max_value=0.5))
        true_s.append(NOON.timestamp() + at_s)
        films_s = length_s - data.draw(st.floats(min_value=0, max_value=0.5))
        start, end = (NOON + timedelta(seconds=int(at_s + more_s)) for more_s in (0, films_s))
        files.append(Listed(start=start, end=end, name=f"Mp4Record/{len(files)}.mp4", size_bytes=len(files)))
        measured.append(Contents(start_s=0.0, end_s=films_s, gaps=()))
        at_s += films_s
    parts = parts_of(files, WINTER)
    zero_s = WINTER.moments_s(NOON)[0] - NOON.timestamp()
    found = placed_together(parts, {part.key: one for part, one in zip(parts, measured, strict=True)})
    for part, true in zip(parts, true_s, strict=True):
        assert abs(found[part.key].from_s - (true + zero_s)) <= found[part.key].uncertainty_s + 1e-6


def test_what_a_recorder_has_is_asked_in_parts_that_overlap() -> None:
    """None longer than its own clients ask for."""
    parts = parts_of([listed(NOON, 1_000, None)], WINTER)
    assert [part.length_s for part in parts] == [PART_S, PART_S + 6, PART_S + 6, 106]
    assert all(one.end_s - other.start_s == OVERLAP_MS / 1000 for one, other in pairwise(parts))
    assert len({part.key for part in parts}) == 4


def test_in_the_hour_that_comes_twice_a_file_without_a_name_is_in_doubt_by_an_hour() -> None:
    """Stated around both moments, and it speaks about no other."""
    (part,) = parts_of([listed(datetime(2026, 11, 1, 1, 30), 60, None)], NEW_YORK)  # noqa: DTZ001  as above
    assert part.doubt_s == 3_600
    contents = Contents(start_s=0.0, end_s=60.0, gaps=())
    placed = part.placed(contents)
    for moment_s in NEW_YORK.moments_s(part.listed.start):
        assert abs(placed.from_s - moment_s) <= placed.uncertainty_s
    assert not part.is_sure(contents)


@pytest.mark.parametrize("name", ["Mp4Record/a.mp4", "Mp4Record/RecM01_20260308_015930_030030_0_1.mp4", None])
def test_a_file_over_the_hour_that_is_left_out_is_as_long_as_it_is(name: str | None) -> None:
    """From 1:59:30 to 3:00:30 is a minute that night; half an hour later would be asked for, and said of it."""
    start = datetime(2026, 3, 8, 1, 59, 30)  # noqa: DTZ001  a clock without a zone
    summer = False if name and "Rec" in name else None
    (part,) = parts_of([replace(listed(start, 3_660, name), summer=summer)], NEW_YORK)
    assert (part.length_s, part.doubt_s) == (60.0, 0.0)
    placed = part.placed(Contents(start_s=0.0, end_s=60.0, gaps=()))
    assert abs(placed.from_s - NEW_YORK.moments_s(start)[0]) <= placed.uncertainty_s <= 5.0
    (usual,) = parts_of([listed(start - timedelta(hours=1), 60, "Mp4Record/a.mp4")], NEW_YORK)
    assert usual.length_s == 60.0


def test_more_than_was_told_is_refused() -> None:
    """A minute that is ten."""
    (part,) = parts_of([listed(NOON, 60)], WINTER)
    with pytest.raises(CopyError) as refused:
        part.placed(Contents(start_s=0.0, end_s=600.0, gaps=()))
    assert refused.value.rule == CopyRule.RECORDING_UNREADABLE
    assert placed_together([part], {part.key: Contents(start_s=0.0, end_s=600.0, gaps=())}) == {}


@given(start_s=st.integers(min_value=0, max_value=200_000), length_s=st.integers(min_value=1, max_value=300_000))
def test_days_cover_a_range_and_none_passes_midnight(start_s: int, length_s: int) -> None:
    """To the second before it."""
    from_ = NOON + timedelta(seconds=start_s)
    until = from_ + timedelta(seconds=length_s)
    days = list(days_of(from_, until))
    assert days[0][0] == from_
    assert days[-1][1] in {until, until - timedelta(seconds=1)}
    assert all(start.date() == end.date() and start <= end for start, end in days)
    assert all((other[0] - one[1]).total_seconds() == 1 for one, other in pairwise(days))


@given(
    early_s=st.floats(min_value=-5, max_value=5),
    late_s=st.floats(min_value=-5, max_value=5),
    hole=st.tuples(st.floats(min_value=10, max_value=50), st.floats(min_value=0, max_value=40)),
    at_s=st.floats(min_value=0, max_value=90),
)
def test_no_picture_of_what_was_asked_for_is_outside_of_what_is_stated(
    early_s: float, late_s: float, hole: tuple[float, float], at_s: float
) -> None:
    """Wherever its ends are within their slack, and whatever hole is closed up in it."""
    asked = AskedRange(from_ms=0, until_ms=100_000, slack_ms=5_000)
    begins_s, ends_s = early_s, 100 + late_s
    hole_at_s, hole_s = hole[0], min(hole[1], ends_s - hole[0] - 1)
    length_s = ends_s - begins_s - hole_s
    placed = asked.placed(length_s)
    in_file_s = min(at_s, length_s)
    true_s = begins_s + in_file_s + (hole_s if begins_s + in_file_s >= hole_at_s else 0)
    assert abs(placed.from_s + in_file_s - true_s) <= placed.uncertainty_s + 1e-6
    assert asked.is_whole(length_s) or hole_s > 0


def of_hold(from_ms: int, until_ms: int, name: str = "a") -> Hold:
    """Return a hold of which pieces are asked for."""
    return Hold(hold_id=name, camera_id="door", folder=name, from_ms=from_ms, until_ms=until_ms, deadline_ms=2**42)


AROUND_MS = SLACK_MS + ANCHOR_MS


def every(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Return pieces, their halves, and so on."""
    for piece in pieces:
        yield piece
        yield from every(piece.halves)


@pytest.mark.parametrize("anchor_ms", [0, 3_600_000, -70])
def test_pieces_cover_a_range_and_halves_end(anchor_ms: int) -> None:
    """The same each time, down to the smallest, by the recorder's clock."""
    (one,) = pieces_of(of_hold(0, 100_000), anchor_ms, always=True)
    assert (one.from_ms, one.until_ms) == (-AROUND_MS - anchor_ms, 100_000 + AROUND_MS - anchor_ms)
    for always in (True, False):
        pieces = pieces_of(of_hold(7, 43_200_000), anchor_ms, always=always)
        ends = (pieces[0].from_ms, pieces[-1].until_ms)
        assert ends == (7 - AROUND_MS - anchor_ms, 43_200_000 + AROUND_MS - anchor_ms)
        assert all(one.until_ms - other.from_ms == OVERLAP_MS for one, other in pairwise(pieces))
    smallest = replace(one, from_ms=0, until_ms=PIECE_MIN_MS)
    assert smallest.halves == ()
    first, second = replace(one, from_ms=0, until_ms=PIECE_MIN_MS + 1).halves
    assert (first.from_ms, second.until_ms) == (0, PIECE_MIN_MS + 1)
    assert first.until_ms - second.from_ms == OVERLAP_MS


@pytest.mark.parametrize(
    "span", [(0, 1), (-7_000, 99_000), (-(2**41), 900_000 - 2**41), (1_700_000_000_000, 1_700_000_600_000)]
)
def test_a_piece_is_found_by_what_its_file_is_called_and_by_its_own_hold_alone(span: tuple[int, int]) -> None:
    """Also before 1970; a file of another hold, or of another recorder, is no piece."""
    for anchor_ms in (0, -(2**31), 2**31):
        for piece in pieces_of(of_hold(*span), anchor_ms, always=False):
            assert piece_of(piece.key, of_hold(*span)) == piece
            assert piece_of(piece.key, of_hold(*span, "b")) is None
    for key in ("1700000000", "1700000000-300-123456", "0" * 32, f"a{ALONE}", f"a{ALONE}1-2", f"a{ALONE}1-2-3-4", ""):
        assert piece_of(key, of_hold(*span)) is None


def _is_parted_further(pieces: Iterable[Piece], known: set[str]) -> bool:
    """Whether these are among the halves of others: a range just too long for one piece is two, each a half of it."""
    return {piece.key for piece in pieces} <= known


@given(
    length_s=st.integers(min_value=1, max_value=7_200) | st.just(64),
    was_always=st.booleans(),
    offset_ms=st.integers(min_value=-(10**7), max_value=10**7),
    drift_ms=st.integers(min_value=-ANCHOR_MS, max_value=ANCHOR_MS),
    data=st.data(),
)
def test_what_is_here_says_how_its_range_was_parted(
    length_s: int, offset_ms: int, drift_ms: int, data: st.DataObject, *, was_always: bool
) -> None:
    """Whatever of it is here, whole or in halves, however the camera is recorded and the clock comes out now."""
    hold = of_hold(10**9, 10**9 + length_s * 1000)
    pieces = pieces_of(hold, offset_ms, always=was_always)
    here: set[str] = set()
    for piece in pieces:
        one = piece
        while one.halves and data.draw(st.booleans()):
            here.add(one.halves[1].key)
            one = one.halves[0]
        here.add(one.key)
    found = pieces_for(hold, here, offset_ms + drift_ms, always=data.draw(st.booleans()))
    known, parted = ({piece.key for piece in every(one)} for one in (found, pieces))
    assert here <= known
    assert found == pieces or _is_parted_further(pieces, known) or _is_parted_further(found, parted)
    assert pieces_for(hold, (), offset_ms, always=was_always) == pieces


async def test_what_a_recorder_fails_at_is_given_up_only_while_it_is_well() -> None:
    """What is refused by another rule is refused at once."""
    stumbling, asked = Stumbling(), 0

    async def well() -> None:
        nonlocal asked
        asked += 1

    async def away() -> None:
        raise CopyError(CopyRule.AWAY, "nobody there")

    for _ in range(TRIES_MAX - 1):
        assert not await stumbling.is_given_up("one", CopyError(CopyRule.WRONG_ANSWER), well)
    with pytest.raises(CopyError, match="nobody there"):
        await stumbling.is_given_up("one", CopyError(CopyRule.WRONG_ANSWER), away)
    assert await stumbling.is_given_up("one", CopyError(CopyRule.WRONG_ANSWER), well)
    with pytest.raises(CopyError, match="hold_quota"):
        await stumbling.is_given_up("other", CopyError(CopyRule.HOLD_QUOTA), well)
    assert asked == TRIES_MAX


async def test_what_fails_while_a_recorder_is_away_counts_for_nothing() -> None:
    """It was asked in vain often enough, but not once while it was well."""
    stumbling = Stumbling()

    async def away() -> None:
        raise CopyError(CopyRule.AWAY, "nobody there")

    async def well() -> None:
        pass

    for _ in range(TRIES_MAX):
        with pytest.raises(CopyError, match="nobody there"):
            await stumbling.is_given_up("one", CopyError(CopyRule.AWAY), away)
    assert stumbling.failed("one") == TRIES_MAX
    assert not await stumbling.is_given_up("one", CopyError(CopyRule.AWAY), well)


async def test_what_fails_for_a_moment_is_not_given_up_however_often_it_is_asked_for() -> None:
    """Several requests, or an owner who looks again, ask thrice within a second."""
    times_s = [100.0]
    stumbling = Stumbling(60.0, lambda: times_s[-1])

    async def well() -> None:
        pass

    for at_s in (100.0, 100.1, 100.2, 159.9):
        times_s.append(at_s)
        assert not await stumbling.is_given_up("one", CopyError(CopyRule.AWAY), well)
    times_s.append(160.0)
    assert await stumbling.is_given_up("one", CopyError(CopyRule.AWAY), well)


async def test_what_fails_leaves_the_rest_for_the_next_time_only_where_it_takes_long() -> None:
    """What is refused at once holds nobody up, however much of it there is; what was first is what is told."""
    times_s = [100.0]
    progress = Progress()

    async def well() -> None:
        pass

    going = Going(Stumbling(STUMBLES_S), progress, well, lambda: times_s[-1])
    going.require_all()
    for at_s, rule in ((200.0, CopyRule.AWAY), (200.1, CopyRule.WRONG_ANSWER), (259.9, CopyRule.WRONG_ANSWER)):
        times_s.append(at_s)
        assert not await going.is_settled(at_s, "one", CopyError(rule))
        assert not going.is_too_long
    times_s.append(260.0)
    assert going.is_too_long
    with pytest.raises(CopyError, match="source_away"):
        going.require_all()
    assert progress.settled == set()


async def test_what_is_given_up_is_settled_and_leaves_nothing_for_the_next_time() -> None:
    """It is a gap then."""
    progress = Progress()

    async def well() -> None:
        pass

    stumbling = Stumbling()
    for _ in range(TRIES_MAX):
        going = Going(stumbling, progress, well)
        settled = await going.is_settled(("camera", "one"), "one", CopyError(CopyRule.AWAY))
    assert settled
    assert progress.settled == {"one"}
    going.require_all()
