"""Routes that the officers' pages share, and the signer's own two."""

from __future__ import annotations

from hub.web.assets import STATIC_PREFIX
from hub.web.routing import Door, get
from hub.web.workers import WORKERS_PREFIX

ASSET = get(f"{STATIC_PREFIX}{{name}}", Door.OPEN)
WORKER = get(f"{WORKERS_PREFIX}{{name}}", Door.OPEN)
MAP = get("/map.geojson", Door.SIGNED_IN)
# Of the signer's application.
SIGNER = get("/", Door.OPEN)
SIGNER_FILE = get("/{name}", Door.OPEN)
