"""Routes that the officers' pages share, and the signer's own two."""

from __future__ import annotations

from hub.web.assets import STATIC_PREFIX
from hub.web.routing import RouteAccess, get
from hub.web.workers import WORKERS_PREFIX

ASSET = get(f"{STATIC_PREFIX}{{name}}", RouteAccess.OPEN)
WORKER = get(f"{WORKERS_PREFIX}{{name}}", RouteAccess.OPEN)
MAP = get("/map.geojson", RouteAccess.SIGNED_IN)
# Of the signer's application.
SIGNER = get("/", RouteAccess.OPEN)
SIGNER_FILE = get("/{name}", RouteAccess.OPEN)
