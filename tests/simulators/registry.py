"""A registry of cameras as the police house reads one, with what a test puts into it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hub.requests.residents import Residents
from milton_protocol.geometry import contains
from milton_protocol.geometry.cells import Cell, bounds

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from milton_protocol.geometry import Area, Point
    from milton_protocol.geometry.cells import Bounds

RESIDENTS = "https://residents.milton.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A cell as it was counted."""

    row: int
    column: int
    bucket: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A camera as its owner lets it be seen."""

    street: str | None = None
    point: Point | None = None
    heading_deg: int | None = None
    field_of_view_deg: int | None = None
    keeps_days: int | None = None


@dataclass(kw_only=True)
class MadeRegistry:
    """What it is filled with, and what was asked of it; ``asked`` is called as a look-up begins."""

    counted: list[Counted] = field(default_factory=list)
    entered: list[Entered] = field(default_factory=list)
    boxes: list[Bounds] = field(default_factory=list)
    told: list[tuple[str, str, datetime]] = field(default_factory=list)
    asked: Callable[[], Awaitable[None]] | None = None

    async def cells(self, within: Bounds) -> tuple[Counted, ...]:
        """Return the cells that touch the box."""
        self.boxes.append(within)
        south, west, north, east = within
        edges = [(each, bounds(Cell(each.row, each.column))) for each in self.counted]
        return tuple(each for each, (s, w, n, e) in edges if s <= north and n > south and w <= east and e > west)

    async def look_up(
        self, area: Area, *, badge: str, case_number: str, at: datetime, streets: frozenset[str]
    ) -> tuple[Entered, ...]:
        """Return the cameras on the streets and in the area, and note whom their owners are told of."""
        if self.asked is not None:
            await self.asked()
        self.told.append((badge, case_number, at))
        return tuple(
            each
            for each in self.entered
            if each.street in streets or (each.point is not None and contains(area, each.point))
        )


def residents_of(registry: MadeRegistry) -> Residents:
    """Return a residents' house with this registry."""
    return Residents(origin=RESIDENTS, registry=registry)
