"""``GET /health`` for whoever watches the hub: 200 when the database answers, with nothing about anybody in it.

``degraded`` names what does not do (:class:`hub.kit.notices.About`): the hub goes on, so it is no reason to start it
again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web
from sqlalchemy import text

from hub.web.routing import RouteAccess, add_routes, get
from milton_protocol.canonical import encode

if TYPE_CHECKING:
    from hub.web.context import Hub

HEALTH = get("/health", RouteAccess.OPEN)


def setup(hub: Hub) -> None:
    """Add the route to the homes' and the officers' applications."""

    async def health(_request: web.Request) -> web.Response:
        async with hub.database.reading() as session:
            await session.execute(text("SELECT 1"))
        degraded = sorted({each.about.value for each in hub.notices.now()})
        return web.Response(body=encode({"ready": True, "degraded": [*degraded]}), content_type="application/json")

    for application in (hub.homes, hub.officers):
        add_routes(application, {HEALTH: health})
