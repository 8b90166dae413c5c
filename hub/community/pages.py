"""Residents' pages that need no account: welcome, join, sign in; the files that pages load, and errors as pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from hub.community import routes
from hub.community.guard import ACCOUNT
from hub.community.naming import Naming
from hub.community.renderer import Renderer, language_of
from hub.community.words import LANGUAGES
from hub.kit.errors import HubError
from hub.web.assets import Assets, serve
from hub.web.errors import refusal_of
from hub.web.routing import add_routes

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler, Middleware

    from hub.community.context import Community

STATIC = Path(__file__).parent / "static"
MAP_CACHE = "private, max-age=300"


def setup(community: Community) -> Renderer:
    """Add the pages that need no account, the files, and errors as pages; return what renders further ones."""
    settings = community.settings
    naming = Naming(community.city, settings.agency_id)
    community.lifetimes.append(naming.running)
    assets = Assets.load(STATIC)
    renderer = Renderer(settings, assets, naming, lambda request: ACCOUNT in request)
    community.application.middlewares.insert(2, _error_pages(renderer))  # inside of what refuses another host

    async def city_map(_request: web.Request) -> web.Response:
        body = await community.city.map()
        return web.Response(body=body, content_type="application/json", headers={hdrs.CACHE_CONTROL: MAP_CACHE})

    open_pages = {
        routes.WELCOME: _page(renderer, "welcome.html"),
        routes.JOIN_PAGE: _page(renderer, "join.html", "join.js"),
        routes.SIGN_IN_PAGE: _page(renderer, "sign_in.html", "sign_in.js"),
    }
    add_routes(community.application, {**open_pages, routes.ASSET: serve(assets), routes.MAP: city_map})
    return renderer


def _page(renderer: Renderer, template: str, script: str = "") -> Handler:
    """Return the handler of a page that is the same for everybody who reads its language."""

    async def handler(request: web.Request) -> web.Response:
        return renderer.page(request, template, script=script)

    return handler


def wants_page(request: web.Request) -> bool:
    """Say whether a person's browser asks for a page (a script asks for JSON)."""
    return request.method in {hdrs.METH_GET, hdrs.METH_HEAD} and "text/html" in request.headers.get(hdrs.ACCEPT, "")


def _error_pages(renderer: Renderer) -> Middleware:
    """Return the middleware that shows a person what a program gets as JSON. It goes inside ``translate_errors``."""

    def refusal(request: web.Request, status: int) -> web.Response:
        name = "not_found" if status == web.HTTPNotFound.status_code else "failed"
        message = LANGUAGES[language_of(request)]["refusal"][name]
        return renderer.page(request, "refusal.html", status=status, message=message)

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not wants_page(request):
            return await handler(request)
        try:
            return await handler(request)
        except HubError as error:
            return refusal(request, error.status)
        except web.HTTPNotFound as error:
            return refusal(request, error.status)
        except web.HTTPException:
            raise
        except Exception as error:
            failure = refusal_of(error, request)
            if failure is None:
                raise
            return refusal(request, failure.status)

    return middleware
