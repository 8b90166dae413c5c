"""Who visits: people at their desks, a home, somebody outside; and a server that nobody should be made to ask."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

import aiohttp
from aiohttp import web

from milton_protocol.canonical import encode
from milton_protocol.errors import ProtocolError
from tests.attacks.routes.listed import all_of
from tests.long.crawl.answers import Host
from tests.long.crawl.crawler import Visitor
from tests.simulators.paths import filled
from tests.simulators.proofs import intent_of, prove

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from hub.identity.passkeys.reverify import Intent
    from hub.kit.access import Role
    from tests.long.crawl.answers import Answer
    from tests.long.crawl.crawler import Headers
    from tests.long.crawl.targets import Target
    from tests.simulators.answered import Answered

HANDS: Final = timedelta(seconds=0.3)  # of the hub's clock between two acts: it takes four a second from one person
UNAUTHORIZED = 401


@asynccontextmanager
async def canary() -> AsyncIterator[tuple[str, list[str]]]:
    """Serve what nobody should ask; yield where it is, and what was asked."""
    asked: list[str] = []

    async def note(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response()

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", note)
    runner = web.AppRunner(application)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        host, port = runner.addresses[0][:2]
        yield f"{host}:{port}", asked
    finally:
        await runner.cleanup()


@asynccontextmanager
async def client() -> AsyncIterator[aiohttp.ClientSession]:
    """Yield a client that keeps no cookie."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session


def json_bytes(value: object) -> bytes:
    """Return JSON as a browser sends it, and what no browser would."""
    return json.dumps(value).encode()


def canonical_bytes(value: object) -> bytes:
    """Return canonical JSON where a value has one."""
    try:
        return encode(json.loads(json_bytes(value)))
    except (ProtocolError, TypeError, ValueError):
        return json_bytes(value)


def at_desk(town: Answered, role: Role, url: str, session: aiohttp.ClientSession) -> Visitor:
    """Return somebody signed in, who proves their passkey where it is asked for, and signs in again when put out."""
    agency, desk = town.agency, town.desks[role]
    visitor = Visitor(host=Host.OFFICERS, url=url, session=session, headers=desk.headers, encode=json_bytes)

    async def proves(target: Target, answer: Answer) -> Headers | None:
        nonlocal desk
        agency.clock.ahead += HANDS
        if answer.status == UNAUTHORIZED and "Cookie" not in target.headers:
            desk = await agency.desk(role.value)
            visitor.headers = desk.headers
            return desk.headers
        if b'"error":"fresh_needed"' not in answer.body:
            return None
        intent = _intent(desk.cookie, target)
        if intent is None:
            return None
        return await prove(agency.hub.database, agency.hub.keys.enrolment_secret, intent, agency.clock())

    visitor.proves = proves
    return visitor


def _intent(token: str, target: Target) -> Intent | None:
    try:
        return intent_of(token, target.method, unquote(target.address))
    except LookupError:  # its path is another one once it is decoded
        return None


def own_id(town: Answered, method: str, path: str, name: str) -> str:
    """Return an id of the town's own; acts on people are tried on nobody, so that all can look again afterwards."""
    if name == "name":
        return "clips.js" if path.startswith("/workers/") else "clip"
    if name == "person_id" and method == "GET":
        return "officer"
    return filled(town, f"{{{name}}}")


def body_of(town: Answered, role: Role, method: str, path: str) -> object:
    """Return a body in form, an empty one where the route reads none, None where nothing is posted."""
    if method != "POST":
        return None
    made = all_of().bodies.get((method, path))
    return {} if made is None else made(town, role)
