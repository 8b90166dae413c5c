"""How many registered cameras are in an area, as far as an officer may know: the seam to a registry.

Invariants: below the floor the number is not said, nor whether it is nothing; above it numbers are said as multiples of
the floor, so that an area that is moved by one house says nothing of that house but where a multiple is passed; nothing
is counted in an area that no request can have, for a sliver or a garden would single out homes; a hub without a
registry says so, and nothing else is made up in its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from hub.requests.draft.limits import ABOUT_AREA, ABOUT_PLACE

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.requests.draft.verdict import Verdict
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


def is_countable(verdict: Verdict) -> bool:
    """Say whether what is in a draft's area may be counted: no rule about where and how large it is is broken."""
    return not any(broken.rule.startswith((*ABOUT_AREA, *ABOUT_PLACE)) for broken in verdict.broken)


def registered_value(found: InArea | None, *, countable: bool) -> dict[str, JsonValue]:
    """Return what the officer's page shows.

    ``none`` (no registry), ``not_counted`` (no area to count in), ``few`` (fewer homes than the floor), or a ``count``
    of which each number is the least that it is.
    """
    if found is None:
        return {"kind": "none"}
    if not countable:
        return {"kind": "not_counted"}
    if found.homes < FLOOR:
        return {"kind": "few", "floor": FLOOR}
    return {"kind": "count", "cameras": _floored(found.cameras), "homes": _floored(found.homes)}


def _floored(count: int) -> int:
    return count - count % FLOOR
