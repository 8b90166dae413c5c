"""Wire wrapped opening keys into a hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.identity.wraps.api import WrapsApi
from hub.identity.wraps.pages import WrapsPages
from hub.identity.wraps.service import Wraps
from hub.web.routing import add_routes

if TYPE_CHECKING:
    from hub.directory.service import DirectoryService
    from hub.web.context import Hub
    from hub.web.pages.renderer import Pages


def setup(hub: Hub, pages: Pages, directory: DirectoryService) -> None:
    """Add the page and its routes to the officers' application."""
    api = WrapsApi(database=hub.database, wraps=Wraps(directory), clock=hub.clock)
    add_routes(hub.officers, api.handlers())
    add_routes(hub.officers, WrapsPages(hub, pages, directory).handlers())
