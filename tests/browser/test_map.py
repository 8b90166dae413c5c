"""The city's streets under the area and the owner's cameras; a camera placed and turned by mouse, touch and keys."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from milton_protocol.geometry import Point
from milton_protocol.messages.city.map_pack import MapKind, MapLabel, MapShape
from tests.browser.accessibility import faults
from tests.browser.panel_stage import REQUEST_ID, Stage, camera, case, open_stage, request, state
from tests.browser.town import handed, known, town

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.tabs import Tabs

    type Open = Callable[..., Stage]

REVIEW = f"/request/{REQUEST_ID}"
TOWN = {"map": known(town())}
HANDLES = ("place", "tip", "edge")


@pytest.fixture
def stage(tabs: Tabs) -> Iterator[Open]:
    """Open pages that are handed the map, and close them."""
    opened: list[Stage] = []

    def open_one(event: dict[str, Any], **options: Any) -> Stage:  # noqa: ANN401
        opened.append(open_stage(tabs, event, **{"map": handed(town()), "camera__set": None} | options))
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


def form(
    stage: Open, *, one: dict[str, Any] | None = None, changes: dict[str, Any] | None = None, width: int = 1280
) -> Stage:
    """Open a camera's form, on the city's streets unless ``changes`` says otherwise."""
    page = stage(
        state(cameras=[one or camera()], **(TOWN if changes is None else changes)), path="/settings", width=width
    )
    page.find("edit-camera").click()
    expect(page.find("place")).to_be_visible()
    page.find("place").scroll_into_view_if_needed()
    return page


def middle(page: Stage, name: str) -> tuple[float, float]:
    """Return where a handle's middle is on the screen."""
    box = page.find(f"handle-{name}").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def saved(page: Stage) -> dict[str, Any]:
    """Save the form; return what the home was told."""
    page.find("save-camera").click()
    expect(page.find("camera-form")).to_have_count(0)
    return page.asked("camera/set")[-1]


def drag(page: Stage, name: str, x: float, y: float) -> None:
    """Drag a handle by the mouse."""
    from_x, from_y = middle(page, name)
    page.page.mouse.move(from_x, from_y)
    page.page.mouse.down()
    page.page.mouse.move(from_x + x / 2, from_y + y / 2)
    page.page.mouse.move(from_x + x, from_y + y)
    page.page.mouse.up()


def test_a_review_draws_the_area_on_the_citys_streets(stage: Open) -> None:
    """With this home's cameras, named, and where they look said in words; streets have their names."""
    page = stage(state(request(case()), **TOWN), path=REVIEW)
    expect(page.find("town")).to_contain_text("Sorrel Run")
    expect(page.find("map-note")).to_have_text("Streets: Invented streets.")
    said = "Map: the area asked for and 2 cameras of yours. Driveway looks south. Front door looks west"
    expect(page.find("map")).to_have_attribute("aria-label", said)
    expect(page.find("map").locator(".map-camera text")).to_have_text(["Driveway", "Front door"])
    assert len(page.asked("map")) == 1


def test_a_review_comes_closer_to_the_cameras_and_back(stage: Open) -> None:
    """By two buttons, also without a mouse; no closer than a house."""
    page = stage(state(request(case()), **TOWN), path=REVIEW)
    expect(page.find("map-whole")).to_be_disabled()
    scale = page.find("map").locator(".map-rule text").first
    expect(scale).to_have_text("100 m")
    page.find("map-closer").focus()
    page.page.keyboard.press("Enter")
    page.page.keyboard.press("Enter")
    expect(scale).to_have_text("20 m")
    expect(page.find("map").locator(".map-camera")).to_have_count(2)
    page.page.keyboard.press("Enter")
    expect(page.find("map-closer")).to_be_disabled()
    page.find("map-whole").click()
    expect(scale).to_have_text("100 m")


def test_a_home_without_a_camera_there_comes_closer_to_the_areas_middle(stage: Open) -> None:
    """And one whose camera is elsewhere, or indoors."""
    far = [camera("Lake house", position=[342_338_000, -843_132_000]), camera("Hall", placing="indoor", eligible=False)]
    page = stage(state(request(case()), cameras=far, **TOWN), path=REVIEW)
    expect(page.find("map")).to_have_attribute("aria-label", "Map: the area asked for and 0 cameras of yours")
    page.find("map-closer").click()
    expect(page.find("map").locator(".map-camera")).to_have_count(0)
    expect(page.find("town")).to_be_visible()


def test_a_round_area_is_drawn_on_streets_too(stage: Open) -> None:
    """In Spanish, with the direction in words."""
    area = {"kind": "circle", "center": [341_338_000, -843_132_000], "radius_m": 250}
    page = stage(state(request(case(), area=area), cameras=[camera()], **TOWN), path=REVIEW, language="es")
    expect(page.find("map").locator("circle.map-area")).to_have_count(1)
    expect(page.find("map")).to_have_attribute(
        "aria-label", "Mapa: la zona pedida y 1 cámara suya. Driveway mira hacia el sur"
    )


@pytest.mark.parametrize(
    ("city_map", "said"),
    [
        ({"sha256": None, "named": False, "refused": None}, "Your city gives no map of its streets."),
        ({"sha256": None, "named": True, "refused": None}, "map of streets has not come yet."),
        ({"sha256": None, "named": None, "refused": None}, "map of streets has not come yet."),
        ({"sha256": None, "named": True, "refused": "map_differs"}, "server sent another map than the one"),
    ],
)
def test_without_a_map_the_page_says_why_and_draws_all_else(stage: Open, city_map: dict[str, Any], said: str) -> None:
    """It is asked for only where it is."""
    page = stage(state(request(case()), map=city_map), path=REVIEW)
    expect(page.find("map-note")).to_contain_text(said)
    expect(page.find("map").locator(".map-camera text")).to_have_text(["Driveway", "Front door"])
    expect(page.find("town")).to_have_count(0)
    assert page.asked("map") == []


def test_a_map_that_comes_while_the_page_is_open_is_drawn(stage: Open) -> None:
    """And one that could not be handed over is asked for again with the next change."""
    page = stage(state(request(case())), path=REVIEW, map={"refused": "no_map"})
    expect(page.find("map-note")).to_contain_text("gives no map")
    page.push(state(request(case()), **TOWN))
    expect(page.find("map-note")).to_have_count(0)
    page.until("window.asked.some(({ type }) => type === 'milton_share/map')")
    page.answer("map", handed(town()))
    page.push(state(request(case()), **TOWN, snapshot={"link": "feed"}))
    expect(page.find("town")).to_be_visible()
    page.push(state(request(case())))
    expect(page.find("town")).to_have_count(0)


def test_names_on_the_map_are_text_whatever_they_look_like(stage: Open) -> None:
    """Of streets, places and whose data it is: nothing of them runs or is asked for."""
    script = "<img src=x onerror=alert(1)><script>alert(1)</script>"
    line = (Point(341_340_000, -843_160_000), Point(341_340_000, -843_100_000))
    hostile = replace(
        town(),
        credit=script,
        shapes=(MapShape(kind=MapKind.ROAD, name=script[:60], lines=(line,)),),
        labels=(MapLabel(name=script[:70], at=Point(341_330_000, -843_130_000), angle_deg=0),),
    )
    page = stage(state(request(case())), path=REVIEW)
    dialogs: list[str] = []
    page.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    page.answer("map", handed(hostile))
    page.push(state(request(case()), map=known(hostile)))
    expect(page.find("map-note")).to_contain_text(script)
    expect(page.find("town")).to_contain_text(script[:60])
    assert page.page.locator("milton-share-area-map img, milton-share-area-map script").count() == 0
    assert dialogs == []


def test_a_camera_is_moved_turned_and_widened_by_the_mouse(stage: Open) -> None:
    """Each by what the pointer does: nothing jumps when it is grabbed. Home Assistant is told only when it is saved."""
    page = form(stage)
    expect(page.find("town")).to_have_count(1)
    box = page.find("place").bounding_box()
    assert box is not None
    pixels_a_meter = box["width"] / 100  # the picture is 100 m wide
    drag(page, "place", 10 * pixels_a_meter, -5 * pixels_a_meter)
    for name in HANDLES:
        before = page.find("longitude").input_value()
        drag(page, name, 0, 0)
        assert page.find("longitude").input_value() == before, f"pressing {name} moved the camera"
    assert page.asked("camera/set") == []
    first = saved(page)
    lat, lon = first["position"]
    assert lat - 341_338_000 == pytest.approx(5 / 0.011119, abs=15)
    assert lon + 843_132_000 == pytest.approx(10 / 0.011119 / 0.8277, abs=15)
    assert (first["heading_deg"], first["field_of_view_deg"], first["range_m"]) == (170, 80, 30)


def test_the_end_of_the_view_turns_it_and_makes_it_longer(stage: Open) -> None:
    """To the east, and as far as a camera sees at most."""
    page = form(stage)
    (x, y), (end_x, end_y) = middle(page, "place"), middle(page, "tip")
    length = ((end_x - x) ** 2 + (end_y - y) ** 2) ** 0.5
    drag(page, "tip", x + length - end_x, y - end_y)
    expect(page.find("heading_deg")).to_have_value("90")
    expect(page.find("range_m")).to_have_value("30")
    drag(page, "tip", 2_000, 0)
    expect(page.find("range_m")).to_have_value("100")
    expect(page.find("handle-tip")).to_have_attribute("aria-label", "Where it looks and how far: east, 90°, 100 m")
    box, tip = page.find("place").bounding_box(), middle(page, "tip")
    assert box is not None
    assert tip[0] < box["x"] + box["width"], "what grew out of the picture is drawn smaller"
    assert saved(page)["range_m"] == 100


def test_the_side_of_the_view_widens_it(stage: Open) -> None:
    """By twice of what it is moved, within what cameras see."""
    page = form(stage, one=camera(heading_deg=0, field_of_view_deg=90))
    (x, y), (side_x, side_y) = middle(page, "place"), middle(page, "edge")
    length = ((side_x - x) ** 2 + (side_y - y) ** 2) ** 0.5
    drag(page, "edge", x + length - side_x, y - side_y)
    expect(page.find("field_of_view_deg")).to_have_value("180")
    drag(page, "edge", -length, -length)
    expect(page.find("field_of_view_deg")).to_have_value("10")
    assert saved(page)["field_of_view_deg"] == 10


def test_a_camera_is_dragged_by_a_finger(stage: Open) -> None:
    """A finger on a handle moves it and scrolls nothing; a tap beside puts the camera there."""
    page = form(stage, width=390)
    touch = page.page.context.new_cdp_session(page.page)
    (x_before, y_before), (x, y) = middle(page, "place"), middle(page, "tip")
    for kind, points in (
        ("touchStart", [(x, y)]),
        ("touchMove", [(x, y - 15)]),
        ("touchMove", [(x, y - 30)]),
        ("touchEnd", []),
    ):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})
    expect(page.find("range_m")).not_to_have_value("30")
    assert middle(page, "place") == pytest.approx((x_before, y_before), abs=1), "the page was not scrolled"
    box = page.find("place").bounding_box()
    assert box is not None
    page.page.touchscreen.tap(box["x"] + 20, box["y"] + box["height"] / 2)
    said = saved(page)
    assert said["position"][1] < -843_132_000
    assert said["range_m"] < 30


def test_a_second_finger_moves_nothing(stage: Open) -> None:
    """While one holds a handle; and who looks closer stays there while moving the camera a little."""
    page = form(stage, width=390)
    page.find("place-closer").click()
    scale = page.find("place").locator(".map-rule text").first
    expect(scale).to_have_text("5 m")
    touch = page.page.context.new_cdp_session(page.page)
    (x, y), (other_x, other_y) = middle(page, "place"), middle(page, "tip")
    for kind, fingers in (
        ("touchStart", [(x, y, 0)]),
        ("touchStart", [(x, y, 0), (other_x, other_y, 1)]),
        ("touchMove", [(x, y, 0), (other_x - 60, other_y - 60, 1)]),
        ("touchMove", [(x + 8, y, 0), (other_x - 60, other_y - 60, 1)]),
        ("touchEnd", []),
    ):
        points = [{"x": at_x, "y": at_y, "id": number} for at_x, at_y, number in fingers]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    expect(scale).to_have_text("5 m")
    said = saved(page)
    assert said["position"][0] == pytest.approx(341_338_000, abs=5)
    assert said["position"][1] - -843_132_000 == pytest.approx(8 / 324 * 50 / 0.011119 / 0.8277, abs=20)
    assert (said["heading_deg"], said["range_m"]) == (170, 30)


def test_a_finger_that_scrolls_over_the_map_puts_no_camera_there(stage: Open) -> None:
    """The page goes on under it."""
    page = form(stage, width=390)
    touch = page.page.context.new_cdp_session(page.page)
    box = page.find("place").bounding_box()
    assert box is not None
    x, y = box["x"] + 30, box["y"] + box["height"] / 2
    for kind, at in (("touchStart", y), *(("touchMove", y - step) for step in range(20, 201, 20)), ("touchEnd", None)):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [] if at is None else [{"x": x, "y": at}]})
    page.until("document.querySelector('milton-share-panel').shadowRoot.querySelector('.scroll').scrollTop > 50")
    assert saved(page)["position"] == [341_338_000, -843_132_000]


def test_a_drag_that_is_broken_off_changes_nothing(stage: Open) -> None:
    """As when the phone rings."""
    page = form(stage, width=390)
    touch = page.page.context.new_cdp_session(page.page)
    x, y = middle(page, "place")
    for kind, points in (("touchStart", [(x, y)]), ("touchMove", [(x + 40, y)]), ("touchCancel", [])):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})
    expect(page.find("longitude")).to_have_value("-84.3132000")
    assert saved(page)["position"] == [341_338_000, -843_132_000]


def test_a_camera_is_placed_by_keys_alone(stage: Open) -> None:
    """From the keyboard's way through the form: each handle has a name, says what it is, and what keys do."""
    page = form(stage)
    keys = page.page.keyboard
    page.find("placing-outdoor").focus()
    keys.press("Tab")
    for handle in HANDLES:
        expect(page.find(f"handle-{handle}")).to_be_focused()
        described = page.find(f"handle-{handle}").get_attribute("aria-describedby")
        expect(page.page.locator(f"#{described}")).to_contain_text("Shift")
        keys.press("x")
        for key in ("ArrowRight", "Shift+ArrowRight", "ArrowUp", "Shift+ArrowUp"):
            keys.press(key)
        keys.press("Tab")
    expect(page.find("place-closer")).to_be_focused()
    expect(page.find("handle-place")).to_have_attribute("aria-label", re.compile(r"\d+ m northeast of your home"))
    expect(page.find("place-said")).to_have_text("Angle it sees: 102°")
    said = saved(page)
    lat, lon = said["position"]
    assert (lat - 341_338_000, lon + 843_132_000) == (495, 597)  # 5.5 m north and east
    assert (said["heading_deg"], said["range_m"], said["field_of_view_deg"]) == (181, 36, 102)


def test_the_keys_stop_where_a_camera_sees_no_less(stage: Open) -> None:
    """And a heading goes round."""
    page = form(stage, one=camera(heading_deg=1, field_of_view_deg=15, range_m=7))
    page.find("handle-tip").focus()
    for key in ("Shift+ArrowLeft", "Shift+ArrowDown", "ArrowDown"):
        page.page.keyboard.press(key)
    page.find("handle-edge").focus()
    for key in ("Shift+ArrowLeft", "Shift+ArrowDown"):
        page.page.keyboard.press(key)
    said = saved(page)
    assert (said["heading_deg"], said["range_m"], said["field_of_view_deg"]) == (351, 5, 10)


def test_what_is_moved_out_of_the_picture_comes_back_into_its_middle(stage: Open) -> None:
    """By keys, by numbers; and the picture shows more or less of the town."""
    page = form(stage)
    page.find("handle-place").focus()
    for _ in range(12):
        page.page.keyboard.press("Shift+ArrowRight")
    box, (x, _) = page.find("place").bounding_box(), middle(page, "place")
    assert box is not None
    assert box["x"] < x < box["x"] + box["width"]
    page.find("latitude").fill("34.1400000")
    page.find("latitude").blur()
    box, at = page.find("place").bounding_box(), middle(page, "place")
    assert box is not None
    assert at == pytest.approx((box["x"] + box["width"] / 2, box["y"] + box["height"] / 2), abs=2)
    scale = page.find("place").locator(".map-rule text").first
    expect(scale).to_have_text("20 m")
    page.find("place-farther").click()
    expect(scale).to_have_text("20 m")
    page.find("place-farther").click()
    expect(scale).to_have_text("50 m")
    for _ in range(3):
        page.find("place-closer").click()
    expect(page.find("place-closer")).to_be_disabled()
    expect(scale).to_have_text("10 m")


def test_a_camera_without_a_place_gets_one_by_a_tap(stage: Open) -> None:
    """The home is in the middle until then; without the city's map there are rings around it."""
    page = form(stage, one=camera("Garage", position=None, eligible=False), changes={})
    expect(page.find("handle-place")).to_have_count(0)
    expect(page.page.locator("milton-share-place-map")).to_contain_text("Tap where the camera hangs.")
    expect(page.find("place").locator(".map-ring")).to_have_count(4)
    page.find("place").click(position={"x": 60, "y": 60})
    expect(page.find("handle-place")).to_be_visible()
    lat, lon = saved(page)["position"]
    assert lat > 341_335_000
    assert lon < -843_135_000


def test_a_map_that_an_update_took_away_is_said(stage: Open) -> None:
    """The rest of the page goes on: a camera is placed by its fields."""
    page = stage(state(cameras=[camera()], **TOWN), path="/")
    page.page.context.route(
        "**/chunk-*.js", lambda route: route.abort() if page.find("camera-form").count() else route.fallback()
    )
    page.page.evaluate(
        "history.pushState(null, '', '/milton-share/settings'); dispatchEvent(new Event('location-changed'))"
    )
    page.find("edit-camera").click()
    expect(page.find("part-missing")).to_be_visible()
    page.find("at-home").click()
    assert saved(page)["position"] == [341_335_000, -843_135_000]


@pytest.mark.parametrize("drawn", [True, pytest.param(False, marks=pytest.mark.long)])
def test_the_maps_can_be_seen_and_pressed_by_everybody(stage: Open, drawn: bool) -> None:  # noqa: FBT001
    """In every look, with the city's streets and without; handles that lie close are still apart."""
    changes = TOWN if drawn else {}
    page = form(stage, one=camera(field_of_view_deg=10, range_m=5), changes=changes)
    assert faults(page) == []
    review = stage(state(request(case()), **changes), path=REVIEW)
    expect(review.find("map")).to_be_visible()
    assert faults(review) == []
