"""What the community house passes on of the city: the public messages that homes read, and nothing else of the police.

Who composes the houses gives it (``hub.feed.public`` is one).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from milton_protocol.messages.city.record import CityRecord


class City(Protocol):
    """The city's public messages, as homes read them."""

    async def record(self) -> CityRecord:
        """Return the city record in force: the names of city and agency, the borders, the hub's address."""

    async def city(self) -> bytes:
        """Return the root's public key and the signed city record (protocol section 13)."""

    async def map(self) -> bytes:
        """Return the map pack (protocol section 13); raise ``map_none`` (404)."""

    async def page(self, after: int) -> bytes:
        """Return the topics that changed after a cursor (protocol section 8)."""
