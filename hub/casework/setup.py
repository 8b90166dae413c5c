"""Wire cases into a hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.casework.api import CaseApi
from hub.casework.members_api import MembersApi
from hub.casework.pages import CasePages
from hub.casework.request_pages import RequestsSeen
from hub.web.routing import add_routes

if TYPE_CHECKING:
    from hub.directory.service import DirectoryService
    from hub.identity.sessions.service import Sessions
    from hub.web.context import Hub
    from hub.web.pages.lists import Lists
    from hub.web.pages.renderer import Pages


def setup(hub: Hub, pages: Pages, lists: Lists, sessions: Sessions, directory: DirectoryService) -> None:
    """Add the pages and the routes to the officers' application."""
    members = MembersApi(hub, directory)
    for part in (
        CasePages(hub, pages, lists, sessions, members),
        RequestsSeen(hub, pages, lists, sessions, directory),
        members,
        CaseApi(hub),
    ):
        add_routes(hub.officers, part.handlers())
