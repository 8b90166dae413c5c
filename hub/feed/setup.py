"""Wire the feed into a hub."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.feed.api import FeedApi
from hub.feed.public import PublicFeed
from hub.web.routing import add_routes

if TYPE_CHECKING:
    from hub.directory.service import DirectoryService
    from hub.web.context import Hub


def setup(hub: Hub, directory: DirectoryService) -> None:
    """Add ``/v1/feed``, ``/v1/city`` and ``/v1/map`` to the homes' application."""
    add_routes(hub.homes, FeedApi(PublicFeed(hub.database, hub.topics, directory)).handlers())
