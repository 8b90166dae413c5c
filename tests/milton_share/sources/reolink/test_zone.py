"""The clock on the wall of a device, against the zones of this machine: every hour of twenty years. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.milton_share.sources.reolink.zone import Change, Zone

NEW_YORK = Zone(
    behind_s=5 * 3600,
    summer_s=3600,
    begins=Change(month=3, week=2, weekday=0, hour=2, minute=0),
    ends=Change(month=11, week=1, weekday=0, hour=2, minute=0),
)
BERLIN = Zone(
    behind_s=-3600,
    summer_s=3600,
    begins=Change(month=3, week=5, weekday=0, hour=2, minute=0),
    ends=Change(month=10, week=5, weekday=0, hour=3, minute=0),
)
SYDNEY = Zone(
    behind_s=-10 * 3600,
    summer_s=3600,
    begins=Change(month=10, week=1, weekday=0, hour=2, minute=0),
    ends=Change(month=4, week=1, weekday=0, hour=3, minute=0),
)
PHOENIX = Zone(behind_s=7 * 3600)
ZONES = {
    "America/New_York": NEW_YORK,
    "Europe/Berlin": BERLIN,
    "Australia/Sydney": SYDNEY,
    "America/Phoenix": PHOENIX,
}
MOMENTS = st.integers(
    min_value=round(datetime(2015, 1, 1, tzinfo=UTC).timestamp()),
    max_value=round(datetime(2035, 1, 1, tzinfo=UTC).timestamp()),
)


@pytest.mark.parametrize("name", ZONES)
@given(utc_s=MOMENTS)
def test_it_shows_what_clocks_of_that_place_show(name: str, utc_s: int) -> None:
    """And what it shows is never taken for another moment than those at which it is shown."""
    zone = ZONES[name]
    shown = zone.local(utc_s)
    there = datetime.fromtimestamp(utc_s, UTC).astimezone(ZoneInfo(name))
    assert shown == there.replace(tzinfo=None)
    assert zone.is_summer(utc_s) == bool(there.dst())
    assert utc_s in zone.moments_s(shown)
    assert utc_s == zone.utc_s(shown, summer=zone.is_summer(utc_s))


@pytest.mark.parametrize("name", ZONES)
def test_every_half_hour_around_a_change_is_one_moment_or_two(name: str) -> None:
    """Two exactly in the hour that comes twice."""
    zone, there = ZONES[name], ZoneInfo(name)
    at = datetime(2026, 1, 1, tzinfo=UTC)
    while at.year == 2026:
        local = at.astimezone(there)
        twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
        assert len(zone.moments_s(local.replace(tzinfo=None, fold=0))) == (2 if twice else 1)
        at += timedelta(minutes=30)


def test_a_time_that_the_clock_never_shows_is_taken_by_the_clock_that_was_not_put_yet() -> None:
    """Half past two in the night when it is put ahead."""
    skipped = datetime(2026, 3, 8, 2, 30)  # noqa: DTZ001  a clock without a zone
    assert NEW_YORK.moments_s(skipped) == (datetime(2026, 3, 8, 7, 30, tzinfo=UTC).timestamp(),)
