"""The sheet that an officer hands out at a door: what is asked, and the code by which it is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.requests import repository, routes
from hub.requests.signing.door_codes import DoorCodes
from hub.web.actor import actor_of
from hub.web.pages.qr import qr_svg
from hub.web.routing import add_routes
from milton_protocol.messages.requests.request import Request

if TYPE_CHECKING:
    from aiohttp import web

    from hub.web.context import Hub
    from hub.web.pages.renderer import Pages


def setup(hub: Hub, pages: Pages) -> None:
    """Add the page to the officers' application."""
    codes = DoorCodes(hub.keys.enrollment_secret, hub.residents_origin)

    async def sheet(request: web.Request) -> web.Response:
        async with hub.database.reading() as session:
            row = await repository.find(session, actor_of(request), request.match_info["id"])
        door, asked = codes.door_of(row), Request.from_bytes(row.payload)
        qr = qr_svg(door.address, "The page that answers this request")
        page = door.address.partition("#")[0].removeprefix("https://")
        return pages.render(request, "door_sheet.html", asked=asked, door=door, page=page, qr=qr)

    add_routes(hub.officers, {routes.DOOR_SHEET: sheet})
