"""What belongs to no slice: assets, the map's background, health, the signer."""

from __future__ import annotations

from hub.web.routing import Door
from tests.attacks.doors.listed import Listed

LISTED = Listed(
    officers={
        ("GET", "/health"): Door.OPEN,
        ("GET", "/static/{name}"): Door.OPEN,
        ("GET", "/workers/{name}"): Door.OPEN,
        ("GET", "/map.geojson"): Door.SIGNED_IN,
    },
    homes={("GET", "/health"): Door.OPEN},
    signer={("GET", "/"): Door.OPEN, ("GET", "/{name}"): Door.OPEN},
)
