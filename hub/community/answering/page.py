"""The page on which a request is answered from a browser: files as ``frontend/build.mjs`` left them.

Invariants: a file is the same for everybody; a page of these files runs its own scripts alone, and speaks to the
residents' house and to the hub that the city record names, and to nobody else.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from hub.community import routes
from hub.web.assets import NO_CACHE, Assets, file_response
from hub.web.headers import WORKER_ADDRESSES, closed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web
    from aiohttp.typedefs import Handler

    from hub.community.city import City
    from hub.web.routing import Route

FOLDER = Path(__file__).parents[1] / "answer"
INDEX = "index.html"
HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


def policy(hub_url: str) -> str:
    """Return the content security policy of the page; it hashes in WebAssembly, and plays the file that was chosen."""
    return (
        f"default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self' {hub_url}; "
        f"img-src data:; media-src blob:; worker-src 'self'; form-action 'none'; {closed(WORKER_ADDRESSES)}"
    )


def handlers(city: City) -> Mapping[Route, Handler]:
    """Return what answers the page's routes."""
    files = Assets.load(FOLDER).files

    async def serve(request: web.Request) -> web.StreamResponse:
        answer = file_response(files, request.match_info.get("name", INDEX), NO_CACHE)
        hub_url = (await city.record()).hub.home_url
        answer.headers.update({**HEADERS, "Content-Security-Policy": policy(hub_url)})
        return answer

    return {routes.ANSWER_PAGE: serve, routes.ANSWER_FILE: serve}
