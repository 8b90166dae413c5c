"""How an owner hides parts of the picture: boxes and shapes, still or following, by mouse, touch and keys alone."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import faults
from tests.browser.homes import film
from tests.browser.panel_stage import ASKED_FROM, REQUEST_ID, Stage, case, clip, open_stage, request, state, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.tabs import Tabs

    type Open = Callable[..., Stage]
    type Corners = list[list[int]]

START = ASKED_FROM + timedelta(minutes=50)
CLIP = clip(START, START + timedelta(seconds=2))
PREVIEW = {"path": "/api/milton_share/preview/x/y?authSig=z", "lives_s": 900}
BOX = [[1_000, 1_000], [4_000, 1_000], [4_000, 5_000], [1_000, 5_000]]
MIDDLE = [[3_750, 3_750], [6_250, 3_750], [6_250, 6_250], [3_750, 6_250]]
PATIENCE = 200
NEAR = 60  # ten-thousandths: a pixel of a small picture


@pytest.fixture
def stage(tabs: Tabs) -> Iterator[Open]:
    """Open a request whose clip hides ``masks``, and the drawing on it; a script error in the page fails the test."""
    with contextlib.ExitStack() as stack:

        def opened(*masks: dict[str, Any], **knobs: Any) -> Stage:  # noqa: ANN401
            answers: dict[str, Any] = {"film": film(), "preview_path": PREVIEW, "look": {}}
            one = open_stage(tabs, looked(*masks), path=f"/request/{REQUEST_ID}", **answers | knobs)
            stack.callback(one.close)
            one.find("edit-masks").click()
            one.find("add-box").wait_for()
            ready = "document.querySelector('milton-share-panel').shadowRoot.querySelector('video').readyState >= 2"
            one.until(ready)
            one.find("mask-layer").evaluate("(layer) => layer.scrollIntoView({ block: 'center' })")
            return one

        yield opened


def looked(*masks: dict[str, Any]) -> dict[str, Any]:
    """Return the state after a cut."""
    return state(request(case(state="reviewing", clip=CLIP | {"masks": list(masks)})))


def mask(*places: tuple[float, Corners]) -> dict[str, Any]:
    """Return a mask by seconds of the clip and corners."""
    return {"keys": [{"at": text(START + timedelta(seconds=at)), "corners": corners} for at, corners in places]}


def cut(page: Stage) -> list[dict[str, Any]]:
    """Cut again, and return the masks that were asked for."""
    page.find("look").click()
    masks: list[dict[str, Any]] = page.asked("look")[-1]["masks"]
    return masks


def corners(page: Stage, index: int = 0) -> Corners:
    """Return the corners as they are drawn now."""
    drawn = page.find("mask-layer").locator("polygon").nth(index).get_attribute("points")
    assert drawn is not None
    return [[int(float(number)) for number in point.split(",")] for point in drawn.split()]


def point(page: Stage, x: float, y: float) -> tuple[float, float]:
    """Return where a place of the picture (in ten-thousandths) is on the screen."""
    box = page.find("mask-layer").bounding_box()
    assert box is not None
    return box["x"] + box["width"] * x / 10_000, box["y"] + box["height"] * y / 10_000


def drag(page: Stage, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Drag with the mouse over the picture."""
    mouse = page.page.mouse
    mouse.move(*point(page, *start))
    mouse.down()
    mouse.move(*point(page, *end), steps=3)
    mouse.up()


def is_near(found: Corners, wanted: Corners, near: int = NEAR) -> bool:
    """Return whether corners are where they should be, to the pixel."""
    pairs = zip(found, wanted, strict=False)
    return len(found) == len(wanted) and all(
        abs(a - b) <= near for one, other in pairs for a, b in zip(one, other, strict=True)
    )


def come_to(page: Stage, wanted: Corners, near: int = NEAR) -> None:
    """Wait until a mask is drawn there: what a mouse or a finger does arrives a little later."""
    expect(page.find("mask-layer").locator("polygon").first).to_be_attached()
    for _ in range(PATIENCE):
        if is_near(corners(page), wanted, near):
            return
        page.page.wait_for_timeout(50)
    pytest.fail(f"{corners(page)} is not {wanted}")


def test_a_box_is_drawn_moved_and_resized_by_the_mouse_and_burned_in_by_the_next_cut(stage: Open) -> None:
    """Until then the page says that it is not what would be sent; the clip that hides it is."""
    page = stage()
    drag(page, (1_000, 1_000), (4_000, 5_000))
    come_to(page, BOX)
    drag(page, (2_500, 3_000), (3_500, 4_000))
    come_to(page, [[x + 1_000, y + 1_000] for x, y in BOX])
    drag(page, (5_000, 6_000), (7_000, 8_000))
    wanted = [[2_000, 2_000], [7_000, 2_000], [7_000, 8_000], [2_000, 8_000]]
    come_to(page, wanted)
    expect(page.find("stale")).to_contain_text("Show it again to see what would be sent")
    (asked,) = cut(page)
    assert [set(key) for key in asked["keys"]] == [{"at", "corners"}]
    assert is_near(asked["keys"][0]["corners"], wanted)
    expect(page.find("mask-layer")).to_have_count(0)
    page.push(looked(asked))
    expect(page.find("hidden-parts")).to_contain_text("1 part of the picture is hidden")
    expect(page.find("what-goes")).to_contain_text("1 part of the picture is hidden")
    expect(page.find("stale")).to_have_count(0)


def test_all_of_it_is_done_by_keys_alone(stage: Open) -> None:
    """Arrows move, with Shift they resize, a corner moves alone, Delete takes away; the keyboard is never lost."""
    page = stage()
    keys = page.page.keyboard
    expect(page.find("add-box")).to_be_focused()
    keys.press("Enter")
    come_to(page, MIDDLE, near=0)
    expect(page.find("mask")).to_be_focused()
    for key in ("ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowDown"):
        keys.press(key)
    come_to(page, [[3_650, 3_650], [6_250, 3_650], [6_250, 6_250], [3_650, 6_250]], near=0)
    expect(page.find("mask")).to_have_attribute(
        "aria-label", "Hidden part 1. 37 % from the left, 37 % from the top, 26 % wide, 26 % high"
    )
    keys.press("Tab")
    keys.press("ArrowRight")
    assert corners(page)[0] == [3_750, 3_650]
    assert corners(page)[3] == [3_750, 6_250]
    page.find("mask").focus()
    keys.press("x")
    keys.press("Delete")
    expect(page.find("mask")).to_have_count(0)
    expect(page.find("add-box")).to_be_focused()
    page.find("masks-done").focus()
    keys.press("Enter")
    expect(page.find("edit-masks")).to_be_focused()


def test_a_shape_is_drawn_by_keys(stage: Open) -> None:
    """A cross is moved; Enter sets a corner, Backspace takes it back, Escape stops."""
    page = stage()
    page.find("draw-shape").click()
    expect(page.find("mask-layer")).to_be_focused()
    expect(page.find("close-shape")).to_be_disabled()
    keys = page.page.keyboard
    for key in ("Enter", "Shift+ArrowRight", "Enter", "ArrowUp", "Enter", "Backspace", "Shift+ArrowDown", "Enter"):
        keys.press(key)
    expect(page.find("mask-drawing")).to_contain_text("3 corners so far")
    page.find("close-shape").click()
    come_to(page, [[5_000, 5_000], [6_000, 5_000], [6_000, 5_800]], near=0)
    page.find("draw-shape").click()
    keys.press("Enter")
    keys.press("Escape")
    expect(page.find("mask")).to_have_count(1)


def test_a_shape_is_tapped_and_a_box_is_moved_by_a_finger(stage: Open) -> None:
    """On a phone: corners by taps, closed at the first; then it is dragged, and the page does not scroll."""
    page = stage(width=390, height=844)
    page.find("draw-shape").click()
    page.find("mask-layer").evaluate("(layer) => layer.scrollIntoView({ block: 'center' })")
    wanted = [[2_000, 2_000], [5_000, 2_000], [5_000, 7_000], [3_000, 8_000]]
    for x, y in [*wanted, wanted[0]]:
        page.page.touchscreen.tap(*point(page, x, y))
    come_to(page, wanted)
    touch = page.page.context.new_cdp_session(page.page)
    for kind, at in (
        ("touchStart", (4_000, 4_000)),
        ("touchMove", (5_000, 4_500)),
        ("touchMove", (6_000, 5_000)),
        ("touchEnd", None),
    ):
        x, y = point(page, *at) if at else (0, 0)
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}] if at else []})
    come_to(page, [[x + 2_000, y + 1_000] for x, y in wanted])


def test_a_key_that_is_pressed_again_takes_a_corner_and_never_the_whole_shape(stage: Open) -> None:
    """The keyboard goes on at a corner, at once: who presses twice in a hurry does not show what was hidden."""
    shape = [[2_000, 2_000], [5_000, 2_000], [5_000, 7_000], [3_500, 8_000], [2_500, 7_000]]
    page = stage(mask((0, shape)))
    page.find("choose-mask").click()
    page.find("mask-corner").nth(4).focus()
    for _ in range(2):
        page.page.keyboard.press("Delete")
    expect(page.find("mask-corner")).to_have_count(3)
    expect(page.find("mask-corner").nth(2)).to_be_focused()
    page.page.keyboard.press("Delete")
    expect(page.find("mask-hint")).to_contain_text("at least 3 corners")
    expect(page.find("mask-corner")).to_have_count(3)
    assert cut(page) == [mask((0, shape[:3]))]


def test_what_follows_gets_a_place_for_each_moment_at_which_it_is_moved(stage: Open) -> None:
    """In between it moves in a straight line; a place can be gone to, and forgotten."""
    page = stage(mask((0, BOX)))
    page.find("mask-follows").check(force=True)
    page.find("mask-moment").fill("1000")
    expect(page.find("mask-places")).to_contain_text("Move it now")
    page.find("mask-nudges").locator("summary").click()
    for name in ("mask_right", "mask_right", "mask_down", "mask_up", "mask_left", "mask_wider", "mask_narrower"):
        page.find(name).click()
    page.find("mask_higher").click()
    page.find("mask_lower").click()
    expect(page.find("mask-places")).to_contain_text("2 places are kept. This moment has a place")
    moved = [[x + 100, y] for x, y in BOX]
    come_to(page, moved, near=0)
    page.find("mask-moment").fill("500")
    expect(page.find("mask-places")).to_contain_text("Move it now")
    come_to(page, [[x + 50, y] for x, y in BOX], near=0)
    page.find("place-after").click()
    expect(page.find("mask-moment")).to_have_value("1000")
    page.find("place-before").click()
    expect(page.find("mask-moment")).to_have_value("0")
    (asked,) = cut(page)
    assert asked == mask((0, BOX), (1, moved))
    page.find("edit-masks").click()
    expect(page.find("mask-follows")).to_be_checked()
    page.find("forget-place").click()
    come_to(page, moved, near=0)
    page.find("mask-stays").check(force=True)
    assert cut(page) == [mask((0, moved))]


def test_it_can_be_played_while_it_is_drawn_on(stage: Open) -> None:
    """What follows moves along."""
    page = stage(mask((0, BOX), (2, [[x + 4_000, y] for x, y in BOX])))
    come_to(page, BOX, near=0)
    page.find("mask-play").click()
    expect(page.find("mask-play")).to_have_attribute("aria-label", "Stop")
    for _ in range(PATIENCE):
        if corners(page)[0][0] > 1_500:
            break
        page.page.wait_for_timeout(50)
    page.find("mask-play").click()
    expect(page.find("mask-play")).to_have_attribute("aria-label", "Play")
    assert 1_500 < corners(page)[0][0] <= 5_000


def test_what_an_earlier_cut_hides_is_changed_and_shown_again(stage: Open) -> None:
    """Each by its number in the list; taken out of the list it is in the picture again. A click is no box."""
    page = stage(mask((0, BOX)), mask((0, MIDDLE)))
    drag(page, (8_000, 8_000), (8_050, 8_050))
    expect(page.find("choose-mask")).to_have_count(2)
    expect(page.find("stale")).to_have_count(0)
    page.find("choose-mask").first.click()
    expect(page.find("mask").first).to_have_attribute("aria-pressed", "true")
    page.find("add-corner").click()
    expect(page.find("mask-corner")).to_have_count(5)
    page.find("remove-mask").nth(1).click()
    expect(page.find("add-box")).to_be_focused()
    (asked,) = cut(page)
    assert len(asked["keys"][0]["corners"]) == 5


def test_the_most_that_can_be_hidden_is_said_in_words(stage: Open) -> None:
    """32 masks, 16 corners, 64 places: never a refusal after the cut was asked for."""
    page = stage(*[mask((0, BOX)) for _ in range(32)])
    expect(page.find("add-box")).to_be_disabled()
    expect(page.find("mask-hint")).to_contain_text("32 parts of the picture are the most")
    edge = [[x, 1_000] for x in range(1_000, 9_000, 1_000)] + [[x, 9_000] for x in range(8_000, 0, -1_000)]
    many = stage(mask(*[(number * 0.01, BOX) for number in range(64)]), mask((0, edge)))
    many.find("add-corner").click()
    expect(many.find("mask-hint")).to_contain_text("16 corners are the most")
    many.find("choose-mask").first.click()
    many.find("mask-moment").fill("1500")
    expect(many.find("mask-places")).to_contain_text("Move it now")
    many.find("mask").first.focus()
    many.page.keyboard.press("ArrowRight")
    expect(many.find("mask-hint")).to_contain_text("64 places are the most")
    many.find("draw-shape").click()
    for number in range(16):
        many.page.keyboard.press("ArrowRight" if number % 2 else "ArrowDown")
        many.page.keyboard.press("Enter")
    expect(many.find("mask-hint")).to_contain_text("16 corners are the most")
    expect(many.find("choose-mask")).to_have_count(3)


def test_a_page_whose_scripts_are_gone_says_what_to_do(tabs: Tabs) -> None:
    """After an update the old page asks for a script that is no longer there."""
    page = open_stage(tabs, looked(), path=f"/request/{REQUEST_ID}", film=film(), preview_path=PREVIEW)
    page.page.route("**/chunk-*.js", lambda route: route.fulfill(status=404))
    page.find("edit-masks").click()
    expect(page.find("part-missing")).to_contain_text("older than your Home Assistant")
    page.close()


def test_the_drawing_fits_and_can_be_read_and_pressed(stage: Open) -> None:
    """On a phone and on a desk, by night and by day; in Spanish too, which is longer."""
    page = stage(mask((0, BOX), (1, MIDDLE)), language="es")
    page.find("mask-nudges").locator("summary").click()
    expect(page.find("mask-places")).to_have_text("Hay 2 lugares guardados. Este momento tiene su propio lugar.")
    assert faults(page) == []
    page.find("draw-shape").click()
    assert faults(page) == []
