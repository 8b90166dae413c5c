"""The residents' house, as far as the police house knows it: where its pages are, what its registry lets be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

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


class Registry(Protocol):
    """What the registry of cameras lets the police read."""

    async def cells(self, within: Bounds) -> Sequence[CellCount]:
        """Return the cells that touch a box and have at least five cameras, as last counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Residents:
    """The residents' house of one city: ``origin`` is where its pages are."""

    origin: str
    registry: Registry
