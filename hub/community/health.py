"""``GET /health`` for whoever watches the house: 200 when its database answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web
from sqlalchemy import text

from hub.community.routes import HEALTH
from hub.web.routing import add_routes
from milton_protocol.canonical import encode

if TYPE_CHECKING:
    from hub.community.context import Community


def setup(community: Community) -> None:
    """Add the route."""

    async def health(_request: web.Request) -> web.Response:
        async with community.database.reading() as session:
            await session.execute(text("SELECT 1"))
        return web.Response(body=encode({"ready": True}), content_type="application/json")

    add_routes(community.application, {HEALTH: health})
