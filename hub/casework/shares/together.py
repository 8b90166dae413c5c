"""The page on which several clips of a case are watched on one clock.

Its address lies below ``/shares/``: the service worker that plays sealed clips answers no other pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from hub.cases import repository
from hub.casework import changes
from hub.casework.contents import arrived
from hub.casework.shares import routes
from hub.requests.model import RequestRow
from hub.shares.record.context import brief_view
from hub.shares.record.model import READABLE, ShareRow
from hub.web.actor import actor_of
from hub.web.routing import add_routes
from milton_protocol.base64_text import b64
from milton_protocol.messages.areas import polygon_value
from milton_protocol.times import format_time_or_none

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web
    from aiohttp.typedefs import Handler

    from hub.directory.service import DirectoryService
    from hub.web.context import Hub
    from hub.web.pages.renderer import Pages
    from hub.web.routing import Route
    from milton_protocol.canonical import JsonValue

OFFERED_MAX: Final = 100  # the newest; a case has a handful that show one moment


class TogetherPage:
    """The handler of one hub."""

    def __init__(self, hub: Hub, pages: Pages, directory: DirectoryService) -> None:
        """Keep what the handler needs."""
        self._hub = hub
        self._pages = pages
        self._directory = directory

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers the route of the officers' application."""
        return {routes.TOGETHER: self.together}

    async def together(self, request: web.Request) -> web.Response:
        """``GET /shares/together?case=<id>``: offer the clips of a case; raise ``case_unknown`` (404)."""
        actor = actor_of(request)
        async with self._hub.database.reading() as session:
            at = await changes.position(session)
            case = await repository.find(session, actor, request.query.get("case", ""))
            rows = arrived(actor, case.case_number).where(ShareRow.state.in_(READABLE))
            newest = rows.order_by(ShareRow.received_at.desc(), ShareRow.share_id.desc()).limit(OFFERED_MAX)
            shares = (await session.scalars(newest)).all()
            of_shares = {each.request_id for each in shares}
            asked = await session.scalars(select(RequestRow).where(RequestRow.request_id.in_(of_shares)))
            requests = {row.request_id: row for row in asked.all()}
            payloads: dict[str, JsonValue] = {row.request_id: b64(row.payload) for row in requests.values()}
            current = await self._directory.in_force(session, self._hub.clock())
        data = {
            "case_id": case.case_id,
            "at": at,
            "shares": [_offered(row, requests[row.request_id]) for row in shares],
            "requests": payloads,
            "border": polygon_value(current.city_record.jurisdiction),
        }
        return self._pages.render(request, "together.html", data=data, case=case)


def _offered(row: ShareRow, asked: RequestRow) -> dict[str, JsonValue]:
    return {
        "share_id": row.share_id,
        "request_id": row.request_id,
        "drill": asked.is_drill,
        "received_at": format_time_or_none(row.received_at),
        "size_bytes": sum(part.body_size_bytes for part in brief_view(row).facts.parts),
    }


def setup(hub: Hub, pages: Pages, directory: DirectoryService) -> None:
    """Add the page to the officers' application."""
    add_routes(hub.officers, TogetherPage(hub, pages, directory).handlers())
