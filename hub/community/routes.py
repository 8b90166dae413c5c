"""The routes of the community house: open, or for a resident who is signed in."""

from __future__ import annotations

from hub.web.routing import RouteAccess, get

HEALTH = get("/health", RouteAccess.OPEN)
