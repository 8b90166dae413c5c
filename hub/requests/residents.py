"""The residents' house, as far as the police house knows it: where its pages are, what its registry lets be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from milton_protocol.geometry import Area, Point
    from milton_protocol.geometry.cells import Bounds


class CellCount(Protocol):
    """A cell with at least five registered cameras."""

    @property
    def row(self) -> int:
        """Return the cell's row."""

    @property
    def column(self) -> int:
        """Return the cell's column."""

    @property
    def bucket(self) -> str:
        """Return ``some`` (5 to 9) or ``many`` (10 or more)."""


class SeenEntry(Protocol):
    """A camera whose owner lets the police see its street, or where it stands and looks; nothing of the owner."""

    @property
    def street(self) -> str | None:
        """Return the name of its street; None where its exact place is told."""

    @property
    def point(self) -> Point | None:
        """Return where it stands; None where only its street is told."""

    @property
    def heading_deg(self) -> int | None:
        """Return where it looks, clockwise from north; None where only its street is told."""

    @property
    def field_of_view_deg(self) -> int | None:
        """Return how wide it sees; None where only its street is told."""

    @property
    def keeps_days(self) -> int | None:
        """Return how long it keeps recordings, where the owner said so."""


class Registry(Protocol):
    """What the registry of cameras lets the police read."""

    async def cells(self, within: Bounds) -> Sequence[CellCount]:
        """Return the cells that touch a box and have at least five cameras, as last counted."""

    async def look_up(
        self, area: Area, *, badge: str, case_number: str, at: datetime, streets: frozenset[str]
    ) -> Sequence[SeenEntry]:
        """Return the cameras on ``streets`` and those with an exact place in ``area``; tell their owners who looked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Residents:
    """The residents' house of one city: ``origin`` is where its pages are."""

    origin: str
    registry: Registry
