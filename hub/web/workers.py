"""The scripts that run beside an officers' page, as ``frontend/build.mjs`` left them.

Their addresses stay: a service worker is known by its own, and the pages' policy names each letter by letter
(``frontend/officer/src/workers.ts``). A worker has no page around it, so each answer carries a policy of its own: it
loads no script and reads from this origin alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.web.assets import WEB, Assets, file_response

if TYPE_CHECKING:
    from aiohttp import web
    from aiohttp.typedefs import Handler

WORKERS_PREFIX = "/workers/"
POLICY = (
    "default-src 'none'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
NEVER = "no-store"  # its name does not change with its content
SERVICE_WORKER = "clips.js"  # every other belongs to the page that starts it
SHARES = "/shares/"


def serve_workers(scope: str) -> Handler:
    """Return the handler of ``/workers/{name}``; the service worker may answer for pages below ``scope``."""
    files = Assets.load(WEB / "workers").files

    async def handler(request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        response = file_response(files, name, NEVER)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["Referrer-Policy"] = "no-referrer"
        if name == SERVICE_WORKER:
            response.headers["Service-Worker-Allowed"] = scope
        return response

    return handler
