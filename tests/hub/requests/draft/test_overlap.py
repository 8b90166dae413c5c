"""Areas that overlap so that a few homes could be singled out (pure, and up to the publication)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hub.policy.values import Policy
from hub.requests.draft.lately import box_e7
from hub.requests.draft.overlap import common_m2, parts_m2, singles_out
from hub.requests.draft.rules import judge
from milton_protocol.geometry import Circle, Point, Polygon, area_m2
from tests.hub.requests.draft.test_policy import AROUND, CENTER, ORDINARY

if TYPE_CHECKING:
    from milton_protocol.geometry import Area
    from tests.simulators.agency import Agency

METRE_E7 = 1 / 0.0111195  # along a meridian
HERE = Circle(center=CENTER, radius_m=250)


def east(point: Point, metres: float) -> Point:
    """Return the place so many metres east."""
    lon = metres * METRE_E7 / math.cos(math.radians(point.lat_e7 * 1e-7))
    return Point(point.lat_e7, point.lon_e7 + round(lon))


def beside(metres: float, radius_m: int = 250) -> Circle:
    """Return a circle whose middle is so many metres east of the first one's."""
    return Circle(center=east(CENTER, metres), radius_m=radius_m)


def box(west_m: float, south_m: float, width_m: float, height_m: float) -> Polygon:
    """Return a rectangle, measured from the first circle's middle."""
    south = Point(CENTER.lat_e7 + round(south_m * METRE_E7), CENTER.lon_e7)
    north = Point(south.lat_e7 + round(height_m * METRE_E7), CENTER.lon_e7)
    ends = (west_m, west_m + width_m)
    return Polygon(points=(*(east(south, x) for x in ends), *(east(north, x) for x in reversed(ends))))


@pytest.mark.parametrize(
    ("one", "two", "size_m2"),
    [
        (HERE, HERE, math.pi * 250**2),
        (HERE, beside(600), 0),
        (HERE, beside(0, 100), math.pi * 100**2),
        (HERE, beside(100), 146_690),  # the lens of two circles, by its formula
        (box(0, 0, 400, 300), box(100, 100, 400, 300), 300 * 200),
        (box(0, 0, 400, 300), box(0, 0, 400, 300), 400 * 300),
        (box(0, 0, 400, 300), box(400, 0, 400, 300), 0),
        (box(-500, -10, 1_000, 20), HERE, 20 * 500),
    ],
)
def test_what_two_areas_have_in_common_is_measured(one: Area, two: Area, size_m2: float) -> None:
    """To a hundredth, in either order; corners, sides on one line and circles inside one another too."""
    assert common_m2(one, two) == pytest.approx(size_m2, rel=0.01, abs=1)
    assert common_m2(two, one) == pytest.approx(size_m2, rel=0.01, abs=1)


def test_a_shape_with_a_bay_has_in_common_only_what_it_covers() -> None:
    """An upright line may leave and enter it again."""
    arms = [(0, 0), (300, 0), (300, 300), (200, 300), (200, 100), (100, 100), (100, 300), (0, 300)]
    corners = [east(Point(CENTER.lat_e7 + round(y * METRE_E7), CENTER.lon_e7), x) for x, y in arms]
    horseshoe = Polygon(points=tuple(corners))
    assert common_m2(horseshoe, box(-50, 200, 400, 50)) == pytest.approx(2 * 100 * 50, rel=0.01)
    assert common_m2(horseshoe, box(110, 150, 80, 80)) == pytest.approx(0, abs=1)


@pytest.mark.parametrize(
    ("other", "is_found"),
    [
        (HERE, False),  # the same: no difference
        (beside(600), False),  # apart
        (beside(0.5), False),  # as good as the same
        (beside(20), True),  # a crescent with a few lots
        (beside(100), True),
        (beside(240), False),  # every part would do as an area
        (beside(420), True),  # a lens with a few lots
        (beside(0, 300), False),
        (beside(0, 270), True),  # a ring of a few lots
    ],
)
def test_a_part_that_is_too_small_for_an_area_singles_out(other: Circle, *, is_found: bool) -> None:
    """Whether it is a crescent, a lens or a ring."""
    assert singles_out(HERE, [beside(5_000), other]) is is_found
    broken = judge(replace(ORDINARY, area=HERE), Policy(), replace(AROUND, open_areas=(other,))).broken
    assert [each.rule for each in broken] == ["overlap_singles_out"] * is_found


def test_the_parts_are_the_whole() -> None:
    """Nothing is counted twice."""
    common, one, other = parts_m2(HERE, beside(100))
    assert common + one == pytest.approx(area_m2(HERE))
    assert one == pytest.approx(other, rel=0.01)


def test_a_box_holds_its_area() -> None:
    """A circle's is as wide as the circle, in degrees of its latitude."""
    south, north, west, east_ = box_e7(HERE)
    assert (north - south) / 2 == pytest.approx(250 * METRE_E7, rel=0.01)
    assert (east_ - west) / 2 == pytest.approx(250 * METRE_E7 / math.cos(math.radians(34.14)), rel=0.01)
    assert box_e7(box(0, 0, 10, 10))[0] == CENTER.lat_e7


async def test_two_drafts_beside_each_other_are_not_both_published(agency: Agency) -> None:
    """The second is refused where homes would hear of it, and again as a draft; after the first has ended it goes."""
    officer = await agency.desk("officer")

    def drafted(metres: float) -> dict[str, object]:
        place = beside(metres)
        center = [place.center.lat_e7, place.center.lon_e7]
        return {"area": {"kind": "circle", "center": center, "radius_m": 250}, "case_number": f"26-10{metres:04}"}

    first, second = [(await officer.draft(**drafted(metres)))["id"] for metres in (0, 100)]
    for request_id in (first, second):
        assert (await officer.sign(request_id))[0] == 200
    assert (await officer.act(first, "publish"))[1]["state"] == "published"
    status, answer = await officer.act(second, "publish")
    assert (status, answer["error"]) == (409, "overlap_singles_out")
    third = await officer.draft(**drafted(50))
    assert [each["rule"] for each in third["broken"]] == ["overlap_singles_out"]
    assert next(each for each in third["limits"] if each["name"] == "place")["standing"] == "refused"
    assert (await officer.act(first, "resolve"))[0] == 200
    assert (await officer.act(second, "publish"))[1]["state"] == "published"
