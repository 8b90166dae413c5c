"""The review's map is pushed by mouse, by two fingers and by keys; a camera's map shows the owner's others faintly."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import faults
from tests.browser.panel_stage import REQUEST_ID, Stage, camera, case, open_stage, request, state
from tests.browser.town import handed, known, town

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.tabs import Tabs

    type Open = Callable[..., Stage]

REVIEW = f"/request/{REQUEST_ID}"
SHOWN = state(request(case()), map=known(town()))
Fingers = tuple[tuple[float, float], ...]


@pytest.fixture
def stage(tabs: Tabs) -> Iterator[Open]:
    """Open pages that are handed the map, and close them."""
    opened: list[Stage] = []

    def open_one(event: dict[str, Any] = SHOWN, path: str = REVIEW, **options: Any) -> Stage:  # noqa: ANN401
        opened.append(open_stage(tabs, event, path=path, map=handed(town()), **options))
        opened[-1].find("map" if path == REVIEW else "camera").first.scroll_into_view_if_needed()
        return opened[-1]

    yield open_one
    for each in opened:
        each.close()


def corner(page: Stage) -> tuple[float, float]:
    """Return where the first corner of the area is drawn."""
    drawn = page.find("map").locator(".map-area").get_attribute("d") or ""
    x, y = re.findall(r"-?[\d.]+", drawn)[:2]
    return float(x), float(y)


def moved(page: Stage, before: tuple[float, float], x: float, y: float) -> None:
    """Assert how far the picture was pushed."""
    assert corner(page) == pytest.approx((before[0] + x, before[1] + y), abs=1.5)


def middle(page: Stage) -> tuple[float, float]:
    """Return the map's middle on the screen."""
    box = page.find("map").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def fingers(page: Stage, *steps: Fingers) -> None:
    """Lay fingers on the page, one set of places after the other, and lift them."""
    touch = page.page.context.new_cdp_session(page.page)
    for number, places in enumerate((*steps, ())):
        kind = "touchEnd" if not places else "touchMove" if number else "touchStart"
        points = [{"x": x, "y": y, "id": one} for one, (x, y) in enumerate(places)]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_the_mouse_pushes_the_map_and_one_button_brings_it_back(stage: Open) -> None:
    """As far as it is dragged, closer too; never so far that nothing of it is left to find."""
    page = stage()
    expect(page.find("town")).to_be_visible()
    expect(page.find("map-whole")).to_be_disabled()
    before, (x, y) = corner(page), middle(page)
    mouse = page.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 30, y - 10)
    mouse.move(x + 60, y - 40)
    moved(page, before, 60, -40)
    mouse.up()
    mouse.move(x, y)
    moved(page, before, 60, -40)
    page.find("map-closer").click()
    expect(page.find("map").locator(".map-rule text").first).to_have_text("50 m")
    page.find("map-whole").click()
    assert corner(page) == before
    expect(page.find("map-whole")).to_be_disabled()
    for _ in range(12):
        mouse.move(x, y)
        mouse.down()
        mouse.move(x - 500, y)
        mouse.up()
    width = page.find("map").evaluate("(map) => map.viewBox.baseVal.width")
    moved(page, before, -3 * width, 0)


def test_arrow_keys_push_the_map_and_other_keys_do_not(stage: Open) -> None:
    """To where the arrow points; with Shift by half a picture. The page stays where it is."""
    page = stage()
    view = page.find("map-view")
    view.focus()
    before = corner(page)
    width, height = page.find("map").evaluate("(map) => [map.viewBox.baseVal.width, map.viewBox.baseVal.height]")
    keys = page.page.keyboard
    keys.press("ArrowRight")
    moved(page, before, -0.15 * width, 0)
    keys.press("ArrowLeft")
    keys.press("ArrowDown")
    moved(page, before, 0, -0.15 * height)
    keys.press("Shift+ArrowUp")
    moved(page, before, 0, 0.35 * height)
    keys.press("a")
    moved(page, before, 0, 0.35 * height)
    page.find("map-whole").focus()
    keys.press("Enter")
    assert corner(page) == before


def test_two_fingers_push_and_enlarge_the_map_and_one_scrolls_the_page(stage: Open) -> None:
    """Who reads on past the map is not caught in it."""
    page = stage(width=390, height=844)
    expect(page.find("town")).to_be_visible()
    before, (x, y) = corner(page), middle(page)
    at = lambda right, down, apart: ((x + right - apart, y + down), (x + right + apart, y + down))  # noqa: E731
    fingers(page, at(0, 0, 40), at(10, 15, 40), at(20, 30, 40))
    moved(page, before, 20, 30)
    page.find("map-whole").tap()
    scale = page.find("map").locator(".map-rule text").first
    expect(scale).to_have_text("100 m")
    fingers(page, at(0, 0, 30), at(0, 0, 60), at(0, 0, 120))
    expect(scale).to_have_text("20 m")
    fingers(page, at(0, 0, 120), at(0, 0, 60), at(0, 0, 5))
    expect(scale).to_have_text("100 m")
    page.find("map-whole").tap()
    fingers(page, ((x, y),), *((((x, y - step),)) for step in range(20, 201, 20)))
    page.until("document.querySelector('milton-share-panel').shadowRoot.querySelector('.scroll').scrollTop > 50")
    assert corner(page) == before


def test_a_map_that_was_pushed_stays_so_when_something_changes(stage: Open) -> None:
    """A state comes every minute; another area is shown whole."""
    page = stage()
    page.find("map-view").press("ArrowRight")
    before = corner(page)
    page.push(state(request(case(cutting=0.5)), map=known(town())))
    expect(page.find("cutting")).to_be_visible()
    assert corner(page) == before
    area = {"kind": "polygon", "points": [[341352000, -843158000], [341356000, -843128000], [341318000, -843152000]]}
    page.push(state(request(case(), area=area), map=known(town())))
    expect(page.find("map-whole")).to_be_disabled()


def test_a_cameras_map_shows_the_others_faintly_and_moves_none_of_them(stage: Open) -> None:
    """Named; those that hang elsewhere, or nowhere yet, are not in it."""
    others = [
        camera("Front door", heading_deg=290, position=[341_339_000, -843_134_000]),
        camera("Lake house", position=[342_338_000, -843_132_000]),
        camera("Hall", placing="indoor", eligible=False, position=None),
    ]
    page = stage(state(cameras=[camera(), *others], map=known(town())), "/settings")
    page.find("edit-camera").first.click()
    expect(page.find("place").locator(".map-camera.other text")).to_have_text(["Front door"])
    form = page.page.locator("milton-share-place-map")
    expect(form).to_contain_text("Your other cameras are drawn faintly.")
    assert form.locator("button.map-handle").count() == 3
    assert faults(page) == []
    alone = stage(state(cameras=[camera()], map=known(town())), "/settings")
    alone.find("edit-camera").click()
    expect(alone.find("place")).to_be_visible()
    assert alone.page.get_by_text("drawn faintly").count() == 0
