"""The searches that a person keeps: their own, seen by nobody else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.casework.narrow import NARROWED_MAX_CHARS, unreadable
from hub.casework.search.model import SavedFilter
from hub.kit.access import Action, require
from hub.kit.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.casework.narrow import Narrow
    from hub.index.model import Kind
    from hub.kit.access import Actor

CONFLICT, NOT_FOUND = 409, 404
FILTERS_MAX = 20  # of one person


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What a page sends; ``kind`` None: all."""

    filter_id: str
    name: str
    query: str
    kind: Kind | None
    narrow: Narrow


async def of_person(session: AsyncSession, actor: Actor) -> Sequence[SavedFilter]:
    """Return a person's searches, by name."""
    rows = select(SavedFilter).where(SavedFilter.person_id == (actor.person_id or ""))
    return (await session.scalars(rows.order_by(SavedFilter.name, SavedFilter.filter_id))).all()


async def keep(session: AsyncSession, actor: Actor, kept: Filter, at: datetime) -> None:
    """Keep a search; the same id again changes nothing.

    Raises ``filter_unknown`` (404) for the id of somebody else's, ``filter_unreadable`` (400) for what is too long to
    be kept, ``too_many_filters`` (409).
    """
    require(actor, Action.SEARCH)
    if len(kept.narrow.text) > NARROWED_MAX_CHARS:
        raise unreadable()
    known = await session.get(SavedFilter, kept.filter_id)
    if known is not None:
        _check_own(known, actor)
        return
    if len(await of_person(session, actor)) >= FILTERS_MAX:
        rule = "too_many_filters"
        raise HubError(rule, CONFLICT, "You keep as many searches as can be kept; forget one.")
    session.add(
        SavedFilter(
            filter_id=kept.filter_id,
            person_id=actor.person_id or "",
            name=kept.name,
            query=kept.query,
            kind=kept.kind or "",
            narrowed=kept.narrow.text,
            at=at,
        )
    )


async def drop(session: AsyncSession, actor: Actor, filter_id: str) -> None:
    """Forget a search of one's own; raise ``filter_unknown`` (404) for any other id, and for one that is forgotten."""
    require(actor, Action.SEARCH)
    row = await session.get(SavedFilter, filter_id)
    await session.delete(_check_own(row, actor))


def _check_own(row: SavedFilter | None, actor: Actor) -> SavedFilter:
    if row is None or row.person_id != actor.person_id:
        rule = "filter_unknown"
        raise HubError(rule, NOT_FOUND, "You keep no such search.")
    return row
