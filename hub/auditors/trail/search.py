"""Search the trail and the refusals: by person, action, time and subject, newest first, a page at a time.

A page goes on from the number of the last row of the one before, so that rows that are added meanwhile move nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NoReturn, Self

from sqlalchemy import select

from hub.audit.model import AuditRow, DenialRow
from hub.kit.access import PERSON, Action, require
from hub.kit.days import day_begins
from hub.kit.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo

    from sqlalchemy import Select
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.access import Actor

PAGE_ROWS = 100
TEXT_MAX_CHARS = 200  # the longest subject
NUMBER_MAX_CHARS = 12
BAD_REQUEST = 400
_NOBODY_IN_PARTICULAR = frozenset({"home", "operator"})  # actors of the trail; any other bare word is a person's id


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is looked for; an empty field is not asked for.

    ``person``: an actor as the trail has it, or a person's id. ``action``: as the trail has it, or the beginning of
    several up to their dot (``share.``). ``from_`` and ``until``: a day of the agency's (``until`` is in it), or a UTC
    time ending in ``Z``. ``before``: the number at which the page before ended.
    """

    person: str = ""
    action: str = ""
    subject: str = ""
    from_: str = field(default="", metadata={"name": "from"})
    until: str = ""
    before: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """Read an address's query. Raises ``search_unreadable`` (400)."""
        names = {each.metadata.get("name", each.name): each.name for each in fields(cls)}
        if set(query) - set(names):
            _refuse("There is no such thing to search by.")
        search = cls(**{names[name]: value.strip() for name, value in query.items()})
        if any(len(value) > TEXT_MAX_CHARS for value in query.values()):
            _refuse("What is searched for is too long.")
        return search

    @property
    def filters(self) -> tuple[str, ...]:
        """Return the names of what is asked for, the page left out."""
        return tuple(
            each.metadata.get("name", each.name)
            for each in fields(self)
            if each.name != "before" and getattr(self, each.name)
        )

    @property
    def actor(self) -> str:
        """Return whom to look for, as the trail names them."""
        is_actor = not self.person or ":" in self.person or self.person in _NOBODY_IN_PARTICULAR
        return self.person if is_actor else f"{PERSON}{self.person}"

    def number(self) -> int | None:
        """Return where the page begins, None for the newest."""
        if not self.before:
            return None
        if not (self.before.isascii() and self.before.isdigit()) or len(self.before) > NUMBER_MAX_CHARS:
            _refuse("A page goes on from a row's number.")
        return int(self.before)

    def period(self, zone: tzinfo) -> tuple[datetime | None, datetime | None]:
        """Return from when (in it) until when (not in it)."""
        return _moment(self.from_, zone, days=0), _moment(self.until, zone, days=1)


async def rows(session: AsyncSession, actor: Actor, search: Search, zone: tzinfo) -> Sequence[AuditRow]:
    """Return a page of the trail, and one row more where it goes on."""
    require(actor, Action.AUDIT_READ)
    wanted = select(AuditRow).order_by(AuditRow.number.desc()).limit(PAGE_ROWS + 1)
    if search.actor:
        wanted = wanted.where(AuditRow.actor == search.actor)
    if search.action.endswith("."):
        wanted = wanted.where(AuditRow.action.startswith(search.action, autoescape=True))
    elif search.action:
        wanted = wanted.where(AuditRow.action == search.action)
    if search.subject:
        wanted = wanted.where(AuditRow.subject == search.subject)
    return (await session.scalars(_within(wanted, AuditRow, search, zone))).all()


async def denials(session: AsyncSession, actor: Actor, search: Search, zone: tzinfo) -> Sequence[DenialRow]:
    """Return a page of the refusals, as :func:`rows`: ``action`` is the broken rule, ``subject`` the route."""
    require(actor, Action.AUDIT_READ)
    wanted = select(DenialRow).order_by(DenialRow.number.desc()).limit(PAGE_ROWS + 1)
    if search.person:
        wanted = wanted.where(DenialRow.person_id == search.person.removeprefix(PERSON))
    if search.action:
        wanted = wanted.where(DenialRow.rule == search.action)
    if search.subject:
        wanted = wanted.where(DenialRow.route == search.subject)
    return (await session.scalars(_within(wanted, DenialRow, search, zone))).all()


def _within[R: (AuditRow, DenialRow)](wanted: Select[R], row: type[R], search: Search, zone: tzinfo) -> Select[R]:
    before = search.number()
    begin, end = search.period(zone)
    if before is not None:
        wanted = wanted.where(row.number < before)
    if begin is not None:
        wanted = wanted.where(row.at >= begin)
    if end is not None:
        wanted = wanted.where(row.at < end)
    return wanted


def _moment(text: str, zone: tzinfo, *, days: int) -> datetime | None:
    if not text:
        return None
    try:
        if text.endswith("Z"):
            return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        day = datetime.strptime(text, "%Y-%m-%d").date() + timedelta(days=days)  # noqa: DTZ007 - a day has no zone
        return day_begins(day, zone)
    except (ValueError, OverflowError):
        _refuse("A time is a day (2026-11-26) or a UTC time (2026-11-26T05:00:00Z).")


def _refuse(message: str) -> NoReturn:
    rule = "search_unreadable"
    raise HubError(rule, BAD_REQUEST, message)
