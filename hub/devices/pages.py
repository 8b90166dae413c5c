"""The administrators' page of devices: certificates and passkeys, and what puts one out.

``POST /devices/{id}/revoke`` and ``POST /passkeys/{id}/remove`` answer ``{"next"}``; with the answer the sessions that
were opened by it have ended, and the streams of their pages are told at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.accounts.devices import remove_device
from hub.accounts.guard import actor_of
from hub.devices import doors
from hub.devices.listing import ROWS, certificates, passkeys
from hub.devices.registry import revoke
from hub.doors import add_doors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler

    from hub.context import Hub
    from hub.doors import Entry
    from hub.web.pages import Pages

FIND_MAX_CHARS = 100


class DevicePages:
    """The handlers of one hub."""

    def __init__(self, hub: Hub, pages: Pages) -> None:
        """Keep what the handlers need."""
        self._hub = hub
        self._pages = pages

    def handlers(self) -> Mapping[Entry, Handler]:
        """Return what answers each route of the officers' application."""
        return {doors.DEVICES: self.index, doors.REVOKE: self.revoke, doors.REMOVE_PASSKEY: self.remove}

    async def index(self, request: web.Request) -> web.Response:
        """List them."""
        words = request.query.get("find", "")[:FIND_MAX_CHARS]
        async with self._hub.database.reading() as session:
            return self._pages.render(
                request,
                "devices.html",
                find=words,
                certificates=await certificates(session, self._hub.clock(), words),
                passkeys=await passkeys(session, words),
                most=ROWS,
                asks=self._hub.settings.client_certificate,
            )

    async def revoke(self, request: web.Request) -> web.Response:
        """Put a certificate out."""
        async with self._hub.database.session("device.revoked") as session:
            await revoke(session, actor_of(request), request.match_info["device_id"], self._hub.clock())
            self._hub.topics.stir(session)
        return _back()

    async def remove(self, request: web.Request) -> web.Response:
        """Put a passkey out."""
        async with self._hub.database.session("device.removed") as session:
            await remove_device(session, actor_of(request), request.match_info["passkey_id"], self._hub.clock())
            self._hub.topics.stir(session)
        return _back()


def _back() -> web.Response:
    return web.json_response({"next": doors.DEVICES.path})


def setup(hub: Hub, pages: Pages) -> None:
    """Add the page to the officers' application."""
    add_doors(hub.officers, DevicePages(hub, pages).handlers())
