"""The agency's name as pages show it, and where homes ask: the city record's, read when the hub starts."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from hub.kit.errors import HubError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from hub.directory.service import DirectoryService
    from hub.web.context import Hub


class Naming:
    """Holds the name; before the hub runs, and with no city record, it is the agency's id."""

    def __init__(self, hub: Hub, directory: DirectoryService) -> None:
        """Begin with the id."""
        self.agency_name = hub.settings.agency_id
        self.homes_are_secure = False
        self._database = hub.database
        self._directory = directory

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Read the name once; the city record changes with a restart at most once a year."""
        async with self._database.reading() as session:
            try:
                current = await self._directory.current(session)
            except HubError:
                pass  # not initialised yet: the pages say so themselves
            else:
                self.agency_name = current.city_record.agency_name
                self.homes_are_secure = current.city_record.hub.home_url.startswith("https://")
        yield
