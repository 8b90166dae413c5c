"""By what lists and searches are narrowed, as an address has it: pure.

``only`` open, waiting or closed; ``offence`` a code; ``from`` and ``until`` days of the agency's; ``last`` 1, 7 or 30
days; ``own``, ``held`` and ``soon`` each "yes". What is empty, or not there, narrows nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import parse_qsl, urlencode

from hub.kit.days import day_begins
from hub.kit.errors import HubError
from milton_protocol.limits import OFFENCE_CODE_MAX_CHARS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, tzinfo

BAD_REQUEST = 400
DAY_CHARS = len("2026-11-26")
NARROWED_MAX_CHARS = 300  # of all of it in an address
LAST_DAYS: Final = ("1", "7", "30")
YES: Final = "yes"
MARKS: Final = ("own", "held", "soon")  # each is there, as ``YES``, or not


class Stage(StrEnum):
    """How far a thing is: what each means of a case, a request and a share is in ``hub.casework.narrowing``."""

    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrow:
    """What is left of a list."""

    only: Stage | None = None
    offence: str = ""
    from_: str = ""
    until: str = ""
    last: str = ""
    own: bool = False
    held: bool = False
    soon: bool = False

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """Read an address; raise ``filter_unreadable`` (400)."""
        only, offence, last = query.get("only", ""), query.get("offence", ""), query.get("last", "")
        yes = {name: query.get(name, "") for name in MARKS}
        is_known = only in {"", *Stage} and last in {"", *LAST_DAYS} and set(yes.values()) <= {"", YES}
        if not is_known or len(offence) > OFFENCE_CODE_MAX_CHARS or not offence.isprintable():
            raise unreadable()
        return cls(
            only=Stage(only) if only else None,
            offence=offence,
            from_=_day(query.get("from", "")),
            until=_day(query.get("until", "")),
            last=last,
            **{name: value == YES for name, value in yes.items()},
        )

    @classmethod
    def of_text(cls, text: str) -> Self:
        """Read what :attr:`text` wrote; raise ``filter_unreadable``."""
        try:
            return cls.of(dict(parse_qsl(text, strict_parsing=True, errors="strict") if text else ()))
        except ValueError as error:
            raise unreadable() from error

    @property
    def query(self) -> Mapping[str, str]:
        """Return it as an address has it; what narrows nothing is left out."""
        found = {
            "only": self.only or "",
            "offence": self.offence,
            "from": self.from_,
            "until": self.until,
            "last": self.last,
            **{name: YES for name in MARKS if getattr(self, name)},
        }
        return {name: str(value) for name, value in found.items() if value}

    @property
    def text(self) -> str:
        """Return it in one line, as it is kept."""
        return urlencode(self.query)

    def period(self, zone: tzinfo, now: datetime) -> tuple[datetime | None, datetime | None]:
        """Return from when (in it) until when (not in it), UTC; the later of two beginnings counts."""
        begin, end = _begins(self.from_, zone, days=0), _begins(self.until, zone, days=1)
        if self.last:
            lately = now - timedelta(days=int(self.last))
            begin = lately if begin is None else max(begin, lately)
        return begin, end


def _day(text: str) -> str:
    if not text:
        return ""
    try:
        is_day = len(text) == DAY_CHARS and date.fromisoformat(text) < date.max  # the day after it is one, too
    except ValueError:
        is_day = False
    if not is_day:
        raise unreadable()
    return text


def _begins(day: str, zone: tzinfo, *, days: int) -> datetime | None:
    if not day:
        return None
    try:
        return day_begins(date.fromisoformat(day) + timedelta(days=days), zone)
    except OverflowError as error:
        raise unreadable() from error


def unreadable() -> HubError:
    """Return the refusal of what narrows by nothing that there is."""
    rule = "filter_unreadable"
    return HubError(rule, BAD_REQUEST, "The list can't be narrowed by that. A day is written 2026-11-26.")
