"""The homes' routes of protocol section 10: announce a share, send its bodies by tus 1.0."""

from __future__ import annotations

from aiohttp import hdrs

from hub.kit.access import Action
from hub.web.routing import Route, post

_BODY = "/v1/uploads/{share_id:[0-9a-f]{32}}/{name:clip|manifest|preview}"


def _tus(method: str) -> Route:
    return Route(method=method, path=_BODY, opens=Action.SHARE_SEND)


ANNOUNCE = post("/v1/shares", Action.SHARE_SEND)
OPTIONS = _tus(hdrs.METH_OPTIONS)
HEAD = _tus(hdrs.METH_HEAD)
CREATE = _tus(hdrs.METH_POST)
PATCH = _tus(hdrs.METH_PATCH)
TERMINATE = _tus(hdrs.METH_DELETE)
