"""The grid in which places are made coarse: the same on every device, no cell smaller than a request may be."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from milton_protocol.errors import ProtocolError
from milton_protocol.geometry import Circle, Point, Polygon, area_m2
from milton_protocol.geometry.cells import (
    COLUMN_WIDTHS_E7,
    ROW_HEIGHT_E7,
    ROWS_PER_DEGREE,
    Cell,
    bounds,
    cell_at,
    cell_text,
    cells_touching,
    read_cell,
)
from milton_protocol.limits import AREA_MIN_M2, CELLS_MAX, EARTH_RADIUS_M

VECTORS = [
    json.loads(line) for line in (Path(__file__).parent / "vectors/registry/cells.jsonl").read_text().splitlines()
]
PROTOCOL = Path(__file__).parents[2] / "docs/protocol.md"
MILTON = Point(341_320_000, -843_000_000)
POINTS = st.builds(Point, st.integers(-800_000_000, 799_999_999), st.integers(-1_799_000_000, 1_799_000_000))


def shape(cell: Cell) -> Polygon:
    """Return the cell as an area."""
    south, west, north, east = bounds(cell)
    return Polygon(points=(Point(south, west), Point(south, east), Point(north, east), Point(north, west)))


def test_each_width_is_the_least_that_gives_a_requests_least_area() -> None:
    """By the formula of the protocol, and the protocol prints the same table."""
    m_per_e7 = math.radians(1e-7) * EARTH_RADIUS_M
    least = [
        math.ceil(AREA_MIN_M2 / (m_per_e7**2 * ROW_HEIGHT_E7 * math.cos(math.radians(degree + 1))))
        for degree in range(80)
    ]
    assert list(COLUMN_WIDTHS_E7) == least
    for start in range(0, 80, 10):
        row = " | ".join(map(str, COLUMN_WIDTHS_E7[start : start + 10]))
        assert f"| {start}\u2013{start + 10} | {row} |" in PROTOCOL.read_text()


@pytest.mark.parametrize("degree", range(-80, 80))
def test_no_cell_is_smaller_than_a_request_may_be_nor_a_tenth_larger(degree: int) -> None:
    """Measured as requests are, in the first and the last row of each degree."""
    for row in (degree * ROWS_PER_DEGREE, (degree + 1) * ROWS_PER_DEGREE - 1):
        assert AREA_MIN_M2 <= area_m2(shape(Cell(row, -3))) <= 1.1 * AREA_MIN_M2


@given(POINTS)
def test_a_cell_holds_its_point_and_its_south_and_west_edges(point: Point) -> None:
    """And not the others: each point is in one cell."""
    cell = cell_at(point)
    south, west, north, east = bounds(cell)
    assert south <= point.lat_e7 < north
    assert west <= point.lon_e7 < east
    assert cell_at(Point(south, west)) == cell_at(Point(north - 1, east - 1)) == cell
    assert read_cell(cell_text(cell)) == cell


@pytest.mark.parametrize("vector", VECTORS, ids=str)
def test_every_reader_finds_the_same_cells(vector: dict[str, object]) -> None:
    """The browser's code is held to the same file."""

    def found() -> Cell:
        if "text" in vector:
            return read_cell(str(vector["text"]))
        latitude, longitude = vector["point"]  # type: ignore[misc] - a vector's point is two integers
        return cell_at(Point(latitude, longitude))

    if vector["cell"] is None:
        with pytest.raises(ProtocolError, match="out_of_bounds"):
            found()
    else:
        assert cell_text(found()) == vector["cell"]
        assert list(bounds(found())) == vector["bounds"]


def test_an_area_touches_the_cells_of_its_bounding_box() -> None:
    """Row by row; a cell's own shape touches its neighbors by its north and east edge."""
    cell = cell_at(MILTON)
    small = Circle(center=Point(bounds(cell)[0] + 12_000, bounds(cell)[1] + 12_000), radius_m=10)
    assert cells_touching(small) == (cell,)
    row, column = cell.row, cell.column
    around = (Cell(row, column), Cell(row, column + 1), Cell(row + 1, column), Cell(row + 1, column + 1))
    assert cells_touching(shape(cell)) == around
    wide = Circle(center=MILTON, radius_m=804)
    assert 35 < len(cells_touching(wide)) <= CELLS_MAX
    assert {cell_at(MILTON), *cells_touching(small)} <= set(cells_touching(wide))


@pytest.mark.parametrize(
    "area",
    [
        Polygon(points=(MILTON, Point(MILTON.lat_e7 + 400_000, MILTON.lon_e7), Point(MILTON.lat_e7, -842_000_000))),
        Polygon(points=(Point(-800_000_000, 0), Point(799_999_999, 0), Point(0, 1))),
        Circle(center=Point(900_000_000, 0), radius_m=804),
        Circle(center=Point(0, 1_799_999_999), radius_m=1),
    ],
    ids=["too wide", "pole to pole", "at the pole", "at the 180th meridian"],
)
def test_an_area_that_the_grid_cannot_cover_is_refused(area: Polygon | Circle) -> None:
    """Before any list is made that is longer than the bound."""
    with pytest.raises(ProtocolError, match="out_of_bounds"):
        cells_touching(area)
