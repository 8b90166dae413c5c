"""Which cameras a request concerns, and what there is of its time: decided without IO."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from custom_components.milton_share.cameras.matching import (
    Candidate,
    Footage,
    copied_of,
    footage_of,
    is_eligible,
    is_placed,
    match,
)
from custom_components.milton_share.cameras.model import CameraSettings, Placing, Source
from custom_components.milton_share.sources.model import Clock, Coverage, Segment
from tests.simulators.city import AREA, City

DOOR = CameraSettings(camera_id="door", placing=Placing.OUTDOOR, eligible=True, position=AREA.center)
FROM = datetime(2026, 11, 20, 9, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("change", "placed", "eligible"),
    [
        ({}, True, True),
        ({"eligible": False}, True, False),
        ({"position": None}, False, False),
        ({"placing": Placing.INDOOR}, False, False),
        ({"placing": Placing.UNCLASSIFIED}, False, False),
    ],
)
def test_a_camera_may_be_asked_when_it_is_outdoor_and_placed_and_the_owner_said_so(
    change: dict[str, Any], *, placed: bool, eligible: bool
) -> None:
    """Each of the three alone is not enough."""
    camera = replace(DOOR, **change)
    assert (is_placed(camera), is_eligible(camera)) == (placed, eligible)
    assert not is_placed(None)


def test_the_cameras_that_see_the_area_are_named_in_one_order_whatever_theirs_is() -> None:
    """Each with a case of its own, whose id is the same again for the same request and camera."""
    cameras = [replace(DOOR, camera_id=name) for name in ("yard", "door")]
    hidden = replace(DOOR, camera_id="hall", placing=Placing.INDOOR)
    asked = City().draft()
    found = match(asked, "a" * 64, [*cameras, hidden])
    assert [each.camera_id for each in found] == ["door", "yard"]
    assert found == match(asked, "a" * 64, reversed(cameras))
    assert found[0] == Candidate(case_id=found[0].case_id, camera_id="door")
    ids = {each.case_id for request_id in ("a" * 64, "b" * 64) for each in match(asked, request_id, cameras)}
    assert len(ids) == 4
    assert all(len(id_) == 32 for id_ in ids)


def covered(*spans: tuple[timedelta, timedelta], put: bool = False) -> Coverage:
    """Return segments that begin and end so long after the range begins, with a gap of a minute."""
    segments = tuple(
        Segment(path=Path("one.ts"), from_=FROM + begin, until=FROM + end, sha256="0" * 64, media_start_s=0)
        for begin, end in spans
    )
    gaps = ((FROM + 20 * MINUTE, FROM + 21 * MINUTE),)
    clock = Clock(offset_ms=0, uncertainty_ms=100, method="rtcp", was_put=put)
    return Coverage(segments=segments, gaps=gaps, clock=clock)


@pytest.mark.parametrize(
    ("spans", "found"),
    [
        ((), None),
        (((-HOUR, 2 * HOUR),), (timedelta(), HOUR)),
        (((10 * MINUTE, 30 * MINUTE),), (10 * MINUTE, 30 * MINUTE)),
        (((30 * MINUTE, 40 * MINUTE), (10 * MINUTE, 20 * MINUTE)), (10 * MINUTE, 40 * MINUTE)),
        (((-HOUR, timedelta()),), None),
        (((HOUR, 2 * HOUR),), None),
        (((-HOUR, timedelta(seconds=1)),), (timedelta(), timedelta(seconds=1))),
    ],
)
def test_there_is_footage_of_a_time_where_segments_reach_into_it(
    spans: tuple[tuple[timedelta, timedelta], ...], found: tuple[timedelta, timedelta] | None
) -> None:
    """From the first to the last of them, and never beyond the time that was asked for."""
    coverage = covered(*spans)
    expected = found and Footage(from_=FROM + found[0], until=FROM + found[1], gaps=coverage.gaps, source=Source.HERE)
    assert footage_of(coverage, FROM, FROM + HOUR) == expected


def test_footage_of_another_recorder_says_which() -> None:
    """By the name that the manifest has."""
    coverage = replace(covered((-HOUR, HOUR)), software=(("frigate", "0.16"),))
    footage = footage_of(coverage, FROM, FROM + HOUR)
    assert footage is not None
    assert footage.source == Source.FRIGATE


def test_a_camera_whose_clock_was_put_is_said_to_be_one() -> None:
    """With what it has of the time."""
    found = footage_of(covered((timedelta(), HOUR), put=True), FROM, FROM + HOUR)
    assert found is not None
    assert found.clock_put


@pytest.mark.parametrize(
    ("pending", "share"),
    [
        ((), None),
        (((-HOUR, timedelta()), (HOUR, 2 * HOUR)), None),
        (((timedelta(), HOUR),), 0.0),
        (((30 * MINUTE, 2 * HOUR),), 29 / 59),
        (((40 * MINUTE, 50 * MINUTE), (30 * MINUTE, 45 * MINUTE), (31 * MINUTE, 32 * MINUTE)), 39 / 59),
    ],
)
def test_how_much_has_been_copied_is_told_of_what_is_no_gap(
    pending: tuple[tuple[timedelta, timedelta], ...], share: float | None
) -> None:
    """As long as some may come; parts that may come may overlap, for they are asked for so."""
    spans = tuple((FROM + start, FROM + end) for start, end in pending)
    coverage = replace(covered((timedelta(), HOUR)), pending=spans)
    assert copied_of(coverage, FROM, FROM + HOUR) == (share if share is None else pytest.approx(share))
