"""The auditors' JSON API of the trail and of the refusals, and their pages.

======================  =======================================================================================
``GET /api/audit``      ``{"rows": [...], "next": number or null, "trail": ...}``; query: :class:`Search`
``GET /api/denials``    ``{"rows": [...], "next": number or null}``
======================  =======================================================================================

A search is itself written into the trail (which of the fields were asked for, not what for), its further pages are not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from aiohttp import web

from hub.audit.trail import record
from hub.auditors.trail import routes
from hub.auditors.trail.search import PAGE_ROWS, Search, denials, rows
from hub.directory.names import names_of
from hub.kit.access import PERSON
from hub.web.actor import actor_of
from milton_protocol.times import format_time, format_time_ms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from aiohttp.typedefs import Handler

    from hub.audit.model import AuditRow, DenialRow
    from hub.audit.state import Found, TrailState
    from hub.directory.names import Names
    from hub.kit.access import Actor
    from hub.web.context import Hub
    from hub.web.pages.renderer import Pages
    from hub.web.routing import Route
    from milton_protocol.canonical import JsonValue


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
        found, more = await self._rows(actor_of(request), Search.of(request.query))
        return web.json_response(
            {"rows": [_row(each) for each in found], "next": more, "trail": _trail(await self._state.newest())}
        )

    async def refused(self, request: web.Request) -> web.Response:
        """Answer a page of the refusals."""
        found, more = await self._denials(actor_of(request), Search.of(request.query))
        return web.json_response({"rows": [_denial(each) for each in found], "next": more})

    async def page(self, request: web.Request) -> web.Response:
        """Show the trail."""
        search = Search.of(request.query)
        found, more = await self._rows(actor_of(request), search)
        return self._pages.render(
            request,
            "oversight/trail.html",
            search=search,
            rows=found,
            names=await self._names(each.actor.removeprefix(PERSON) for each in found),
            older=_older(request, more),
            trail=await self._state.newest(),
        )

    async def denials_page(self, request: web.Request) -> web.Response:
        """Show the refusals."""
        search = Search.of(request.query)
        found, more = await self._denials(actor_of(request), search)
        return self._pages.render(
            request,
            "oversight/refusals.html",
            search=search,
            rows=found,
            names=await self._names(each.person_id for each in found),
            older=_older(request, more),
        )

    async def _names(self, person_ids: Iterable[str]) -> Names:
        async with self._hub.database.reading() as session:
            return await names_of(session, person_ids)

    async def _rows(self, actor: Actor, search: Search) -> tuple[Sequence[AuditRow], int | None]:
        async with self._hub.database.reading() as session:
            found = await rows(session, actor, search, self._zone)
        await self._note(actor, search, "trail")
        return found[:PAGE_ROWS], found[PAGE_ROWS - 1].number if len(found) > PAGE_ROWS else None

    async def _denials(self, actor: Actor, search: Search) -> tuple[Sequence[DenialRow], int | None]:
        async with self._hub.database.reading() as session:
            found = await denials(session, actor, search, self._zone)
        await self._note(actor, search, "refusals")
        return found[:PAGE_ROWS], found[PAGE_ROWS - 1].number if len(found) > PAGE_ROWS else None

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


def _trail(found: Found) -> JsonValue:
    return {
        "rows": found.head.number,
        "sha256": found.head.digest,
        "broken": found.broken,
        "at": format_time(found.at),
    }


def _older(request: web.Request, more: int | None) -> str:
    """Return the address of the next page, empty where there is none."""
    return "" if more is None else f"{request.path}?{urlencode({**request.query, 'before': str(more)})}"


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
