"""What the page behind a link asks, on the residents' hostname: ``POST /v1/passed`` and the sealed bodies."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from aiohttp import web

from hub.shares.passing import routes
from hub.web.bodies import read_object
from milton_protocol.base64_text import b64
from milton_protocol.canonical import decode
from milton_protocol.limits import SHORT_ID_HEX_CHARS
from milton_protocol.messages.shares.share import PartName
from milton_protocol.times import format_time

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler

    from hub.shares.access.bodies import Bodies
    from hub.shares.passing.viewing import Viewing
    from hub.web.routing import Route
    from milton_protocol.fields import Fields


class ViewApi:
    """Handlers over the service; the link, and then the view, are all the proof there is."""

    def __init__(self, viewing: Viewing, bodies: Bodies) -> None:
        """Keep what the handlers need."""
        self._viewing = viewing
        self._bodies = bodies

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route of the homes' application."""
        return {routes.VIEW: self.view, routes.BODY: self.body}

    async def view(self, request: web.Request) -> web.Response:
        """Begin a view: ``{"link", "view"}``, 32 hexadecimal digits each, the second made by the page."""
        link, view = read_view(await read_object(request))
        viewed = await self._viewing.open(link, view)
        return web.json_response(
            {
                "name": viewed.to.name,
                "organisation": viewed.to.organisation,
                "until": format_time(viewed.to.until),
                "envelope": base64.b64encode(viewed.envelope).decode(),
                "headers": decode(viewed.headers),
                "request_payload": b64(viewed.request_payload),
            }
        )

    async def body(self, request: web.Request) -> web.StreamResponse:
        """Send a sealed body, or a range of it."""
        view, name = request.match_info["view"], PartName(request.match_info["name"])
        share_id, part = await self._viewing.part(view, name)
        asked = await self._bodies.asked(request, share_id, part)
        return await self._bodies.send(request, share_id, part, asked, lambda: self._viewing.part(view, name))


def read_view(fields: Fields) -> tuple[str, str]:
    """Read which link is opened, and the id of the view. Raises ProtocolError."""
    read = fields.hex("link", SHORT_ID_HEX_CHARS), fields.hex("view", SHORT_ID_HEX_CHARS)
    fields.done()
    return read
