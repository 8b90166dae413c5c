"""The scripts that run beside an officers' page, as ``frontend/build.mjs`` left them.

Their addresses stay: a service worker is known by its own, and the pages' policy names each letter by letter
(``frontend/officer/src/workers.ts``). A worker has no page around it, so each answer carries a policy of its own: it
loads no script and reads from this origin alone.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from hub.web.assets import WEB, Assets, file_response

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web
    from aiohttp.typedefs import Handler

WORKERS_PREFIX = "/workers/"
POLICY = (
    "default-src 'none'; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
NEVER = "no-store"  # its name does not change with its content
# Which pages a service worker may answer; a worker that is not named here belongs to the page that starts it.
SCOPES: Mapping[str, str] = MappingProxyType({"clips.js": "/shares/"})


def serve_workers() -> Handler:
    """Return the handler of ``/workers/{name}``."""
    files = Assets.load(WEB / "workers").files

    async def handler(request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        response = file_response(files, name, NEVER)
        response.headers["Content-Security-Policy"] = POLICY
        if name in SCOPES:
            response.headers["Service-Worker-Allowed"] = SCOPES[name]
        return response

    return handler
