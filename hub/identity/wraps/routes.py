"""Routes of a person's own opening keys under security keys."""

from __future__ import annotations

from hub.kit.access import Action
from hub.web.routing import get, post

PAGE = get("/keys", Action.KEY_WRAP)
LIST = get("/api/wraps", Action.KEY_WRAP)
KEEP = post("/api/wraps", Action.KEY_WRAP, fresh="key.wrap")
REMOVE = post("/api/wraps/{wrap_id:[0-9a-f]{32}}/remove", Action.KEY_WRAP, fresh="key.unwrap")
