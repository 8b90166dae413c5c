"""What an owner may cut for own use, and what is shown of what is recorded. Pure."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ..cases.model import Gap
from ..errors import MiltonShareError
from ..shared.milton_protocol.messages.shares.manifest_parts import Period

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

OWN_MAX: Final = timedelta(hours=1)  # of each camera: longer ones would keep a small machine busy for a day
OWN_MIN: Final = timedelta(seconds=1)
LOOK_MAX: Final = timedelta(hours=24)  # that are looked through for recordings at once
CAMERAS_MAX: Final = 8
SHOWN_PARTS: Final = 200  # a page draws no finer: shorter gaps than one of so many parts are not shown


def range_to_cut(from_: datetime, until: datetime, now: datetime) -> Period:
    """Return a range in whole milliseconds; raise MiltonShareError `too_short`, `own_too_long`, `own_not_yet`."""
    part = Period(from_=_whole_ms(from_), until=_whole_ms(until))
    _check(part, OWN_MAX)
    if part.until > now:
        rule = "own_not_yet"
        raise MiltonShareError(rule)
    return part


def range_to_look(from_: datetime, until: datetime) -> Period:
    """Return the range of which is asked what is recorded; raise MiltonShareError `too_short`, `own_too_long`."""
    part = Period(from_=from_, until=until)
    _check(part, LOOK_MAX)
    return part


def shown_spans(spans: Iterable[tuple[datetime, datetime]], part: Period) -> tuple[Gap, ...]:
    """Return the recorded parts of a range in order, joined where a page could not show what lies between."""
    near = (part.until - part.from_) / SHOWN_PARTS
    joined: list[tuple[datetime, datetime]] = []
    for start, end in sorted(spans):
        low, high = max(start, part.from_), min(end, part.until)
        if low >= high:
            continue
        if joined and low - joined[-1][1] <= near:
            joined[-1] = (joined[-1][0], max(joined[-1][1], high))
        else:
            joined.append((low, high))
    return tuple(Gap(from_=low, until=high) for low, high in joined)


def _check(part: Period, most: timedelta) -> None:
    if part.until - part.from_ < OWN_MIN:
        rule = "too_short"
        raise MiltonShareError(rule)
    if part.until - part.from_ > most:
        rule = "own_too_long"
        raise MiltonShareError(rule)


def _whole_ms(moment: datetime) -> datetime:
    return moment.replace(microsecond=moment.microsecond // 1_000 * 1_000)
