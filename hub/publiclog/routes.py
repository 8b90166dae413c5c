"""Routes of the public log: all are open."""

from __future__ import annotations

from hub.web.routing import Door, get

CHECKPOINT = get("/v1/log/checkpoint", Door.OPEN)
CONSISTENCY = get("/v1/log/consistency", Door.OPEN)
TILE = get("/v1/log/{path:tile/.+}", Door.OPEN)
