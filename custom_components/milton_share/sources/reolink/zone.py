"""The clock on a Reolink device's wall: local time without a zone, by the rule that the device follows itself. Pure.

`GetTime` says how many seconds UTC is ahead of its standard time, and when it puts its clock for summer: the n-th
weekday of a month (5: the last). In the hour that comes twice a local time is two moments, and none in the hour that
doesn't come: the device then names by the clock that it still has.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

LAST_WEEK = 5
WEEK_DAYS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A day of each year, and a time of it: when the clock is put. Weekday 0 is Sunday."""

    month: int
    week: int
    weekday: int
    hour: int
    minute: int

    def in_year(self, year: int) -> datetime:
        """Return when it is, by the clock that is put."""
        first = datetime(year, self.month, 1, self.hour, self.minute)  # noqa: DTZ001  a clock without a zone
        sunday_based = (first.weekday() + 1) % WEEK_DAYS
        day = 1 + (self.weekday - sunday_based) % WEEK_DAYS + (self.week - 1) * WEEK_DAYS
        last = calendar.monthrange(year, self.month)[1]
        while day > last:
            day -= WEEK_DAYS
        return first.replace(day=day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """Standard time is UTC less `behind_s`; in summer `summer_s` more, from `begins` to `ends`, if ever."""

    behind_s: int
    summer_s: int = 0
    begins: Change | None = None
    ends: Change | None = None

    def utc_s(self, local: datetime, *, summer: bool) -> float:
        """Return the moment at which its clock showed this, if it was put for summer, or if it wasn't."""
        standard_s = local.replace(tzinfo=UTC).timestamp() + self.behind_s
        return standard_s - self.summer_s if summer else standard_s

    def moments_s(self, local: datetime) -> tuple[float, ...]:
        """Return the moments at which its clock showed this: one, or two in the hour that comes twice."""
        found = {
            self.utc_s(local, summer=summer)
            for summer in (True, False)
            if self.is_summer(self.utc_s(local, summer=summer)) == summer
        }
        return tuple(sorted(found)) or (self.utc_s(local, summer=False),)

    def local(self, utc_s: float) -> datetime:
        """Return what its clock shows at a moment."""
        standard = datetime.fromtimestamp(utc_s, UTC).replace(tzinfo=None) - timedelta(seconds=self.behind_s)
        return standard + timedelta(seconds=self.summer_s) if self.is_summer(utc_s) else standard

    def is_summer(self, utc_s: float) -> bool:
        """Whether its clock is put for summer at a moment."""
        if self.begins is None or self.ends is None or not self.summer_s:
            return False
        standard = datetime.fromtimestamp(utc_s, UTC).replace(tzinfo=None) - timedelta(seconds=self.behind_s)
        begins = self.begins.in_year(standard.year)
        ends = self.ends.in_year(standard.year) - timedelta(seconds=self.summer_s)
        if begins <= ends:
            return begins <= standard < ends
        return standard >= begins or standard < ends  # south of the equator
