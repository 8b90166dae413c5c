"""The routes by which a page has a person prove their passkey again (:mod:`hub.identity.passkeys.reverify`).

``POST /reverify/options`` (``act``, ``subject``) begins, ``POST /reverify/verify`` ends with the passkey's answer;
the act's own call then brings ``fresh`` in the header ``Milton-Fresh``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.identity import routes
from hub.identity.passkeys.reverify import Intent
from hub.identity.sessions.guard import TOKEN
from hub.kit.passkeys.answers import begun_response, read_answer
from hub.web.bodies import read_object
from hub.web.routing import add_routes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler

    from hub.identity.passkeys.reverify import Reverification
    from hub.web.context import Hub
    from hub.web.routing import Route
    from milton_protocol.fields import Fields

ACT_MAX_CHARS = 60
SUBJECT_MAX_CHARS = 100  # a request's id has 64


class ReverifyApi:
    """The handlers of one hub."""

    def __init__(self, hub: Hub, reverification: Reverification) -> None:
        """Keep what the handlers need."""
        self._hub = hub
        self._reverification = reverification

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route of the officers' application."""
        return {routes.REVERIFY_OPTIONS: self.options, routes.REVERIFY: self.verify}

    async def options(self, request: web.Request) -> web.Response:
        """Begin: say which passkey has to answer what."""
        body = await read_object(request)
        intent = _intent(request, body)
        body.done()
        async with self._hub.database.reading() as session:
            begun, options = await self._reverification.begin(session, intent, self._hub.clock())
        return begun_response(begun, options)

    async def verify(self, request: web.Request) -> web.Response:
        """End: the answer is a proof from now on."""
        body = await read_object(request)
        intent = _intent(request, body)
        ceremony_id, credential = read_answer(body)
        async with self._hub.database.session("fresh.verified") as session:
            await self._reverification.answer(session, ceremony_id, intent, credential, self._hub.clock())
        return web.json_response({"fresh": ceremony_id})


def _intent(request: web.Request, body: Fields) -> Intent:
    act, subject = body.text("act", ACT_MAX_CHARS), body.text("subject", SUBJECT_MAX_CHARS, min_chars=0)
    return Intent(token=request[TOKEN], act=act, subject=subject)


def setup(hub: Hub, reverification: Reverification) -> None:
    """Add the routes to the officers' application."""
    add_routes(hub.officers, ReverifyApi(hub, reverification).handlers())
