"""Routes of cases and of their requests, as officers look at them."""

from __future__ import annotations

from hub.access import Action
from hub.doors import get, post, stream

_REQUEST = "/requests/{id:[0-9a-f]{64}}"
REQUESTS = get("/requests", Action.REQUEST_LIST)
REQUEST = get(_REQUEST, Action.REQUEST_LIST)
REQUEST_EVENTS = stream(f"{_REQUEST}/events", Action.REQUEST_LIST)

_CASE = "/api/cases/{case_id:[0-9a-f]{32}}"
ADD_MEMBER = post(f"{_CASE}/members", Action.CASE_MEMBERS)
END_MEMBER = post(f"{_CASE}/members/end", Action.CASE_MEMBERS)
