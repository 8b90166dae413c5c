"""The homes' routes of protocol sections 8 and 13: the city is open, feed and map are for enrolled homes."""

from __future__ import annotations

from hub.kit.access import Action
from hub.web.routing import RouteAccess, get

FEED = get("/v1/feed", Action.FEED_READ)
CITY = get("/v1/city", RouteAccess.OPEN)
MAP = get("/v1/map", Action.FEED_READ)
