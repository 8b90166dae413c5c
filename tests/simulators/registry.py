"""A registry of cameras as the police house reads one, with what a test puts into it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hub.requests.residents import Residents
from milton_protocol.geometry.cells import Cell, bounds

if TYPE_CHECKING:
    from milton_protocol.geometry.cells import Bounds

RESIDENTS = "https://residents.milton.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A cell as it was counted."""

    row: int
    column: int
    bucket: str


@dataclass(kw_only=True)
class MadeRegistry:
    """What it is filled with, and what was asked of it."""

    counted: list[Counted] = field(default_factory=list)
    boxes: list[Bounds] = field(default_factory=list)

    async def cells(self, within: Bounds) -> tuple[Counted, ...]:
        """Return the cells that touch the box."""
        self.boxes.append(within)
        south, west, north, east = within
        edges = [(each, bounds(Cell(each.row, each.column))) for each in self.counted]
        return tuple(each for each, (s, w, n, e) in edges if s <= north and n > south and w <= east and e > west)


def residents_of(registry: MadeRegistry) -> Residents:
    """Return a residents' house with this registry."""
    return Residents(origin=RESIDENTS, registry=registry)
