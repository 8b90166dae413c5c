"""The homes' routes of joining and leaving."""

from __future__ import annotations

from aiohttp import hdrs

from hub.web.routing import Route, RouteAccess, get, post

PAGE = get("/enrol", RouteAccess.OPEN)
ENROL = post("/v1/enrol", RouteAccess.OPEN)
# Leaving is repeatable, so its handler judges tokens of homes that have left, too.
LEAVE = Route(method=hdrs.METH_DELETE, path="/v1/enrolment", opens=RouteAccess.OWN_PROOF)
