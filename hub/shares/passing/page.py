"""The page behind a link: the same files for everybody, on the residents' hostname, where no certificate is asked for.

Invariants: what names a link, and the key that opens it, lie in the address's fragment, which reaches no server; nobody
keeps the page, finds it by searching, or hears from it where somebody came from; it loads nothing from anywhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.shares.passing import routes
from hub.web.assets import WEB, Assets, file_response
from hub.web.headers import BEHIND_A_LINK, WORKER_ADDRESSES, closed
from hub.web.workers import serve_workers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web
    from aiohttp.typedefs import Handler

    from hub.web.routing import Route

INDEX = "index.html"
SCOPE = "/passed/"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
        f"media-src 'self'; worker-src 'self'; form-action 'none'; {closed(WORKER_ADDRESSES)}"
    ),
    **BEHIND_A_LINK,
}


class PassedPage:
    """The handlers of one hub."""

    def __init__(self) -> None:
        """Read the built files."""
        self._files = Assets.load(WEB / "passed").files

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route of the homes' application."""
        return {routes.PAGE: self.show, routes.FILE: self.show, routes.WORKER: serve_workers(SCOPE)}

    async def show(self, request: web.Request) -> web.StreamResponse:
        """Serve one of the page's files."""
        response = file_response(self._files, request.match_info.get("name", INDEX), "no-store")
        response.headers.update(HEADERS)
        return response
