"""Routes of requests: drafting, approving, the JSON API. Those of the lists are in ``hub.casework.routes``."""

from __future__ import annotations

from hub.kit.access import Action
from hub.web.routing import get, post, stream

NEW_PAGE = get("/requests/new", Action.REQUEST_DRAFT)
COSIGN_PAGE = get("/cosign", Action.REQUEST_COSIGN)
COSIGN_EVENTS = stream("/cosign/events", Action.REQUEST_COSIGN)
WAITING = get("/api/requests/waiting", Action.REQUEST_COSIGN)
SIGNABLE = get("/requests/{id:[0-9a-f]{64}}/signable", Action.REQUEST_LIST)

DOOR_SHEET = get("/requests/{id:[0-9a-f]{64}}/door-sheet", Action.REQUEST_DOOR_SHEET)

REGISTRY_CELLS = get("/api/registry/cells", Action.REQUEST_DRAFT)
_ONE = "/api/requests/{id:[0-9a-f]{64}}"
KEEP = post("/api/drafts", Action.REQUEST_DRAFT)
DISCARD = post("/api/drafts/discard", Action.REQUEST_DRAFT)
VERDICT = post("/api/requests/verdict", Action.REQUEST_DRAFT)
DRAFT = post("/api/requests", Action.REQUEST_DRAFT)
LIST = get("/api/requests", Action.REQUEST_LIST)
READ = get(_ONE, Action.REQUEST_LIST)
SIGN = post(f"{_ONE}/assertions", Action.REQUEST_ASSERT)
PUBLISH = post(f"{_ONE}/publish", Action.REQUEST_PUBLISH, fresh="request.publish")
TURN_DOWN = post(f"{_ONE}/turn-down", Action.REQUEST_TURN_DOWN)
WITHDRAW = post(f"{_ONE}/withdraw", Action.REQUEST_WITHDRAW)
RESOLVE = post(f"{_ONE}/resolve", Action.REQUEST_RESOLVE)
