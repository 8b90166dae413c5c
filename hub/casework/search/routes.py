"""Routes of search."""

from __future__ import annotations

from hub.kit.access import Action
from hub.web.routing import get, post

PAGE = get("/search", Action.SEARCH)
KEEP = post("/api/filters", Action.SEARCH)
DROP = post("/api/filters/end", Action.SEARCH)
