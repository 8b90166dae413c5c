"""The page behind an enrolment link, for somebody who opens it in a browser instead of typing it into Home Assistant.

Invariants: the code lies in the address's fragment, which no server sees, and the page has no script that could read
it. It shows no words: those to compare come from the city's letter, not from the hub.
"""

from __future__ import annotations

import html
import secrets
from typing import TYPE_CHECKING

from aiohttp import web

from hub.enrollment import routes
from hub.web.headers import BEHIND_A_LINK, NO_POLICY, closed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler

    from hub.db.engine import Database
    from hub.directory.service import DirectoryService
    from hub.web.routing import Route

NONCE_BYTES = 16
_STYLE = """
:root { color-scheme: light dark } body { max-width: 34rem; margin: 3rem auto; padding: 0 1rem;
font: 1rem/1.5 system-ui, sans-serif } h1 { font-size: 1.5rem } li + li { margin-top: .4rem } .note { opacity: .8 }
"""
_TEXT = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{agency}: join with Home Assistant</title><style nonce="{nonce}">{style}</style>
<main><h1>Join {agency} with Home Assistant</h1>
<ol><li>Copy the address of this page, all of it.</li>
<li>In Home Assistant open Settings, Devices &amp; services, Add integration, Milton Share.</li>
<li>Paste the address, then compare the eight words with those in your letter.</li></ol>
<p class="note">The code in the address was not sent to {agency} by opening this page. Nothing was joined yet.</p>
<div lang="es"><h1>Unirse a {agency} con Home Assistant</h1>
<ol><li>Copie toda la dirección de esta página.</li>
<li>En Home Assistant abra Ajustes, Dispositivos y servicios, Añadir integración, Milton Share.</li>
<li>Pegue la dirección y compare las ocho palabras con las de su carta.</li></ol>
<p class="note">El código de la dirección no se envió a {agency} al abrir esta página. Todavía no se ha unido nada.</p>
</div></main></html>
"""


class EnrolPage:
    """The handler of one hub."""

    def __init__(self, database: Database, directory: DirectoryService) -> None:
        """Keep what names the agency."""
        self._database = database
        self._directory = directory

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers the route of the homes' application."""
        return {routes.PAGE: self.show}

    async def show(self, _request: web.Request) -> web.Response:
        """Say what to do with the address; raise ``not_initialised`` before there is a city record."""
        async with self._database.reading() as session:
            agency = (await self._directory.current(session)).city_record.agency_name
        nonce = secrets.token_urlsafe(NONCE_BYTES)
        policy = f"default-src 'none'; style-src 'nonce-{nonce}'; form-action 'none'; {closed(NO_POLICY)}"
        return web.Response(
            text=_TEXT.format(agency=html.escape(agency), nonce=nonce, style=_STYLE),
            content_type="text/html",
            headers={"Content-Security-Policy": policy, **BEHIND_A_LINK},
        )
