"""Wire look-ups into a hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.casework.look_ups.pages import LookUpPage
from hub.casework.look_ups.service import LookUps
from hub.casework.look_ups.streets import Streets
from hub.web.city_map import read_map
from hub.web.routing import add_routes

if TYPE_CHECKING:
    from hub.directory.service import DirectoryService
    from hub.requests.residents import Registry
    from hub.web.context import Hub
    from hub.web.pages.renderer import Pages


def setup(hub: Hub, pages: Pages, directory: DirectoryService, registry: Registry | None) -> None:
    """Add the page and its call to the officers' application; they refuse everything without a ``registry``."""
    streets = Streets.drawn(read_map(hub.settings))
    look_ups = LookUps(registry, streets, database=hub.database, directory=directory, clock=hub.clock)
    add_routes(hub.officers, LookUpPage(hub, pages, directory, look_ups, streets).handlers())
