"""Notify open list pages when their content changes; each then asks for itself again.

Invariants: an event says nothing of what is in a list; whoever may no longer read it hears no more; a list is read
again only after the audit trail went on, which every act does, in whichever slice, and at most once a second.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from yarl import URL

from hub.web.actor import actor_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from datetime import datetime

    from aiohttp import web
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.access import Actor
    from hub.web.context import Hub

    type Show = Callable[[AsyncSession, Actor], Awaitable[object]]
    type Reader = Callable[[AsyncSession, web.Request, datetime], Awaitable[Actor]]
    type LastChange = Callable[[AsyncSession], Awaitable[int]]

READ_APART = timedelta(seconds=1)  # a burst of acts reads each open list once, not once an act
SEEN = "seen"  # of a stream's address: what its page shows


class Lists:
    """The streams of one hub's lists."""

    def __init__(self, hub: Hub, *, reader: Reader, last_change: LastChange) -> None:
        """Keep what a stream looks by.

        ``reader`` returns who still reads, or raises; ``last_change`` is a number that every act makes higher.
        """
        self._hub = hub
        self._reader = reader
        self._last_change = last_change

    async def stream(self, request: web.Request, show: Show) -> web.StreamResponse:
        """Tell a page each time that what ``show`` returns differs; at once where it differs from what the page shows.

        ``show`` reads what the page reads, for the same actor, as plain values whose ``repr`` says all of them; it
        raises for who may not.
        """
        at, shown, read_at = -1, "", self._hub.clock() - READ_APART

        async def snapshot() -> str:
            nonlocal at, shown, read_at
            async with self._hub.database.reading() as session:
                actor = await self._reader(session, request, self._hub.clock())
                now, at_now = self._hub.clock(), await self._last_change(session)
                if at_now != at and abs(now - read_at) >= READ_APART:  # a clock may go back, too
                    shown = seen(await show(session, actor))
                    at, read_at = at_now, now
            return shown

        return await self._hub.streams.changes(request, actor_of(request).id, snapshot, request.query.get(SEEN))


def seen(shown: object) -> str:
    """Return an opaque fingerprint of a list's content."""
    return hashlib.sha256(repr(shown).encode()).hexdigest()


def followed(request: web.Request, path: str, shown: object) -> Mapping[str, object]:
    """Return the data that connects a list page to its stream."""
    return {"follows": str(URL(path).with_query({**request.query, SEEN: seen(shown)}))}
