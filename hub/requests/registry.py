"""How many registered cameras are in an area, as far as an officer may know: the seam to a registry.

Invariants: below the floor the number is not said, nor whether it is nothing; a hub without a registry says so, and
nothing else is made up in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from milton_protocol.canonical import JsonValue
    from milton_protocol.geometry import Area

FLOOR = 5  # docs/domain.md: a count is shown only when five or more homes can be in it


@dataclass(frozen=True, slots=True, kw_only=True)
class InArea:
    """What a registry knows of an area: ``homes`` that it has there, with ``cameras`` of theirs."""

    homes: int
    cameras: int


class Registry(Protocol):
    """A volunteer database of cameras."""

    async def in_area(self, session: AsyncSession, area: Area) -> InArea | None:
        """Return what is registered in ``area``; None where there is no registry."""


class NoRegistry:
    """A hub whose city has no registry yet."""

    async def in_area(self, session: AsyncSession, area: Area) -> InArea | None:  # noqa: ARG002 - a registry's
        """Return that there is none."""
        return None


def registered_value(found: InArea | None) -> dict[str, JsonValue]:
    """Return what the officer's page shows: ``none`` (no registry), ``few`` (fewer than the floor) or a ``count``."""
    if found is None:
        return {"kind": "none"}
    if found.homes < FLOOR:
        return {"kind": "few", "floor": FLOOR}
    return {"kind": "count", "cameras": found.cameras, "homes": found.homes}
