"""When a file was filmed, by its name: what cameras, apps and recorders write there. Pure.

A name says a time of some clock, mostly the local one of the house. Makers hardly document their names; the table has
what their files carry. Of an hour that comes twice, and of one that is left out, nothing is guessed: both readings
are returned, with the doubt.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import tzinfo

NAME_MAX_CHARS = 1_024  # of a path below a camera's folder; a name alone has at most 255
YEAR_MIN, YEAR_MAX = 2005, 2099  # before it no camera of a house wrote files; clocks that were never set say 1970, 2000
HALF_DAY_H = 12
HOUR_DIGITS = 2
ZONE_MIN, ZONE_MAX, ZONE_STEP_MIN = timedelta(hours=-12), timedelta(hours=14), 15  # of all zones that there are now
REPEATED, SKIPPED = "repeated_hour", "skipped_hour"

_DAY = r"(?P<y>20\d\d)(?P<between>{0})(?P<mo>[01]\d)(?P=between)(?P<d>[0-3]\d)"
"""Parted by the same sign twice: else a day that begins with its day, and the time after it, would be another day."""
_TIME = r"(?P<h>[0-2]\d){0}(?P<mi>[0-5]\d){0}(?P<s>[0-5]\d)"
_ALONE, _END = r"(?<!\d)", r"(?!\d)"
_WORLD = r"(?P<z>(?:UTC|GMT)(?:[+-]\d{1,2}(?::?[0-5]\d)?)?|(?<=\d)Z)(?![A-Za-z0-9])"
_HALF = r"(?P<half>[AaPp])(?:[.][ \u202f\xa0]?)?[Mm](?![A-Za-z0-9])"  # also as Spanish has it


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One way in which names carry a time: of the local clock, or of UTC, but for a zone that the name itself says."""

    kind: str
    pattern: re.Pattern[str]
    is_utc: bool = False
    precision_s: int = 1


def _form(kind: str, pattern: str, *, is_utc: bool = False, precision_s: int = 1) -> Form:
    return Form(kind=kind, pattern=re.compile(pattern), is_utc=is_utc, precision_s=precision_s)


_D, _T = _DAY.format(""), _TIME.format("")
_TWELVE = _ALONE + _DAY.format("[-_.]?") + r"(?: at |[-_., ]{1,3})(?P<h>[01]?\d)(?P<sep>[-_.:])(?P<mi>[0-5]\d)"
FORMS = (
    _form(
        "iso",
        _ALONE + _DAY.format("-?") + "[Tt]" + _TIME.format("[-:._]?") + r"(?:[.,](?P<f>\d{1,6}))?"
        r"(?P<z>Z|[+-]\d\d[:_-]?\d\d)" + _END,
    ),
    _form(
        "iso", _ALONE + _DAY.format("[-_.]?") + r"[-_. ]{1,3}" + _TIME.format("[.:]") + r"(?P<z>[+-]\d\d:?\d\d)" + _END
    ),
    _form("iso", _ALONE + _DAY.format("[-_.]?") + r"[-_.T ]{1,3}" + _TIME.format("[-_.:]?") + "[ _-]?" + _WORLD),
    _form("pixel", rf"^PXL_{_D}_{_T}(?P<f>\d{{3}})?(?!\d)", is_utc=True),
    _form("reolink", rf"Rec[MS]\w{{2}}_(?P<dst>DST)?{_D}_{_T}_"),
    _form("viofo", rf"{_ALONE}(?P<y>20\d\d)_(?P<mo>[01]\d)(?P<d>[0-3]\d)_{_T}_\d+[A-Z]*"),
    _form("nextbase", rf"^(?P<yy>\d\d)(?P<mo>[01]\d)(?P<d>[0-3]\d)_{_T}_\d{{3,}}_[A-Z]{{2}}(?![A-Za-z0-9])"),
    _form("mio", rf"^[A-Z]{{4}}(?P<yy>\d\d)(?P<mo>[01]\d)(?P<d>[0-3]\d)-{_T}[A-Z]?(?![A-Za-z0-9])"),
    _form("70mai", rf"(?:NO|EV|PA|TL|LA|PR){_D}-{_T}-\d+"),
    _form("eufy", rf"T8[0-9A-Z]{{8,16}}_{_D}_?{_T}{_END}"),
    _form("ring", rf"^Ring\w*?_{_D}_?{_T}{_END}"),
    _form("ring", rf"^Ring\w*?_{_D}_?(?P<h>[0-2]\d)(?P<mi>[0-5]\d){_END}", precision_s=60),
    _form("blink", rf"{_ALONE}(?P<yy>\d\d)-(?P<mo>[01]\d)-(?P<d>[0-3]\d)/{_TIME.format('-')}_", is_utc=True),
    _form("dahua", rf"{_ALONE}{_DAY.format('-')}/.*?/?{_TIME.format('[.]')}-\d\d[.]\d\d[.]\d\d\["),
    _form("wyze", rf"{_ALONE}{_D}/(?P<h>[0-2]\d)/(?P<mi>[0-5]\d)(?:[.]\w+)?$", precision_s=60),
    _form("yi", r"(?P<y>20\d\d)Y(?P<mo>[01]\d)M(?P<d>[0-3]\d)D(?P<h>[0-2]\d)H/(?P<mi>[0-5]\d)M(?P<s>[0-5]\d)S"),
    _form(
        "unifi",
        r"(?<!\d)(?P<mo>\d{1,2})-(?P<d>\d{1,2})-(?P<y>20\d\d), (?P<h>[0-2]?\d)[.](?P<mi>[0-5]?\d)[.](?P<s>[0-5]?\d)"
        rf"(?!\d)(?:[ \u202f]?{_HALF})?(?: {_WORLD})?",
    ),
    _form("twelve", rf"{_TWELVE}(?P=sep)(?P<s>[0-5]\d)[ _\u202f\xa0]?{_HALF}"),
    _form("twelve", rf"{_TWELVE}[ _\u202f\xa0]?{_HALF}", precision_s=60),
    _form("plain", _ALONE + _DAY.format("[-_.]?") + r"(?:[-_.T @]{1,3}| at |/|)" + _TIME.format("[-_.:hm]?") + _END),
    _form(
        "plain",
        _ALONE + _DAY.format("[-_.]?") + r"[-_.T @]{0,3}" + _TIME.format("[-_.:h]?") + r"[-_.]?(?P<f>\d{3})" + _END,
    ),
    _form(
        "minute", _ALONE + _DAY.format("-") + r"[-_T ]{1,3}(?P<h>[0-2]\d)[-.:h](?P<mi>[0-5]\d)" + _END, precision_s=60
    ),
    _form("epoch_ms", rf"{_ALONE}(?P<ms>1\d{{12}}){_END}", is_utc=True),
    _form("epoch", rf"{_ALONE}(?P<sec>1\d{{9}}){_END}", is_utc=True),
)
"""Tried in this order; the first that fits and says a real time counts."""


_CLOCK = re.compile("^" + _TIME.format("-") + r"(?=_\D|[.])")
"""A time of the day alone, for the day is its folder's name: Blink's backups (in UTC), and programs' own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timestamp:
    """What a name says: a time with its zone, or a time of the local clock (naive).

    `daylight`: the name says that daylight-saving time was on. `precision_s` is the name's last digit.
    """

    kind: str
    said: datetime
    precision_s: int
    daylight: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One reading of a stamp in UTC; `doubt` is `repeated_hour` or `skipped_hour` where there is another one."""

    at: datetime
    doubt: str | None = None


def read_name(name: str) -> Timestamp | None:
    """Return the time that a name carries, or a path below a camera's folder; None where it says none."""
    text = name[:NAME_MAX_CHARS]
    for form in FORMS:
        for found in form.pattern.finditer(text):
            said = _said(form, found.groupdict())
            if said is not None:
                daylight = bool(found.groupdict().get("dst"))
                return Timestamp(kind=form.kind, said=said, precision_s=form.precision_s, daylight=daylight)
    return None


def read_clock(name: str) -> time | None:
    """Return the time of the day that a name carries which says no day; None where it says none."""
    found = _CLOCK.match(name[:NAME_MAX_CHARS]) if read_name(name) is None else None
    try:
        return time(int(found["h"]), int(found["mi"]), int(found["s"])) if found else None
    except ValueError:  # the 29th hour
        return None


def moments(timestamp: Timestamp, zone: tzinfo) -> tuple[Moment, ...]:
    """Read a stamp by the clock of a zone: one moment, or two where that clock doesn't tell."""
    if timestamp.said.tzinfo is not None:
        return (Moment(at=timestamp.said.astimezone(UTC)),)
    first, second = (timestamp.said.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if first == second:
        return (Moment(at=first),)
    if timestamp.daylight and first < second:
        return (Moment(at=first),)
    doubt = REPEATED if first < second else SKIPPED
    return tuple(Moment(at=at, doubt=doubt) for at in sorted((first, second)))


def _said(form: Form, found: dict[str, str | None]) -> datetime | None:
    try:
        said = _clock(form, {name: value for name, value in found.items() if value is not None})
    except (ValueError, OverflowError):  # the 31st of a month that has none
        return None
    return said if YEAR_MIN <= said.year <= YEAR_MAX else None


def _clock(form: Form, found: dict[str, str]) -> datetime:
    if "ms" in found or "sec" in found:
        return datetime.fromtimestamp(int(found.get("ms", 0)) / 1000 or int(found.get("sec", 0)), UTC)
    said = datetime(
        int(found["y"]) if "y" in found else 2000 + int(found["yy"]),
        int(found["mo"]),
        int(found["d"]),
        _hour(found),
        int(found["mi"]),
        int(found.get("s", 0)),
        int(found.get("f", "0").ljust(6, "0")),
        tzinfo=UTC,
    )
    if "z" in found:
        return said.replace(tzinfo=_zone(found["z"]))
    return said if form.is_utc else said.replace(tzinfo=None)


def _hour(found: dict[str, str]) -> int:
    hour, half = int(found["h"]), found.get("half", "").upper()
    if not half:
        return hour
    if not 1 <= hour <= HALF_DAY_H:
        raise ValueError(hour)
    return hour % HALF_DAY_H + (HALF_DAY_H if half == "P" else 0)


def _zone(text: str) -> timezone:
    """Read what is written after a time; ValueError for what no clock is set by: a counter, or when it ended."""
    number = "".join(filter(str.isdigit, text)) or "0"
    hours, minutes = (int(number[:-2]), int(number[-2:])) if len(number) > HOUR_DIGITS else (int(number), 0)
    ahead = (-1 if text.lstrip("UTCGMZ").startswith("-") else 1) * timedelta(hours=hours, minutes=minutes)
    if minutes % ZONE_STEP_MIN or not ZONE_MIN <= ahead <= ZONE_MAX:
        raise ValueError(text)
    return timezone(ahead)
