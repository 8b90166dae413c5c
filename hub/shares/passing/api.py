"""The custodians' JSON API of passing a share on.

========================================================  ==========================================================
``GET /api/shares/{id}/passing``                          ``{"passing": [...]}``: who was asked about, and what the
                                                          owner says: ``asked``, ``agreed``, ``refused``, ``withdrawn``
                                                          or ``expired``
``POST /api/shares/{id}/passing``                         ``{"name", "organisation", "until"}``: ask; ``{"number"}``
``POST /api/shares/{id}/passing/{number}/link``           ``{"link_sha256", "headers"}``, made in the browser
``POST /api/shares/{id}/passing/{number}/end``            end the link
========================================================  ==========================================================

All are safe to repeat.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.shares.access.rewrapping import read_headers
from hub.shares.passing import routes
from hub.web.actor import actor_of
from hub.web.bodies import read_object
from milton_protocol.limits import DIGEST_HEX_CHARS
from milton_protocol.messages.shares.passed_on import PassedOnTo
from milton_protocol.times import format_time, format_time_or_none

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler

    from hub.shares.passing.asking import AskedPerson, Asking
    from hub.shares.passing.links import Links
    from hub.shares.passing.model import LinkRow
    from hub.web.routing import Route
    from milton_protocol.canonical import JsonValue


class PassingApi:
    """Handlers over the services."""

    def __init__(self, asking: Asking, links: Links) -> None:
        """Keep what the handlers need."""
        self._asking = asking
        self._links = links

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route of the officers' application."""
        return {routes.LIST: self.index, routes.ASK: self.ask, routes.LINK: self.link, routes.END: self.end}

    async def index(self, request: web.Request) -> web.Response:
        """Tell what was asked and said."""
        asked = await self._asking.of(actor_of(request), request.match_info["share_id"])
        return web.json_response({"passing": [_shown(each) for each in asked]})

    async def ask(self, request: web.Request) -> web.Response:
        """Ask the owner."""
        to = PassedOnTo.read(await read_object(request))
        number = await self._asking.ask(actor_of(request), request.match_info["share_id"], to)
        return web.json_response({"number": number})

    async def link(self, request: web.Request) -> web.Response:
        """Keep a link."""
        fields = await read_object(request)
        link_sha256, headers = fields.hex("link_sha256", DIGEST_HEX_CHARS), read_headers(fields)
        fields.done()
        await self._links.make(actor_of(request), *_which(request), link_sha256, headers)
        return web.json_response({"done": True})

    async def end(self, request: web.Request) -> web.Response:
        """End it."""
        await self._links.end(actor_of(request), *_which(request))
        return web.json_response({"done": True})


def _which(request: web.Request) -> tuple[str, int]:
    return request.match_info["share_id"], int(request.match_info["number"])


def _shown(asked: AskedPerson) -> JsonValue:
    row = asked.row
    return {
        "number": row.number,
        "name": row.name,
        "organisation": row.organisation,
        "until": format_time(row.until),
        "asked_by": row.asked_by,
        "asked_at": format_time(row.asked_at),
        "standing": asked.standing.value,
        "links": [_link(link) for link in asked.links],
    }


def _link(link: LinkRow) -> JsonValue:
    return {
        "made_by": link.made_by,
        "made_at": format_time(link.made_at),
        "ended_by": link.ended_by,
        "ended_at": format_time_or_none(link.ended_at),
        "views": link.views,
    }
