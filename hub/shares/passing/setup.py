"""Wire passing on into a hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.shares.passing.api import PassingApi
from hub.shares.passing.page import PassedPage
from hub.web.routing import add_routes

if TYPE_CHECKING:
    from hub.shares.passing.asking import Asking
    from hub.shares.passing.links import Links
    from hub.shares.passing.view_api import ViewApi
    from hub.web.context import Hub


def setup(hub: Hub, asking: Asking, links: Links, views: ViewApi) -> None:
    """Add the custodians' routes, and on the residents' hostname the page behind a link and what it asks."""
    add_routes(hub.officers, PassingApi(asking, links).handlers())
    add_routes(hub.homes, views.handlers())
    add_routes(hub.homes, PassedPage().handlers())
