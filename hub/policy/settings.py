"""Each number that an agency sets for itself: its bounds, and why there is no more (``milton_protocol.limits``)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from milton_protocol.limits import (
    AREA_MAX_M2,
    AREA_MIN_M2,
    AREA_ORDINARY_M2,
    DURATION_MAX,
    DURATION_MIN,
    DURATION_ORDINARY,
    EXPIRY_MAX,
    EXPIRY_MIN,
    LOOK_BACK_MAX,
    LOOK_BACK_ORDINARY,
)

HOUR, DAY, MINUTE = timedelta(hours=1), timedelta(days=1), timedelta(minutes=1)
REQUESTS_PER_CASE_MAX: Final = 5  # docs/domain.md
APPEAL_DAYS: Final = 30  # within which a judgment is appealed (O.C.G.A. 5-6-38): nothing that a court saw goes before
M2_PER_SQUARE_MILE = 2_589_988.110336


class Unit(StrEnum):
    """What a number counts."""

    AREA = "m²"
    MINUTES = "min"
    HOURS = "h"
    DAYS = "days"
    REQUESTS = "requests"


def number_words(unit: Unit, number: int) -> str:
    """Return a number as people read it: ``0.100 sq mi``, ``2 h``, ``1 h 30 min``, ``1 day``."""
    match unit:
        case Unit.AREA:
            return f"{number / M2_PER_SQUARE_MILE:.3f} sq mi"
        case Unit.MINUTES:
            hours, minutes = divmod(number, 60)
            return " ".join([f"{hours} h"] * (hours > 0) + [f"{minutes} min"] * (minutes > 0 or not hours))
        case Unit.HOURS:
            return f"{number} h"
        case Unit.DAYS:
            return f"{number} {'day' if number == 1 else 'days'}"
        case _:
            return str(number)


def amount_words(number: int, unit: str) -> str:
    """Return a number as pages write it; ``unit`` is one of :class:`Unit`."""
    return number_words(Unit(unit), number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One number of a policy: its bounds, why there is no more, and what it is about."""

    name: str
    words: str
    unit: Unit
    least: int
    most: int
    why: str
    is_kept: bool = False  # how long something is kept


_HOMES_SIGN = "above it every home wants a supervisor's signature"
_HOMES = "no home takes more"
_TOLD = "owners are told so before they share"
SETTINGS: tuple[Setting, ...] = (
    Setting(
        name="area_ordinary_m2",
        words="Area that an officer asks for alone",
        unit=Unit.AREA,
        least=AREA_MIN_M2,
        most=AREA_ORDINARY_M2,
        why=_HOMES_SIGN,
    ),
    Setting(
        name="area_max_m2",
        words="Largest area, with a supervisor",
        unit=Unit.AREA,
        least=AREA_MIN_M2,
        most=AREA_MAX_M2,
        why=_HOMES,
    ),
    Setting(
        name="duration_ordinary_min",
        words="Time range that an officer asks for alone",
        unit=Unit.MINUTES,
        least=DURATION_MIN // MINUTE,
        most=DURATION_ORDINARY // MINUTE,
        why=_HOMES_SIGN,
    ),
    Setting(
        name="duration_max_min",
        words="Longest time range, with a supervisor",
        unit=Unit.MINUTES,
        least=DURATION_MIN // MINUTE,
        most=DURATION_MAX // MINUTE,
        why=_HOMES,
    ),
    Setting(
        name="look_back_ordinary_days",
        words="Age of footage that an officer asks for alone",
        unit=Unit.DAYS,
        least=1,
        most=LOOK_BACK_ORDINARY // DAY,
        why=_HOMES_SIGN,
    ),
    Setting(
        name="look_back_max_days",
        words="Oldest footage, with a supervisor",
        unit=Unit.DAYS,
        least=1,
        most=LOOK_BACK_MAX // DAY,
        why=_HOMES,
    ),
    Setting(
        name="expiry_max_h",
        words="Longest that a request stays open",
        unit=Unit.HOURS,
        least=EXPIRY_MIN // HOUR,
        most=EXPIRY_MAX // HOUR,
        why=_HOMES,
    ),
    Setting(
        name="requests_per_case",
        words="Requests for a case without a supervisor",
        unit=Unit.REQUESTS,
        least=1,
        most=REQUESTS_PER_CASE_MAX,
        why="the program's rules allow no more",
    ),
    Setting(
        name="requests_per_case_max",
        words="Requests for a case in all",
        unit=Unit.REQUESTS,
        least=1,
        most=REQUESTS_PER_CASE_MAX,
        why="the program's rules allow no more",
    ),
    Setting(
        name="unlinked_kept_days",
        words="A share that nobody accepts into its case is kept",
        unit=Unit.DAYS,
        least=1,
        most=30,
        why=_TOLD,
        is_kept=True,
    ),
    Setting(
        name="declined_kept_days",
        words="A share that is not needed is kept",
        unit=Unit.DAYS,
        least=1,
        most=7,
        why=_TOLD,
        is_kept=True,
    ),
    Setting(
        name="closed_case_kept_days",
        words="After its case is closed an accepted share is kept",
        unit=Unit.DAYS,
        least=APPEAL_DAYS,
        most=365,
        why="owners keep their own recordings for the court as long",
        is_kept=True,
    ),
)
ORDERED = (
    ("area_ordinary_m2", "area_max_m2"),
    ("duration_ordinary_min", "duration_max_min"),
    ("look_back_ordinary_days", "look_back_max_days"),
    ("requests_per_case", "requests_per_case_max"),
)
