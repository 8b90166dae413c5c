"""The auditors' JSON API of the trail and of the refusals, and their pages.

======================  =======================================================================================
``GET /api/audit``      ``{"rows": [...], "next": number or null, "trail": ...}``; query: :class:`Search`
``GET /api/denials``    ``{"rows": [...], "next": number or null}``
======================  =======================================================================================

A search is itself written into the trail (which of the fields were asked for, not what for), its further pages are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.audit.trail import record
from hub.auditors.trail import routes
from hub.auditors.trail.search import Search, denials, rows
from hub.directory.names import names_of
from hub.kit.access import PERSON
from hub.web.actor import actor_of
from hub.web.pages.paging import older
from milton_protocol.times import format_time, format_time_ms

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping
    from datetime import tzinfo

    from aiohttp.typedefs import Handler
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.audit.model import AuditRow, DenialRow
    from hub.audit.state import TrailFinding, TrailState
    from hub.directory.names import Names
    from hub.kit.access import Actor
    from hub.web.context import Hub
    from hub.web.pages.paging import Page
    from hub.web.pages.renderer import Pages
    from hub.web.routing import Route
    from milton_protocol.canonical import JsonValue

    type Read[R] = Callable[[AsyncSession, Actor, Search, tzinfo], Awaitable[Page[R, int]]]


class AuditApi:
    """The handlers of one hub."""

    def __init__(self, hub: Hub, pages: Pages, state: TrailState) -> None:
        """Keep what the handlers use."""
        self._hub = hub
        self._pages = pages
        self._state = state
        self._zone = ZoneInfo(hub.settings.time_zone)

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers the auditors' routes."""
        return {
            routes.SEARCH: self.search,
            routes.DENIALS: self.refused,
            routes.PAGE: self.page,
            routes.DENIALS_PAGE: self.denials_page,
        }

    async def search(self, request: web.Request) -> web.Response:
        """Answer a page of the trail."""
        page = await self._found(request, rows, "trail")
        return web.json_response(
            {"rows": [_row(each) for each in page.rows], "next": page.next, "trail": _trail(await self._state.newest())}
        )

    async def refused(self, request: web.Request) -> web.Response:
        """Answer a page of the refusals."""
        page = await self._found(request, denials, "refusals")
        return web.json_response({"rows": [_denial(each) for each in page.rows], "next": page.next})

    async def page(self, request: web.Request) -> web.Response:
        """Show the trail."""
        page = await self._found(request, rows, "trail")
        return self._pages.render(
            request,
            "auditors/trail.html",
            search=Search.of(request.query),
            rows=page.rows,
            names=await self._names(each.actor.removeprefix(PERSON) for each in page.rows),
            older=older(request, "before", page),
            trail=await self._state.newest(),
        )

    async def denials_page(self, request: web.Request) -> web.Response:
        """Show the refusals."""
        page = await self._found(request, denials, "refusals")
        return self._pages.render(
            request,
            "auditors/refusals.html",
            search=Search.of(request.query),
            rows=page.rows,
            names=await self._names(each.person_id for each in page.rows),
            older=older(request, "before", page),
        )

    async def _names(self, person_ids: Iterable[str]) -> Names:
        async with self._hub.database.reading() as session:
            return await names_of(session, person_ids)

    async def _found[R](self, request: web.Request, read: Read[R], what: str) -> Page[R, int]:
        actor, search = actor_of(request), Search.of(request.query)
        async with self._hub.database.reading() as session:
            page = await read(session, actor, search, self._zone)
        await self._note(actor, search, what)
        return page

    async def _note(self, actor: Actor, search: Search, what: str) -> None:
        """Write down that somebody searched: before they see what was found."""
        if search.before:
            return
        async with self._hub.database.session("audit.searched") as session:
            await record(
                session,
                at=self._hub.clock(),
                actor=actor,
                action="audit.searched",
                subject=what,
                detail=" ".join(search.filters),
            )


def _trail(found: TrailFinding) -> JsonValue:
    return {
        "rows": found.head.number,
        "sha256": found.head.digest,
        "broken": found.broken,
        "at": format_time(found.at),
    }


def _row(row: AuditRow) -> dict[str, JsonValue]:
    return {
        "number": row.number,
        "at": format_time_ms(row.at),
        "actor": row.actor,
        "action": row.action,
        "subject": row.subject,
        "detail": row.detail,
        "sha256": row.digest,
    }


def _denial(row: DenialRow) -> dict[str, JsonValue]:
    return {
        "number": row.number,
        "at": format_time(row.at),
        "person_id": row.person_id,
        "device": row.device,
        "rule": row.rule,
        "route": row.route,
        "count": row.count,
    }
