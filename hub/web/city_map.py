"""The background of the officers' map: the city's own GeoJSON (``map.geojson`` in the hub's folder), or none.

A demonstration without one has an invented neighborhood. Nothing is fetched from outside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.web.assets import WEB

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

    from hub.kit.settings import Settings

MAP_NAME = "map.geojson"
EMPTY = b'{"type":"FeatureCollection","features":[]}'
MAP_MAX_BYTES = 16_000_000  # more is not drawn in a second
CACHE = "private, max-age=300"


class MapTooLargeError(ValueError):
    """The city's map is more than a page can draw."""


def read_map(settings: Settings) -> bytes:
    """Return the GeoJSON to draw; raise MapTooLargeError."""
    own = settings.folder / MAP_NAME
    if own.exists():
        if own.stat().st_size > MAP_MAX_BYTES:
            message = f"{own} has more than {MAP_MAX_BYTES} bytes"
            raise MapTooLargeError(message)
        return own.read_bytes()
    return (WEB / "maps" / "demo.geojson").read_bytes() if settings.demo else EMPTY


def serve(settings: Settings) -> Handler:
    """Return the handler of ``/map.geojson``."""
    content = read_map(settings)

    async def handler(_request: web.Request) -> web.Response:
        return web.Response(body=content, content_type="application/geo+json", headers={"Cache-Control": CACHE})

    return handler
