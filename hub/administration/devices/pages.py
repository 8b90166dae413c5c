"""The administrators' page of devices: certificates and passkeys, and what puts one out.

``POST /devices/{id}/revoke`` and ``POST /passkeys/{id}/remove`` answer ``{"next"}``; with the answer the sessions that
were opened by it have ended, and the streams of their pages are told at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web
from sqlalchemy import select

from hub.administration.devices import routes
from hub.administration.devices.listing import ROWS, certificates, ending, passkeys
from hub.directory.names import names_of
from hub.identity.accounts.devices import remove_device
from hub.identity.devices.model import Device
from hub.identity.devices.registry import revoke
from hub.identity.model import SignInCredential
from hub.kit.access import Action, require
from hub.web.actor import actor_of
from hub.web.pages.lists import followed
from hub.web.routing import add_routes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.access import Actor
    from hub.web.context import Hub
    from hub.web.pages.lists import Lists
    from hub.web.pages.renderer import Pages
    from hub.web.routing import Route

FIND_MAX_CHARS = 100


class DevicePages:
    """The handlers of one hub."""

    def __init__(self, hub: Hub, pages: Pages, lists: Lists) -> None:
        """Keep what the handlers need."""
        self._hub = hub
        self._pages = pages
        self._lists = lists

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route of the officers' application."""
        return {
            routes.DEVICES: self.index,
            routes.DEVICES_EVENTS: self.events,
            routes.REVOKE: self.revoke,
            routes.REMOVE_PASSKEY: self.remove,
        }

    async def index(self, request: web.Request) -> web.Response:
        """List them."""
        words = request.query.get("find", "")[:FIND_MAX_CHARS]
        async with self._hub.database.reading() as session:
            issued = await certificates(session, self._hub.clock(), words)
            keys, runs_out = await passkeys(session, words), await ending(session, self._hub.clock())
            people = [each.passkey.person_id for each in keys] + [each.used.person_id for each in issued if each.used]
            owners = [each.person_id for each in (*(line.device for line in issued), *runs_out)]
            return self._pages.render(
                request,
                "devices.html",
                data=followed(request, routes.DEVICES_EVENTS.path, await _known(session, actor_of(request))),
                find=words,
                certificates=issued,
                passkeys=keys,
                ending=runs_out,
                names=await names_of(session, (*people, *owners)),
                most=ROWS,
                asks=self._hub.settings.client_certificate,
            )

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Tell the page that one came or was revoked."""
        return await self._lists.stream(request, _known)

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


async def _known(session: AsyncSession, actor: Actor) -> object:
    """Return which there are, and which of them are out; when each was used last changes nothing."""
    require(actor, Action.DEVICE_LIST)
    devices = select(Device.device_id, Device.revoked_at).order_by(Device.device_id)
    keys = select(SignInCredential.credential_id, SignInCredential.removed_at)
    found = (await session.execute(devices)).all()
    return found, (await session.execute(keys.order_by(SignInCredential.credential_id))).all()


def _back() -> web.Response:
    return web.json_response({"next": routes.DEVICES.path})


def setup(hub: Hub, pages: Pages, lists: Lists) -> None:
    """Add the page to the officers' application."""
    add_routes(hub.officers, DevicePages(hub, pages, lists).handlers())
