"""The fixed grid of the world in which a camera's place is made coarse (docs/protocol.md section 14).

Integers only, so that every device names the same cell. A cell is at least as large as the least area of a request,
measured as one is; within its degree of latitude it's at most a tenth larger. South and west edges belong to a cell.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final

from ..errors import ProtocolError, Rule
from ..limits import CELLS_MAX, EARTH_RADIUS_M
from .places import LONGITUDE_MAX_E7, Area, Circle, Point

ROW_HEIGHT_E7: Final = 25_000  # 278 m
ROWS_PER_DEGREE: Final = 400
# How wide the cells of a degree of latitude are, from the equator to 80 degrees, in 10^-7 degree: the least integer
# that gives 64,750 m² by the cosine of that degree's poleward edge.
# fmt: off
COLUMN_WIDTHS_E7: Final = (
    20951, 20961, 20977, 20999, 21028, 21063, 21105, 21154, 21209, 21271,  # 0 to 10 degrees
    21340, 21416, 21499, 21589, 21687, 21792, 21905, 22026, 22155, 22292,  # 10 to 20 degrees
    22438, 22593, 22757, 22930, 23113, 23307, 23510, 23725, 23951, 24188,  # 20 to 30 degrees
    24438, 24701, 24977, 25268, 25572, 25893, 26229, 26583, 26955, 27345,  # 30 to 40 degrees
    27756, 28188, 28642, 29121, 29624, 30155, 30715, 31306, 31930, 32589,  # 40 to 50 degrees
    33286, 34025, 34807, 35638, 36521, 37460, 38461, 39530, 40672, 41895,  # 50 to 60 degrees
    43208, 44619, 46141, 47785, 49566, 51501, 53611, 55919, 58453, 61246,  # 60 to 70 degrees
    64341, 67787, 71647, 75996, 80935, 86588, 93120, 100752, 109782, 120631,  # 70 to 80 degrees
)
# fmt: on
_ROW_MAX: Final = len(COLUMN_WIDTHS_E7) * ROWS_PER_DEGREE
_NUMBER: Final = r"(0|-?[1-9][0-9]{0,5})"
_TEXT: Final = re.compile(rf"{_NUMBER}\.{_NUMBER}")
_M_PER_E7: Final = math.radians(1e-7) * EARTH_RADIUS_M

type Bounds = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """A cell of the grid: its row counts from the equator, its column from the prime meridian."""

    row: int
    column: int


def cell_at(point: Point) -> Cell:
    """Return the cell that holds ``point``; refuse one that the grid doesn't reach (``out_of_bounds``)."""
    row = point.lat_e7 // ROW_HEIGHT_E7
    return _checked(Cell(row, point.lon_e7 // _width(row)))


def bounds(cell: Cell) -> Bounds:
    """Return the cell's south, west, north and east edge in 10^-7 degree."""
    width = _width(cell.row)
    south, west = cell.row * ROW_HEIGHT_E7, cell.column * width
    return south, west, south + ROW_HEIGHT_E7, west + width


def cells_touching(area: Area) -> tuple[Cell, ...]:
    """Return the cells that the area's bounding box touches, row by row from the south-west.

    Refuses an area that touches more than ``CELLS_MAX`` (``out_of_bounds``): larger than any request's.
    """
    south, west, north, east = _box(area)
    first, last = cell_at(Point(south, west)).row, cell_at(Point(north, east)).row
    spans = [(row, west // _width(row), east // _width(row)) for row in range(first, min(last, first + CELLS_MAX) + 1)]
    if sum(right - left + 1 for _, left, right in spans) > CELLS_MAX:
        raise ProtocolError(Rule.OUT_OF_BOUNDS, "an area of too many cells")
    return tuple(_checked(Cell(row, column)) for row, left, right in spans for column in range(left, right + 1))


def cell_text(cell: Cell) -> str:
    """Return the cell as messages name it: ``row.column``."""
    return f"{cell.row}.{cell.column}"


def read_cell(text: str) -> Cell:
    """Return the cell that a text names; refuse another form, and one that the grid hasn't (``out_of_bounds``)."""
    found = _TEXT.fullmatch(text)
    if found is None:
        raise ProtocolError(Rule.OUT_OF_BOUNDS, "cell")
    return _checked(Cell(int(found[1]), int(found[2])))


def _width(row: int) -> int:
    if not -_ROW_MAX <= row < _ROW_MAX:
        raise ProtocolError(Rule.OUT_OF_BOUNDS, "beyond 80 degrees of latitude")
    degree = row // ROWS_PER_DEGREE
    return COLUMN_WIDTHS_E7[max(degree, -1 - degree)]


def _checked(cell: Cell) -> Cell:
    """Refuse a cell that the 180th meridian would cut."""
    _, west, _, east = bounds(cell)
    if west < -LONGITUDE_MAX_E7 or east > LONGITUDE_MAX_E7:
        raise ProtocolError(Rule.OUT_OF_BOUNDS, "beyond 180 degrees of longitude")
    return cell


def _box(area: Area) -> Bounds:
    if isinstance(area, Circle):
        center = area.center
        north = math.ceil(area.radius_m / _M_PER_E7)
        east = math.ceil(area.radius_m / (_M_PER_E7 * math.cos(math.radians(center.lat_e7 * 1e-7))))
        return center.lat_e7 - north, center.lon_e7 - east, center.lat_e7 + north, center.lon_e7 + east
    latitudes = [point.lat_e7 for point in area.points]
    longitudes = [point.lon_e7 for point in area.points]
    return min(latitudes), min(longitudes), max(latitudes), max(longitudes)
