"""Routes of cases: looking at them and at their requests, and what people write beside them."""

from __future__ import annotations

from hub.kit.access import Action
from hub.web.routing import get, post, stream

_REQUEST = "/requests/{id:[0-9a-f]{64}}"
REQUESTS = get("/requests", Action.REQUEST_LIST)
REQUESTS_EVENTS = stream("/lists/requests/events", Action.REQUEST_LIST)
REQUEST = get(_REQUEST, Action.REQUEST_LIST)
REQUEST_EVENTS = stream(f"{_REQUEST}/events", Action.REQUEST_LIST)

_PAGE = "/cases/{case_id:[0-9a-f]{32}}"
CASES = get("/cases", Action.CASE_LIST)
CASES_EVENTS = stream("/lists/cases/events", Action.CASE_LIST)
CASE = get(_PAGE, Action.CASE_LIST)
CASE_EVENTS = stream(f"{_PAGE}/events", Action.CASE_LIST)

_CASE = f"/api{_PAGE}"
SHARES = get(f"{_CASE}/shares", Action.SHARE_LIST)
CHANGES = get(f"{_CASE}/changes", Action.CASE_LIST)
ADD_MEMBER = post(f"{_CASE}/members", Action.CASE_MEMBERS, fresh="case.add_member")
END_MEMBER = post(f"{_CASE}/members/end", Action.CASE_MEMBERS)
NOTE = post(f"{_CASE}/notes", Action.CASE_NOTE)
TAG = post(f"{_CASE}/tags", Action.CASE_TAG)
UNTAG = post(f"{_CASE}/tags/end", Action.CASE_TAG)

_SHARE = "/api/shares/{share_id:[0-9a-f]{32}}"
ASK = post(f"{_SHARE}/question", Action.SHARE_ASK)
ANSWER = post(f"{_SHARE}/answer", Action.SHARE_ANSWER)
