"""Sizes on the plane, topology in integers, camera views."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from milton_protocol.geometry import (
    Circle,
    Point,
    Polygon,
    area_m2,
    contains,
    diameter_m,
    distance_m,
    hull_share,
    inside,
    is_simple,
    middle,
    view_touches,
)

LAT, LON = 341_320_000, -843_000_000  # Milton, Georgia
M_PER_E7 = math.radians(1e-7) * 6_371_008.8
SMALL = st.integers(-10, 10)


def polygon(*corners: tuple[int, int], unit: int = 1, at: tuple[int, int] = (LAT, LON)) -> Polygon:
    """Return a polygon of (north, east) steps of ``unit`` from a place."""
    return Polygon(points=tuple(Point(at[0] + north * unit, at[1] + east * unit) for north, east in corners))


def square(size: int, north: int = 0, east: int = 0) -> Polygon:
    """Return a square of ``size`` steps of 10^-7 degree."""
    return polygon((north, east), (north + size, east), (north + size, east + size), (north, east + size))


L_SHAPE = polygon((0, 0), (10, 0), (10, 2), (2, 2), (2, 10), (0, 10), unit=1000)
COMB = polygon((0, 0), (9, 0), (1, 1), (9, 2), (1, 3), (9, 4), (0, 4), unit=1000)
NOTCHED = polygon((-10, -10), (10, -10), (-5, 0), (10, 10), (-10, 10), unit=4)
BOW_TIE = polygon((0, 0), (1, 1), (1, 0), (0, 1), unit=1000)


def test_a_degree_north_is_111_km_and_less_to_the_east() -> None:
    """By the mean radius; to the east by the cosine of the latitude."""
    here = Point(LAT, LON)
    assert distance_m(here, Point(LAT + 10_000_000, LON)) == pytest.approx(111_195.08, abs=0.1)
    east = distance_m(here, Point(LAT, LON + 10_000_000))
    assert east == pytest.approx(111_195.08 * math.cos(math.radians(34.132)), abs=0.1)
    assert distance_m(here, here) == 0


@given(st.integers(-5_000_000, 5_000_000), st.integers(-5_000_000, 5_000_000))
def test_a_distance_is_the_same_both_ways(north: int, east: int) -> None:
    """And near the great-circle one within a mile."""
    here, there = Point(LAT, LON), Point(LAT + north // 200, LON + east // 200)
    assert distance_m(here, there) == pytest.approx(distance_m(there, here))
    a, b = (math.radians(point.lat_e7 / 1e7) for point in (here, there))
    half = math.sin((b - a) / 2) ** 2
    half += math.cos(a) * math.cos(b) * math.sin(math.radians((there.lon_e7 - here.lon_e7) / 1e7) / 2) ** 2
    assert distance_m(here, there) == pytest.approx(2 * 6_371_008.8 * math.asin(math.sqrt(half)), rel=1e-4, abs=0.01)


def test_sizes_are_those_of_the_plane() -> None:
    """A square, a circle, an L."""
    side = 50_000 * M_PER_E7
    cosine = math.cos(math.radians((LAT + 25_000) / 1e7))
    assert area_m2(square(50_000)) == pytest.approx(side * side * cosine)
    assert diameter_m(square(50_000)) == pytest.approx(math.hypot(side, side * cosine))
    assert area_m2(Circle(center=Point(LAT, LON), radius_m=100)) == pytest.approx(31_415.93, abs=0.01)
    assert diameter_m(Circle(center=Point(LAT, LON), radius_m=100)) == 200
    assert area_m2(L_SHAPE) == pytest.approx(area_m2(square(10_000)) * 0.36, rel=1e-6)


def test_the_direction_of_the_corners_does_not_matter() -> None:
    """Clockwise or not."""
    turned = Polygon(points=L_SHAPE.points[::-1])
    assert area_m2(turned) == pytest.approx(area_m2(L_SHAPE))
    assert hull_share(turned) == pytest.approx(hull_share(L_SHAPE))
    assert inside(turned, L_SHAPE)
    assert contains(turned, L_SHAPE.points[0])


def test_the_share_of_the_hull_tells_a_comb_from_a_block() -> None:
    """The L fills 36 of 68, a convex shape everything."""
    assert hull_share(square(50_000)) == pytest.approx(1)
    assert hull_share(Circle(center=Point(LAT, LON), radius_m=1)) == 1
    assert hull_share(L_SHAPE) == pytest.approx(36 / 68)
    assert hull_share(COMB) < 0.6
    assert hull_share(polygon((0, 0), (1, 1), (2, 2))) == 0
    assert hull_share(polygon((0, 0), (0, 0), (0, 0))) == 0


def test_the_middle_is_that_of_the_box() -> None:
    """Rounded down, so that it is the same everywhere."""
    assert middle(polygon((0, 0), (3, 0), (0, 5), at=(0, 0))) == Point(1, 2)
    assert middle(polygon((0, 0), (-3, 0), (0, -5), at=(0, 0))) == Point(-2, -3)
    assert middle(Circle(center=Point(7, 8), radius_m=1)) == Point(7, 8)


@pytest.mark.parametrize(
    ("shape", "simple"),
    [
        (square(10), True),
        (L_SHAPE, True),
        (COMB, True),
        (Circle(center=Point(0, 0), radius_m=5), True),
        (BOW_TIE, False),
        (polygon((0, 0), (1, 1), (2, 2)), False),  # a line
        (polygon((0, 0), (0, 0), (1, 1)), False),  # a corner twice in a row
        (polygon((0, 0), (4, 0), (4, 4), (0, 0), (0, 4)), False),  # a corner twice
        (polygon((0, 0), (4, 0), (2, 0), (2, 4)), False),  # folds back over its own edge
        (polygon((2, 0), (2, 4), (0, 0), (4, 0)), False),  # the same, at the last corner
        (polygon((0, 0), (4, 0), (4, 4), (2, 0), (0, 4)), False),  # a corner touches another edge
        (polygon((0, 0), (0, 4), (4, 4), (4, 2), (0, 2), (4, 1)), False),  # touches an edge with its middle corner
    ],
)
def test_a_polygon_is_simple_when_its_edges_meet_at_corners_only(shape: Polygon | Circle, simple: bool) -> None:  # noqa: FBT001
    """In either direction, from any corner."""
    assert is_simple(shape) is simple
    if isinstance(shape, Polygon):
        for start in range(len(shape.points)):
            turned = shape.points[start:] + shape.points[:start]
            assert is_simple(Polygon(points=turned)) is simple
            assert is_simple(Polygon(points=turned[::-1])) is simple


def test_the_border_is_contained() -> None:
    """Corners and edges, but nothing outside; also where the polygon is hollow."""
    assert all(contains(L_SHAPE, corner) for corner in L_SHAPE.points)
    assert contains(L_SHAPE, Point(LAT + 5000, LON + 2000))
    assert contains(L_SHAPE, Point(LAT + 5000, LON + 1999))
    assert not contains(L_SHAPE, Point(LAT + 5000, LON + 2001))
    assert not contains(L_SHAPE, Point(LAT + 10_001, LON + 1000))
    assert not contains(L_SHAPE, Point(LAT - 1, LON))
    circle = Circle(center=Point(LAT, LON), radius_m=100)
    assert contains(circle, Point(LAT + round(99.9 / M_PER_E7), LON))
    assert not contains(circle, Point(LAT + round(100.1 / M_PER_E7), LON))


@given(SMALL, SMALL)
def test_contains_agrees_with_counting_squares(north: int, east: int) -> None:
    """An L on a lattice."""
    inside_l = (0 <= north <= 10 and 0 <= east <= 2) or (0 <= north <= 2 and 0 <= east <= 10)
    assert contains(L_SHAPE, Point(LAT + north * 1000, LON + east * 1000)) is inside_l


def test_an_area_lies_inside_with_all_of_its_border() -> None:
    """All corners inside is not enough when the jurisdiction is hollow."""
    city = square(100_000)
    assert inside(square(50_000, 10_000, 10_000), city)
    assert inside(city, city)
    assert inside(square(50_000), city)  # along the border
    assert not inside(city, square(50_000))
    assert not inside(square(50_000, 60_000, 60_000), city)
    assert not inside(square(50_000, 200_000, 0), city)
    assert inside(polygon((1, 1), (9, 1), (1, 9), unit=1), square(20))
    hollow = polygon((0, 0), (10, 0), (10, 10), (8, 10), (8, 2), (2, 2), (2, 10), (0, 10), unit=1000)  # a U
    assert not inside(polygon((9, 5), (1, 5), (1, 1), (9, 1), unit=1000), hollow)  # crosses the hollow
    assert not inside(polygon((8, 10), (2, 10), (1, 1), (9, 1), unit=1000), hollow)  # from corner to corner of it
    assert not inside(polygon((8, 2), (8, 10), (2, 10), (2, 2), unit=1000), hollow)  # is the hollow
    assert inside(polygon((0, 0), (10, 0), (10, 2), (0, 2), unit=1000), hollow)


def test_an_edge_between_two_corners_of_the_border_may_run_outside() -> None:
    """Through a notch whose mouth it closes."""
    notched = polygon((0, 0), (10, 0), (10, 4), (5, 5), (10, 6), (10, 10), (0, 10), unit=1000)
    assert not inside(polygon((10, 0), (10, 10), (1, 5), unit=1000), notched)
    assert inside(polygon((10, 0), (10, 4), (1, 5), unit=1000), notched)


def test_a_circle_lies_inside_with_its_whole_radius() -> None:
    """Measured to the nearest edge or corner."""
    city = square(100_000)
    center = Point(LAT + 50_000, LON + 50_000)
    to_edge_m = distance_m(center, Point(LAT + 50_000, LON))
    assert inside(Circle(center=center, radius_m=int(to_edge_m)), city)
    assert not inside(Circle(center=center, radius_m=int(to_edge_m) + 1), city)
    assert not inside(Circle(center=Point(LAT - 50_000, LON), radius_m=1), city)
    twice = Polygon(points=(*city.points, city.points[-1]))  # an edge without length
    assert inside(Circle(center=center, radius_m=100), twice)


@given(st.lists(st.tuples(SMALL, SMALL), min_size=3, max_size=6, unique=True), SMALL, SMALL)
def test_what_lies_inside_has_each_of_its_points_inside(corners: list[tuple[int, int]], north: int, east: int) -> None:
    """Sampled on a lattice that is finer than the corners."""
    area = polygon(*corners, unit=4)
    assume(is_simple(area))
    point = Point(LAT + 2 * north, LON + 2 * east)
    if inside(area, NOTCHED) and contains(area, point):
        assert contains(NOTCHED, point)


def test_a_view_touches_what_it_looks_at() -> None:
    """A camera south of the area, looking north, east, south."""
    area = square(10_000)
    south = Point(LAT - 2_000, LON + 5_000)
    far_m = int(distance_m(south, Point(LAT, LON + 5_000))) + 2
    assert view_touches(south, 0, 90, far_m, area)
    assert view_touches(south, 350, 30, far_m, area)
    assert not view_touches(south, 90, 90, far_m, area)
    assert not view_touches(south, 180, 90, far_m, area)
    assert not view_touches(south, 0, 90, far_m - 5, area)
    assert view_touches(south, 180, 360, far_m, area)
    assert not view_touches(south, 180, 360, far_m - 5, area)


def test_a_camera_inside_the_area_always_touches_it() -> None:
    """Wherever it looks; and so does one whose view swallows the area."""
    area = square(10_000)
    assert all(view_touches(Point(LAT + 5_000, LON + 5_000), heading, 1, 1, area) for heading in range(0, 360, 45))
    assert view_touches(Point(LAT - 10_000, LON + 50), 0, 60, 500, square(100))


def test_a_view_touches_a_circle_by_its_border() -> None:
    """From 400 m, looking at it and away."""
    circle = Circle(center=Point(LAT, LON), radius_m=100)
    west = Point(LAT, LON - round(400 / M_PER_E7 / math.cos(math.radians(LAT / 1e7))))
    assert view_touches(west, 90, 10, 301, circle)
    assert not view_touches(west, 90, 10, 295, circle)
    assert not view_touches(west, 270, 100, 500, circle)


@given(SMALL, SMALL, st.integers(0, 359), st.integers(1, 360), st.integers(1, 500))
def test_turning_once_around_changes_nothing(north: int, east: int, heading: int, angle: int, range_m: int) -> None:
    """A wider and farther view sees at least as much."""
    area = square(10_000)
    place = Point(LAT + north * 3_000, LON + east * 3_000)
    seen = view_touches(place, heading, angle, range_m, area)
    assert view_touches(place, heading + 360, angle, range_m, area) is seen
    if seen:
        assert view_touches(place, heading, 360, range_m + 5, area)


def test_a_camera_that_looks_along_the_line_of_a_far_edge_does_not_touch_it() -> None:
    """On one line nothing turns away from anything: who draws an area could have cameras beyond it asked."""
    area = square(10_000)
    below, above = Point(LAT - 100_000, LON), Point(LAT + 110_000, LON)
    assert not view_touches(below, 45, 90, 5, area)  # its left side, on the line of the western edge
    assert not view_touches(above, 135, 90, 5, area)
    assert not view_touches(
        Point(LAT, LON - 100_000), 45, 90, 5, area
    )  # its right side runs east, on that of the southern
    far_m = int(distance_m(below, Point(LAT, LON))) + 2
    assert view_touches(below, 45, 90, far_m, area)


def test_no_place_on_earth_makes_a_view_fail() -> None:
    """At the poles, on both sides of the 180th meridian, on one point: an answer, and that of a plane."""
    places = [Point(lat, lon) for lat in (-900_000_000, 0, 900_000_000) for lon in (-1_800_000_000, 0, 1_800_000_000)]
    for place in places:
        corners = tuple(Point(place.lat_e7 // 2, place.lon_e7 // 2 + step) for step in (0, 10, 20))
        for area in (Circle(center=place, radius_m=1), Polygon(points=corners), Polygon(points=(place,) * 3)):
            for heading, angle in ((0, 1), (359, 360)):
                assert isinstance(view_touches(place, heading, angle, 1, area), bool)
        assert view_touches(place, 0, 360, 5, Circle(center=place, radius_m=1))
