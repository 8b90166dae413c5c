"""The page of a look-up, and the call that answers it.

==============================  ======================================================================================
``GET /cases/{id}/look-up``     draw an area; the case's open requests by door code, with their sheets
``POST …/look-ups``             ``area``: ``{"entries": [...]}``; each ``{"kind": "street", "street"}`` or ``{"kind":
                                "exact", "point", "heading_deg", "field_of_view_deg", "near"}``, and ``keeps_days``
==============================  ======================================================================================

A look-up isn't safe to repeat: each one tells the owners again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web
from sqlalchemy import select

from hub.casework.look_ups import routes
from hub.policy.repository import current
from hub.policy.settings import Unit, number_words
from hub.requests.model import RequestRow
from hub.requests.states import State
from hub.web.actor import actor_of
from hub.web.bodies import read_object
from milton_protocol.limits import AREA_MIN_M2
from milton_protocol.messages.areas import polygon_value, read_area
from milton_protocol.messages.requests.request import AudienceKind, Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.casework.look_ups.service import LookUps
    from hub.casework.look_ups.streets import Streets
    from hub.directory.service import DirectoryService
    from hub.requests.residents import SeenEntry
    from hub.web.context import Hub
    from hub.web.pages.renderer import Pages
    from hub.web.routing import Route
    from milton_protocol.canonical import JsonValue


class LookUpPage:
    """The handlers of one hub."""

    def __init__(
        self, hub: Hub, pages: Pages, directory: DirectoryService, look_ups: LookUps, streets: Streets
    ) -> None:
        """Keep what the handlers need."""
        self._hub = hub
        self._pages = pages
        self._directory = directory
        self._look_ups = look_ups
        self._streets = streets

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route of the officers' application."""
        return {routes.PAGE: self.page, routes.LOOK_UP: self.look_up}

    async def page(self, request: web.Request) -> web.Response:
        """Show the map; nothing is looked up yet."""
        async with self._hub.database.reading() as session:
            case = await self._look_ups.find_case(session, actor_of(request), request.match_info["case_id"])
            city = (await self._directory.in_force(session, self._hub.clock())).city_record.jurisdiction
            most_m2 = (await current(session)).policy.area_ordinary_m2
            sheets = await _by_code(session, case.case_number)
        data = {
            "border": polygon_value(city),
            "case_id": case.case_id,
            "least_m2": AREA_MIN_M2,
            "most_m2": most_m2,
        }
        least, most = number_words(Unit.AREA, AREA_MIN_M2), number_words(Unit.AREA, most_m2)
        return self._pages.render(
            request, "look_up.html", data=data, case=case, least=least, most=most, door_sheets=sheets
        )

    async def look_up(self, request: web.Request) -> web.Response:
        """Look up, and tell what was found by street and place, not in the order of the registry."""
        fields = await read_object(request)
        area = read_area(fields.child("area"))
        fields.done()
        found = await self._look_ups.look_up(actor_of(request), request.match_info["case_id"], area)
        entries = sorted(map(self._value, found), key=str)
        return web.json_response({"entries": entries})

    def _value(self, entry: SeenEntry) -> dict[str, JsonValue]:
        if entry.point is None:
            return {"kind": "street", "street": entry.street, "keeps_days": entry.keeps_days}
        return {
            "kind": "exact",
            "near": self._streets.nearest(entry.point),
            "point": [entry.point.lat_e7, entry.point.lon_e7],
            "heading_deg": entry.heading_deg,
            "field_of_view_deg": entry.field_of_view_deg,
            "keeps_days": entry.keeps_days,
        }


async def _by_code(session: AsyncSession, case_number: str) -> list[dict[str, object]]:
    """Return the case's open requests that are answered by a door code, the newest first."""
    rows = select(RequestRow).where(RequestRow.case_number == case_number, RequestRow.state == State.PUBLISHED)
    found = (await session.scalars(rows.order_by(RequestRow.created_at.desc()))).all()
    asked = [(row.request_id, Request.from_bytes(row.payload)) for row in found]
    return [
        {"request_id": request_id, "offence_name": each.offence_name, "expires_at": each.expires_at}
        for request_id, each in asked
        if each.audience.kind is AudienceKind.CODE
    ]
