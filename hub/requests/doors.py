"""Routes of requests: the officers' pages and their JSON API."""

from __future__ import annotations

from hub.access import Action
from hub.doors import get, post, stream

_PAGE = "/requests/{id:[0-9a-f]{64}}"
LIST_PAGE = get("/requests", Action.REQUEST_LIST)
NEW_PAGE = get("/requests/new", Action.REQUEST_DRAFT)
COSIGN_PAGE = get("/cosign", Action.REQUEST_COSIGN)
ONE_PAGE = get(_PAGE, Action.REQUEST_LIST)
EVENTS = stream(f"{_PAGE}/events", Action.REQUEST_LIST)
SIGNABLE = get(f"{_PAGE}/signable", Action.REQUEST_LIST)

_ONE = "/api/requests/{id:[0-9a-f]{64}}"
VERDICT = post("/api/requests/verdict", Action.REQUEST_DRAFT)
DRAFT = post("/api/requests", Action.REQUEST_DRAFT)
LIST = get("/api/requests", Action.REQUEST_LIST)
READ = get(_ONE, Action.REQUEST_LIST)
SIGN = post(f"{_ONE}/assertions", Action.REQUEST_ASSERT)
PUBLISH = post(f"{_ONE}/publish", Action.REQUEST_PUBLISH)
WITHDRAW = post(f"{_ONE}/withdraw", Action.REQUEST_WITHDRAW)
RESOLVE = post(f"{_ONE}/resolve", Action.REQUEST_RESOLVE)
