"""Quarters of a year, by the agency's clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Self

from hub.kit.days import day_begins
from hub.kit.errors import HubError

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

NOT_FOUND = 404
YEAR_MIN, YEAR_MAX = 2000, 9000
_NAME = re.compile(r"([0-9]{4})-Q([1-4])")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Quarter:
    """One quarter; ``number`` is 1 to 4."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``2026-Q3``. Raises ``report_unknown`` (404)."""
        found = _NAME.fullmatch(text)
        if found is None or not YEAR_MIN <= int(found[1]) <= YEAR_MAX:
            raise unknown()
        return cls(year=int(found[1]), number=int(found[2]))

    @classmethod
    def of(cls, at: datetime, zone: tzinfo) -> Self:
        """Return the quarter in which ``at`` lies."""
        local = at.astimezone(zone)
        return cls(year=local.year, number=(local.month - 1) // 3 + 1)

    @property
    def name(self) -> str:
        """Return its name, ``2026-Q3``."""
        return f"{self.year}-Q{self.number}"

    def before(self) -> Quarter:
        """Return the one before."""
        if self.number > 1:
            return Quarter(year=self.year, number=self.number - 1)
        return Quarter(year=self.year - 1, number=4)

    def after(self) -> Quarter:
        """Return the next quarter."""
        if self.number < 4:  # noqa: PLR2004 - of a year
            return Quarter(year=self.year, number=self.number + 1)
        return Quarter(year=self.year + 1, number=1)

    def begin(self, zone: tzinfo) -> datetime:
        """Return its first moment, UTC."""
        return day_begins(date(self.year, 3 * self.number - 2, 1), zone)

    def end(self, zone: tzinfo) -> datetime:
        """Return the first moment after it, UTC."""
        return self.after().begin(zone)


def require_over(quarter: Quarter, now: datetime, zone: tzinfo) -> None:
    """Raise ``report_unknown`` before the quarter's end: its figures are told once, so none is seen growing by one."""
    if quarter.end(zone) > now:
        raise unknown()


def unknown() -> HubError:
    """Return the refusal of a report that is not there."""
    rule = "report_unknown"
    return HubError(rule, NOT_FOUND, "There is no report of this quarter. A report is made when its quarter is over.")
