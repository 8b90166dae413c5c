"""Routes of the public log: all are open."""

from __future__ import annotations

from hub.web.routing import RouteAccess, get

CHECKPOINT = get("/v1/log/checkpoint", RouteAccess.OPEN)
CONSISTENCY = get("/v1/log/consistency", RouteAccess.OPEN)
TILE = get("/v1/log/{path:tile/.+}", RouteAccess.OPEN)
