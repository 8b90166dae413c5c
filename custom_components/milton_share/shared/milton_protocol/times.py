"""Times and days as text, read strictly and written: always UTC (docs/protocol.md section 1)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Final

from .errors import ProtocolError, Rule
from .values import read_string

if TYPE_CHECKING:
    from .canonical import JsonValue

# The first use of all reads a module from the disk: now, not in the middle of an event loop.
datetime.strptime("1970", "%Y").replace(tzinfo=UTC)

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
_TIME_MS: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def read_time(value: JsonValue, where: str) -> datetime:
    """Return an aware UTC time of whole seconds."""
    return _read(value, where, _TIME, "%Y-%m-%dT%H:%M:%SZ")


def read_time_ms(value: JsonValue, where: str) -> datetime:
    """Return an aware UTC time of whole milliseconds."""
    return _read(value, where, _TIME_MS, "%Y-%m-%dT%H:%M:%S.%fZ")


def read_day(value: JsonValue, where: str) -> date:
    """Return a date ``YYYY-MM-DD``."""
    return _read(value, where, _DAY, "%Y-%m-%d").date()


def format_time(moment: datetime) -> str:
    """Return ``YYYY-MM-DDTHH:MM:SSZ`` of an aware time; a part of a second is cut off."""
    return _utc(moment).replace(microsecond=0, tzinfo=None).isoformat(timespec="seconds") + "Z"


def format_time_or_none(moment: datetime | None) -> str | None:
    """Return what :func:`format_time` does of a time, None of none."""
    return None if moment is None else format_time(moment)


def format_time_ms(moment: datetime) -> str:
    """Return ``YYYY-MM-DDTHH:MM:SS.mmmZ`` of an aware time; a part of a millisecond is cut off."""
    return _utc(moment).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _read(value: JsonValue, where: str, form: re.Pattern[str], layout: str) -> datetime:
    text = read_string(value, where)
    if form.fullmatch(text) is None:
        raise ProtocolError(Rule.NOT_A_TIME, where)
    try:
        return datetime.strptime(text, layout).replace(tzinfo=UTC)
    except ValueError as error:
        raise ProtocolError(Rule.NOT_A_TIME, where) from error


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        message = "a time without a zone"
        raise ValueError(message)
    return moment.astimezone(UTC)
