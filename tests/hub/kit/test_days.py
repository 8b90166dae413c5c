"""A day begins at midnight by the clock that it is a day of."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from hub.kit.days import day_begins

ATLANTA = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 8), 5), (date(2026, 3, 9), 4), (date(2026, 11, 1), 4), (date(2026, 11, 2), 5)],
)
def test_a_day_on_which_clocks_change_begins_by_the_clock_before(day: date, hours: int) -> None:
    """The day after begins by the one after."""
    assert day_begins(day, ATLANTA) == datetime(day.year, day.month, day.day, hours, tzinfo=UTC)
    assert day_begins(day) == datetime(day.year, day.month, day.day, tzinfo=UTC)


def test_a_day_that_begins_before_the_first_year_is_no_time() -> None:
    """Who reads days of others refuses it in their own words."""
    with pytest.raises(OverflowError):
        day_begins(date.min, ZoneInfo("Etc/GMT-14"))
