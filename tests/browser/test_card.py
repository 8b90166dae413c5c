"""The dashboard's card in a real browser, in front of a scripted Home Assistant: what it says, to whom, and in what."""

from __future__ import annotations

import contextlib
import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.browser.accessibility import axe, ours
from tests.browser.card_stage import Dashboard, open_dashboard
from tests.browser.panel_stage import (
    NOW,
    REQUEST_ID,
    WWW,
    camera,
    case,
    receipt,
    request,
    share,
    state,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.browser.tabs import Tabs

    type Open = Callable[..., Dashboard]

HOUR = timedelta(hours=1)
FRONT = {"case_id": "ce" * 16, "camera_id": "id-front-door", "camera_name": "Front door"}
LOOKED_AT = share(receipts=[receipt(1, "received", NOW), receipt(2, "fetched", NOW, "2147")])
ONE = state(request(case(), case(**FRONT, gaps=[])))
STATES = {
    "calm": state(cameras=[camera(), camera("Garden"), camera("Hall", placing="indoor", eligible=False)]),
    "waiting": ONE,
    "several": state(
        request(case(), case(**FRONT)),
        request(case(), request_id="02" * 32, offence_name="Burglary, O.C.G.A. 16-7-1"),
        request(case(state="received", footage_from=None, footage_until=None), request_id="03" * 32),
        request(case(state="receipted", share=LOOKED_AT), request_id="04" * 32),
        request(request_id="05" * 32),
    ),
    "held": state(request(case(state="lapsed"), refused="expired", expires_at=text(NOW - timedelta(hours=67)))),
    "refused": state(
        request(refused="revoked", request_id="06" * 32), request(refused="area_too_large", request_id="07" * 32)
    ),
    "withdrawn": state(request(case(state="lapsed", footage_from=None), refused="withdrawn")),
    "sealing": state(
        request(
            case(
                state="approved",
                share=share(
                    state="approved", size_bytes=327_000_000, sealed_bytes=218_000_000, sent_bytes=0, receipts=[]
                ),
            )
        )
    ),
    "sending": state(
        request(
            case(
                state="sealed",
                share=share(state="sealed", size_bytes=327_000_000, sent_bytes=218_000_000, receipts=[]),
            )
        )
    ),
    "away": state(snapshot={"link": "away"}, city={"demo": True}),
    "papers": state(snapshot={"trust_rule": "directory_expired"}),
}
SAYS = {
    "calm": (
        "Nothing waiting",
        "2 cameras may be asked",
        "1 indoors, or not said where: never. Quiet 9:00 PM to 7:00 AM.",
    ),
    "waiting": ("1 open request", "badge 2147", "Answer by", "Driveway: 1 h 23 min recorded of 1 h 30 min asked"),
    "several": ("2 open requests · 1 share with the police", "2 cameras", "No footage", "Viewed once since"),
    "held": ("Held footage ends in 5 h", "wiped Thu, Nov 12, 4:30 PM", "need not do anything"),
    "refused": ("2 requests refused by your home", "No footage was looked for", "Not trusted"),
    "withdrawn": ("Request withdrawn by Milton PD", "nothing left your home"),
    "sealing": ("Sealing 1 clip", "218.0 MB of 327.0 MB sealed to the keys of the police", "Stop and delete…"),
    "sending": ("Sending 1 sealed clip", "218.0 MB of 327.0 MB sent", "Stop and delete…"),
    "away": ("No contact with the city", "Nothing is lost by waiting", "This is a demonstration"),
    "papers": ("check the city", "directory of officers expired"),
}
ALL = [{"event": event} for event in STATES.values()]
NOBODY = ["not_approver", "not_interactive", "wrong_login", "other_login", "not_a_person", "not_enrolled"]
DARK_BY_NAME_ONLY = "html { --primary-text-color: #e8e6f0; --secondary-text-color: #b6b2c6; --divider-color: #444; "
DARK_BY_NAME_ONLY += (
    "--card-background-color: #1d1930; --ha-card-background: #1d1930; --primary-background-color: #120f20; }"
)


@pytest.fixture
def dashboard(tabs: Tabs) -> Iterator[Open]:
    """Open a dashboard; a script error, or anything that a strict policy forbids, fails the test."""
    with contextlib.ExitStack() as stack:
        opened: list[Dashboard] = []

        def open_one(*cards: dict[str, Any], **knobs: Any) -> Dashboard:  # noqa: ANN401
            one = open_dashboard(tabs, *cards, **knobs)
            stack.callback(one.close)
            opened.append(one)
            return one

        yield open_one
        for one in opened:
            assert one.page.evaluate("window.forbidden") == []


def well_shown(page: Dashboard) -> None:
    """Check that no card has anything sideways, faint, small or without a name."""
    expect(page.find("card")).to_have_count(len(STATES))
    assert axe(page.page, "milton-share-card") == []
    for body in page.page.locator("milton-share-card-body").all():
        assert ours(page.page, body.evaluate_handle("(body) => body.shadowRoot")) == []
        assert body.evaluate("(body) => body.scrollWidth <= body.clientWidth")
    assert page.page.evaluate("document.body.scrollWidth <= document.documentElement.clientWidth")


def test_a_wall_tablet_shows_nothing_at_all(dashboard: Open) -> None:
    """Whoever may not see it: no room is taken, nothing is said, and not even what could say it is loaded."""
    page = dashboard(*[{"refused": rule} for rule in NOBODY], {}, answer={"refused": "not_approver"})
    page.until("window.asked.length === 1")
    assert page.hidden()
    assert page.page.locator("body").inner_text().strip() == ""
    assert len(page.loaded) == 1
    assert page.page.evaluate("window.asked.map(({ type }) => type)") == ["milton_share/subscribe"]


def test_each_state_says_what_there_is_to_do(dashboard: Open) -> None:
    """The mock-ups' eight, and papers that can't be checked, on a desktop's sections."""
    page = dashboard(*ALL)
    well_shown(page)
    for card, (name, texts) in zip(page.find("card").all(), SAYS.items(), strict=True):
        assert card.get_attribute("data-head") == {"several": "waiting", "sealing": "sending"}.get(name, name)
        for said in texts:
            expect(card).to_contain_text(said)
    sizes = page.page.evaluate("[...document.querySelectorAll('milton-share-card')].map((card) => card.getCardSize())")
    assert sizes[0] < sizes[1]


@pytest.mark.parametrize(
    ("view", "width", "dark", "language"),
    [("masonry", 1180, True, "en"), ("sections", 390, True, "es"), ("sections", 390, False, "en")],
)
def test_every_state_fits_its_place(dashboard: Open, view: str, width: int, language: str, *, dark: bool) -> None:
    """In columns, and on a phone, by night in the longer language."""
    well_shown(dashboard(*ALL, view=view, width=width, dark=dark, language=language))


def test_a_dark_theme_that_is_not_the_dark_mode_stays_legible(dashboard: Open) -> None:
    """Green, blue, amber and red follow the ink of the theme, not a switch that it does not use."""
    well_shown(dashboard(*ALL, dark_mode=False, theme=DARK_BY_NAME_ONLY))


def test_a_theme_that_comes_slowly_is_legible_once_it_is_there(dashboard: Open) -> None:
    """Home Assistant's card fades into another theme: what is read of it at first is still the old one."""
    page = dashboard(answer=ONE)
    body = page.page.locator("milton-share-card-body")
    expect(body).to_have_css("color-scheme", "light")
    page.page.evaluate("document.documentElement.style.setProperty('--primary-text-color', '#e8e6f0')")
    expect(body).to_have_css("color-scheme", "dark")


def test_look_at_it_opens_the_review_of_that_request(dashboard: Open) -> None:
    """Inside Home Assistant, without loading it anew, by the keys alone."""
    page = dashboard(answer=ONE)
    page.find("card-look").focus()
    page.page.keyboard.press("Enter")
    assert page.page.evaluate("window.moved") == [f"/milton-share/request/{REQUEST_ID}"]


def test_not_this_time_decides_at_once_and_looks_like_the_other_answer(dashboard: Open) -> None:
    """One command, and what came of it is said; both answers have one size and one look."""
    page = dashboard(answer=ONE, refuses="storage_failed")
    look, no = page.find("card-look"), page.find("card-not-this-time")
    alike = "(one) => [one.offsetHeight, one.offsetWidth, getComputedStyle(one).font, getComputedStyle(one).color]"
    assert look.evaluate(alike) == no.evaluate(alike)
    no.click()
    expect(page.find("card").get_by_role("alert")).not_to_be_empty()
    page.page.evaluate("SETUP.refuses = ''")
    no.click()
    expect(page.find("card-said")).to_contain_text("Not shared. Nothing left your home")
    expect(page.find("card-said")).to_be_focused()
    assert page.find("card").get_by_role("alert").count() == 0
    assert page.asked("not_this_time") == [{"type": "milton_share/not_this_time", "request_id": REQUEST_ID}] * 2


def test_what_came_of_an_answer_is_seen_on_the_card_for_a_while_and_not_for_ever(dashboard: Open) -> None:
    """First on it, also where it would be hidden by now; an answer that failed is said in words."""
    page = dashboard({"config": {"hide_when_quiet": True}}, answer=ONE, alone=True)
    page.page.evaluate("SETUP.breaks = 'camera.driveway'")
    page.find("card-not-this-time").click()
    expect(page.find("card").get_by_role("alert")).to_have_text(
        re.compile("may not have been taken down. Load this page")
    )
    page.page.evaluate("SETUP.breaks = ''")
    page.find("card-not-this-time").click()
    page.push(state(request(case(state="declined"))))
    said = page.find("card-said")
    expect(said).to_be_in_viewport()
    above = "(one) => one.getBoundingClientRect().bottom <= one.nextElementSibling.getBoundingClientRect().top"
    assert said.evaluate(above)
    assert axe(page.page, "milton-share-card") == []
    page.page.clock.run_for(61_000)
    expect(said).to_be_visible()
    page.page.clock.run_for(61_000)
    page.until("document.querySelector('.slot').offsetHeight === 0")


def test_what_is_held_past_the_end_is_wiped_after_one_question_or_kept(dashboard: Open) -> None:
    """Both answers look the same; by keys alone, with a way back; what comes of it is said."""
    page = dashboard(answer=STATES["held"], refuses="storage_failed")
    wipe, keep = page.find("held-wipe"), page.find("held-keep")
    alike = "(one) => [one.offsetHeight, one.offsetWidth, getComputedStyle(one).font, getComputedStyle(one).color]"
    assert wipe.evaluate(alike) == keep.evaluate(alike)
    wipe.press("Enter")
    expect(page.find("card").get_by_role("alert")).to_contain_text("gone then, for good. Nothing is sent")
    expect(page.find("held-back")).to_be_focused()
    assert axe(page.page, "milton-share-card") == []
    page.page.keyboard.press("Enter")
    expect(wipe).to_be_focused()
    assert page.asked("held/wipe") == []
    wipe.press("Enter")
    page.find("held-wipe-yes").press("Enter")
    expect(page.find("held-failure")).not_to_be_empty()
    page.page.evaluate("SETUP.refuses = ''")
    page.find("held-wipe-yes").click()
    expect(page.find("card").get_by_role("status")).to_contain_text("Wiped. Nothing left your home.")
    assert page.asked("held/wipe") == [{"type": "milton_share/held/wipe", "request_id": REQUEST_ID}] * 2
    another = request(case(state="lapsed"), refused="expired", request_id="0a" * 32, expires_at=text(NOW - HOUR))
    page.push(state(another))
    expect(page.find("held-wipe-yes")).to_have_count(0)
    keep.click()
    assert page.page.evaluate("window.moved") == [f"/milton-share/own/{'0a' * 32}"]


def test_a_session_that_ends_takes_everything_with_it(dashboard: Open) -> None:
    """Until the home is set up again, or the line is back, and the session may see it."""
    page = dashboard(answer=ONE)
    expect(page.find("card")).to_be_visible()
    page.push({"refused": "not_approver"})
    expect(page.find("card")).to_have_count(0)
    assert page.hidden()
    page.page.evaluate("(answer) => window.set_up_again(answer)", ONE)
    expect(page.find("card")).to_be_visible()
    page.page.evaluate("() => { SETUP.answer = { refused: 'other_login' }; window.tell('ready'); }")
    expect(page.find("card")).to_have_count(0)
    assert page.page.evaluate("window.open_lines()") == 0


def test_a_card_has_one_line_to_the_home_and_ends_it(dashboard: Open) -> None:
    """However often Home Assistant hands over a new `hass`; gone with the view, there again with it."""
    page = dashboard(answer=ONE)
    expect(page.find("card")).to_be_visible()
    page.page.evaluate("() => { for (const _ of [1, 2, 3]) CARD.hass = { ...CARD.hass }; }")
    assert len(page.asked("subscribe")) == 1
    page.page.evaluate("() => CARD.remove()")
    page.until("window.open_lines() === 0")
    page.page.evaluate("() => document.querySelector('.slot').append(CARD)")
    page.until("window.open_lines() === 1")
    assert len(page.asked("subscribe")) == 2


def test_what_has_ended_can_be_put_away_and_stays_away(dashboard: Open) -> None:
    """In this browser; what still waits can't be."""
    page = dashboard({"event": STATES["refused"]})
    page.find("card-dismiss").click()
    expect(page.find("card")).to_have_attribute("data-head", "calm")
    page.page.reload()
    expect(page.find("card")).to_have_attribute("data-head", "calm")


def test_a_screen_that_others_see_can_say_that_something_waits_and_no_more(dashboard: Open) -> None:
    """Neither what, nor where, nor which camera, nor an answer to something that is not shown."""
    plain = {"without_details": True}
    page = dashboard(*[{"event": event, "config": plain} for event in STATES.values()])
    expect(page.find("card")).to_have_count(len(STATES))
    shown = page.page.locator(".sections").inner_text()
    for hidden in (
        "Entering automobile",
        "Driveway",
        "Front door",
        "16-8-18",
        "Not this time",
        "Viewed",
        "clip",
        "wiped",
        "Wipe",
    ):
        assert hidden not in shown
    expect(page.find("card").nth(1)).to_contain_text("1 open request")
    expect(page.find("card").nth(3)).to_contain_text("There is something to look at.")


def test_a_quiet_card_can_be_kept_off_the_dashboard(dashboard: Open) -> None:
    """It comes when there is something, and goes again."""
    page = dashboard({"config": {"hide_when_quiet": True}}, answer=state())
    page.until("window.open_lines() === 1")
    expect(page.find("card")).to_be_attached()
    assert page.hidden()
    page.push(ONE)
    expect(page.find("card")).to_be_visible()
    page.push(state())
    expect(page.find("card")).to_be_hidden()


def test_an_editor_who_may_not_see_requests_sees_what_the_card_is(dashboard: Open) -> None:
    """In the card picker and the editor only."""
    page = dashboard(answer={"refused": "not_approver"}, preview=True)
    expect(page.find("card")).to_contain_text("Only the people who may share")


def test_a_preview_decides_nothing(dashboard: Open) -> None:
    """What is shown while a dashboard is edited can't be pressed, nor reached by the keys."""
    page = dashboard(answer=ONE, preview=True)
    page.find("card-not-this-time").click(force=True)
    page.page.keyboard.press("Tab")
    page.page.keyboard.press("Enter")
    assert page.asked("not_this_time") == page.page.evaluate("window.moved") == []


def test_a_person_who_lacks_a_pin_is_led_to_it(dashboard: Open) -> None:
    """The owner named that person: it is no sign of a request."""
    page = dashboard(answer={"refused": "no_pin"})
    expect(page.find("card-set-pin")).to_be_visible()


def test_words_of_a_request_are_shown_as_words(dashboard: Open) -> None:
    """Markup in an offense or a camera's name is text; a strict policy would say if it were written as HTML."""
    evil = "<img src=x onerror=alert(1)>"
    page = dashboard({"event": state(request(case(camera_name=evil), offence_name=evil), cameras=[])})
    expect(page.find("card-offense")).to_have_text(evil)
    assert page.find("card").locator("img").count() == 0


def test_the_picker_and_the_editor_know_the_card(dashboard: Open) -> None:
    """Its entry, its form in both languages, how much room it takes, and a sentence for a wrong configuration."""
    page = dashboard(answer=ONE, language="es").page
    kind, name, description = page.evaluate("customCards.map((card) => [card.type, card.name, card.description])[0]")
    assert (kind, name, page.evaluate("customCards[0].preview")) == ("milton-share-card", "Milton Share", True)
    assert description.startswith("Solicitudes de la policía")
    form = "const form = CARD.constructor.getConfigForm();"
    assert page.evaluate(f"{form} form.schema.map((field) => [field.name, form.computeLabel(field)])") == [
        ["name", "Nombre"],
        ["hide_when_quiet", "Ocultarla mientras no haya nada pendiente"],
        ["without_details", "Sin detalles"],
    ]
    assert page.evaluate("CARD.constructor.getStubConfig()") == {}
    assert page.evaluate("CARD.getGridOptions()") == {"columns": 12, "min_columns": 6, "rows": "auto"}
    wrong = "(config) => { try { CARD.setConfig(config); } catch (error) { return error.message; } }"
    assert page.evaluate(wrong, {"name": 5}) == "Tarjeta de Milton Share: «name» debe ser texto."
    assert page.evaluate(wrong, {"hide_when_quiet": "yes"}).endswith("debe ser true o false.")
    assert page.evaluate(wrong, None) == "Tarjeta de Milton Share: falta su configuración."
    assert page.evaluate(wrong, {"type": "custom:milton-share-card", "grid_options": {"rows": 3}}) is None


def test_a_page_that_is_older_than_its_home_says_so(dashboard: Open) -> None:
    """After an update the parts of an earlier build are gone."""
    chunks = tuple(path.name for path in WWW.glob("chunk-*.js"))
    page = dashboard(answer=ONE, missing=chunks)
    expect(page.page.locator("milton-share-card")).to_have_text(
        "This page is older than your Home Assistant. Load it again."
    )
