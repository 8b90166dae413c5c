"""The page on which a person's opening key is made and wrapped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.identity.wraps import routes
from hub.identity.wraps.service import WRAPS_MAX
from hub.web.actor import actor_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp import web
    from aiohttp.typedefs import Handler

    from hub.directory.service import DirectoryService
    from hub.web.context import Hub
    from hub.web.pages.renderer import Pages
    from hub.web.routing import Route


class WrapsPages:
    """The handlers of one hub."""

    def __init__(self, hub: Hub, pages: Pages, directory: DirectoryService) -> None:
        """Keep what the handlers need."""
        self._hub = hub
        self._pages = pages
        self._directory = directory

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers the officers' routes."""
        return {routes.PAGE: self.keys}

    async def keys(self, request: web.Request) -> web.Response:
        """Show the page; its script asks for the wraps."""
        actor = actor_of(request)
        async with self._hub.database.reading() as session:
            directory = (await self._directory.in_force(session, self._hub.clock())).directory
        mine = sorted({each.age_recipient for each in directory.recipients if each.person_id == actor.person_id})
        data = {"owner": f"Badge {actor.badge}", "most": WRAPS_MAX, "in_directory": mine}
        return self._pages.render(request, "keys.html", data=data)
