"""The agency's name as pages show it, and where homes ask: the city record's, read when the hub starts."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from hub.kit.errors import HubError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.web.context import Hub
    from milton_protocol.messages.city.record import CityRecord

    type CurrentRecord = Callable[[AsyncSession], Awaitable[CityRecord]]  # raises HubError before a city is founded


class Naming:
    """Holds the name; before the hub runs, and with no city record, it is the agency's id."""

    def __init__(self, hub: Hub, city_record: CurrentRecord) -> None:
        """Begin with the id."""
        self.agency_name = hub.settings.agency_id
        self.homes_are_secure = False
        self._database = hub.database
        self._city_record = city_record

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Read the name once; the city record changes with a restart at most once a year."""
        async with self._database.reading() as session:
            try:
                record = await self._city_record(session)
            except HubError:
                pass  # not initialised yet: the pages say so themselves
            else:
                self.agency_name = record.agency_name
                self.homes_are_secure = record.hub.home_url.startswith("https://")
        yield
