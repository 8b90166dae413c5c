"""The routes of the community house: open, or for a resident who is signed in."""

from __future__ import annotations

from aiohttp import hdrs

from hub.web.routing import Route, RouteAccess, get, post

HEALTH = get("/health", RouteAccess.OPEN)
JOIN = post("/api/join", RouteAccess.OPEN)
SIGN_IN = post("/api/session", RouteAccess.OPEN)
SIGN_OUT = Route(method=hdrs.METH_DELETE, path="/api/session", opens=RouteAccess.SIGNED_IN)
CITY = get("/api/city", RouteAccess.OPEN)
FEED = get("/api/feed", RouteAccess.OPEN)
TICKET = post("/api/tickets", RouteAccess.OPEN)
ANSWER_PAGE = get("/requests", RouteAccess.OPEN)
ANSWER_FILE = get("/requests/{name}", RouteAccess.OPEN)
ERASE = Route(method=hdrs.METH_DELETE, path="/api/account", opens=RouteAccess.SIGNED_IN)
WELCOME = get("/", RouteAccess.OPEN)
JOIN_PAGE = get("/join", RouteAccess.OPEN)
SIGN_IN_PAGE = get("/sign-in", RouteAccess.OPEN)
CAMERAS = get("/cameras", RouteAccess.SIGNED_IN)
PLACE = get("/cameras/new", RouteAccess.SIGNED_IN)
ERASE_PAGE = get("/erase", RouteAccess.SIGNED_IN)
ASSET = get("/static/{name}", RouteAccess.OPEN)
MAP = get("/api/map", RouteAccess.OPEN)

ENTRIES = get("/api/entries", RouteAccess.SIGNED_IN)
PUT_ENTRY = Route(method=hdrs.METH_PUT, path="/api/entries/{id:[0-9a-f]{32}}", opens=RouteAccess.SIGNED_IN)
CONFIRM_ENTRY = post("/api/entries/{id:[0-9a-f]{32}}/confirm", RouteAccess.SIGNED_IN)
NOTICES = get("/api/notices", RouteAccess.SIGNED_IN)
