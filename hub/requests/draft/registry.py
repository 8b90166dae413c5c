"""How many cameras are registered in each cell of a fixed grid, for the map of a draft.

Invariants: cells are those of the protocol, whatever is drawn, and all of the city's are told at once: nothing that an
officer draws or asks changes what is told. A cell with fewer than five cameras is told apart from no empty one.

``GET /api/registry/cells`` answers ``{"cells": [{"south", "west", "north", "east", "bucket"}]}``, edges in units of
1e-7 degree, ``bucket`` ``some`` (5 to 9 cameras) or ``many`` (10 or more); ``registry_none`` (404) where the city has
no registry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.kit.errors import HubError
from hub.requests import routes
from milton_protocol.geometry.cells import Cell, bounds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from aiohttp.typedefs import Handler

    from hub.db.engine import Database
    from hub.directory.service import DirectoryService
    from hub.requests.residents import CellCount, Registry
    from hub.web.routing import Route
    from milton_protocol.canonical import JsonValue
    from milton_protocol.geometry import Polygon
    from milton_protocol.geometry.cells import Bounds

NOT_FOUND = 404


class RegistryApi:
    """The handler of one hub; ``registry`` is None in a city that has none."""

    def __init__(
        self,
        registry: Registry | None,
        *,
        database: Database,
        directory: DirectoryService,
        clock: Callable[[], datetime],
    ) -> None:
        """Keep what the handler needs."""
        self._registry = registry
        self._database = database
        self._directory = directory
        self._clock = clock

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route of the officers' application."""
        return {routes.REGISTRY_CELLS: self.cells}

    async def cells(self, _request: web.Request) -> web.Response:
        """Answer every cell of the city that is told."""
        if self._registry is None:
            rule = "registry_none"
            raise HubError(rule, NOT_FOUND, "This city has no camera registry.")
        async with self._database.reading() as session:
            city = (await self._directory.in_force(session, self._clock())).city_record.jurisdiction
        found = await self._registry.cells(box_of(city))
        return web.json_response({"cells": [_cell_value(each) for each in found]})


def box_of(city: Polygon) -> Bounds:
    """Return the south, west, north and east ends of a city."""
    latitudes = [point.lat_e7 for point in city.points]
    longitudes = [point.lon_e7 for point in city.points]
    return min(latitudes), min(longitudes), max(latitudes), max(longitudes)


def _cell_value(count: CellCount) -> dict[str, JsonValue]:
    south, west, north, east = bounds(Cell(count.row, count.column))
    return {"south": south, "west": west, "north": north, "east": east, "bucket": count.bucket}
