"""What the pages call the agency: the city record's name, read when the house starts."""

from __future__ import annotations

from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from hub.kit.errors import HubError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from hub.community.city import City


class Naming:
    """Holds the name; before the house runs, and with no city record, it is the agency's id."""

    def __init__(self, city: City, agency_id: str) -> None:
        """Begin with the id."""
        self._city, self.agency_name = city, agency_id

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Read the name once; the city record changes with a restart at most once a year."""
        with suppress(HubError):  # no city is founded yet
            self.agency_name = (await self._city.record()).agency_name
        yield
