"""What belongs to no slice: assets, the map's background, health, the signer."""

from __future__ import annotations

from hub.web.routing import RouteAccess
from tests.attacks.routes.listed import Listed

LISTED = Listed(
    officers={
        ("GET", "/health"): RouteAccess.OPEN,
        ("GET", "/static/{name}"): RouteAccess.OPEN,
        ("GET", "/workers/{name}"): RouteAccess.OPEN,
        ("GET", "/map.geojson"): RouteAccess.SIGNED_IN,
    },
    homes={("GET", "/health"): RouteAccess.OPEN},
    signer={("GET", "/"): RouteAccess.OPEN, ("GET", "/{name}"): RouteAccess.OPEN},
)
