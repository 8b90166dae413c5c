"""Each role's whole day, at a device with a certificate that the hub itself asks for, by passkeys of Chromium's making.

What each page shows in detail is tried elsewhere; here it is that one thing leads to the next, over TLS, with a clean
console and a clean log.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from milton_protocol.sealing.age import Identity
from tests.browser.closed import FORBIDDEN, Seat, enrolled, seat_of
from tests.browser.homes import FRAMES, Answer, enrol, film, share
from tests.browser.officers import LARGE, Wanted, fill_in, publish, sign_on_the_signer
from tests.browser.test_custody import press
from tests.browser.test_passing import say
from tests.simulators.joining import proposal_of, with_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import City

JOINING = (("ida", "administrator"), ("lou", "administrator"), ("cora", "custodian"), ("ada", "auditor"))
TAUGHT = "rook"  # a sergeant who comes in on the administrators' day
SEATED = ("officer", "supervisor", "custodian", "cora", "ida", "lou", "ada")


@pytest.fixture(scope="module")
def seats(closed_city: City, chromium: Browser) -> Iterator[dict[str, Seat]]:
    """Let everybody join and register: the officer at their own device, the others at those of the station."""
    city = closed_city
    files = [proposal_of(city.folder, who, role, badge=f"B-{who}") for who, role in JOINING]
    files.append(proposal_of(city.folder, TAUGHT, "officer", "supervisor", badge="1604"))
    for path, who, role in ((files[-1], TAUGHT, "officer"), (files[2], "cora", "custodian")):
        with_key(path, who, role, Identity.generate().recipient)
    proposals = (word for file in files for word in ("--proposal", str(file)))
    city.run("directory", "sign", str(city.folder), "--yes", *proposals)
    own, stations = enrolled(city, "own", "officer"), enrolled(city, "station")
    with ExitStack() as stack:
        taken = {}
        for who in SEATED:
            machine = own if who == "officer" else stations
            taken[who] = stack.enter_context(seat_of(chromium, city, machine, city.invitation(who)))
        city.sign_directory()
        yield taken


@pytest.fixture(autouse=True)
def clean(closed_city: City, seats: dict[str, Seat]) -> Iterator[None]:
    """Fail the test in which a console says something, or the hub writes a warning down."""
    log = closed_city.folder / "serve.log"
    before = len(log.read_text())
    yield
    assert {who: said for who, seat in seats.items() if (said := seat.heard())} == {}
    assert re.findall(r"^.* (?:WARNING|ERROR|CRITICAL) .*$|^Traceback.*$", log.read_text()[before:], re.MULTILINE) == []


def signs_in(city: City, seat: Seat) -> Page:
    """Lock the device and sign in anew."""
    page = seat.page
    page.goto(f"{city.officers}/account")
    page.keyboard.press("l")
    page.wait_for_url("**/sign-in")
    page.click("#sign-in")
    page.wait_for_selector("#sign-out")
    return page


def test_an_officers_day(closed_city: City, seats: dict[str, Seat]) -> None:
    """Ask, watch a share arrive, open it with a security key, look closely, say what it is; lock the device."""
    city, seat = closed_city, seats["officer"]
    page = signs_in(city, seat)
    page.goto(f"{city.officers}/keys")
    page.set_input_files("#identity-file", city.folder / "offline" / "officer.age")
    page.click("#take")
    seat.keys.add("blue")
    seat.keys.touch("blue")
    page.fill("#label", "blue")
    page.click("#wrap")
    page.wait_for_selector("#only-one:visible")
    request_id = publish(page, city, Wanted())
    page.click("#case-link")
    page.wait_for_selector("body[data-live=yes]")
    case_page = page.url
    share_id = share(city, enrol(city), request_id, Answer(clip=film())).share.share_id
    page.click(f"[data-share-id='{share_id}']")  # it came by itself
    page.keyboard.press("o")
    page.wait_for_url("**/shares/*")
    seat.keys.touch("blue")
    page.click("#security-key")
    page.wait_for_selector(f"body[data-frames='{FRAMES}'][data-clip=verified]")
    page.keyboard.press(".")
    page.wait_for_selector(f"#frame-words:has-text('Frame 2 of {FRAMES}')")
    with page.expect_download() as download:
        page.keyboard.press("p")
    assert download.value.suggested_filename.endswith(".png")
    page.goto(case_page)
    page.click(f"[data-share-id='{share_id}']")
    for words, button in (("A light SUV, from the left.", "#note-share"), ("May its owner be asked?", "#ask")):
        page.fill("#about", words)
        page.click(button)
        page.wait_for_selector(f"#share-notes li:has-text('{words}')")
    page.keyboard.press("x")
    page.wait_for_selector("#keep-part:visible")
    page.keyboard.press("l")
    page.wait_for_url("**/sign-in")


def asks_for_more(page: Page, city: City) -> str:
    """Sign a request that is above the limits; return its id."""
    fill_in(page, city, Wanted(points=LARGE))
    page.click("#submit:enabled")
    sign_on_the_signer(page)
    return page.url.rpartition("/")[2]


def test_a_supervisors_day(closed_city: City, seats: dict[str, Seat]) -> None:
    """Two requests above the limits come by themselves; one is signed, one is turned down; the officer reads why."""
    city = closed_city
    page, officer = signs_in(city, seats["supervisor"]), signs_in(city, seats["officer"])
    page.goto(f"{city.officers}/cosign")
    page.wait_for_selector("body[data-live=yes]")
    first = asks_for_more(officer, city)
    page.locator(f"[data-request-id='{first}'] .choices a").click()
    page.click("#cosign")
    assert "the second person, who approves" in sign_on_the_signer(page)
    officer.wait_for_selector("#state[data-state=published]")
    page.goto(f"{city.officers}/cosign")
    page.wait_for_selector("body[data-live=yes]")
    second = page.locator(f"[data-request-id='{asks_for_more(officer, city)}']")
    second.locator(".why").fill("One street is enough.")
    second.locator(".turn-down").click()
    officer.wait_for_selector("#turned-down:has-text('One street is enough.')")


def test_a_custodians_day(closed_city: City, seats: dict[str, Seat]) -> None:
    """Answer, accept by the owner's word, let a colleague in, hold, release; a deletion by two is taken back."""
    city = closed_city
    page, officer, second = (signs_in(city, seats[who]) for who in ("custodian", "officer", "cora"))
    request_id = publish(officer, city, Wanted())
    sealed = share(city, enrol(city), request_id, Answer(clip=film()))
    share_id = sealed.share.share_id
    officer.click("#case-link")
    officer.wait_for_selector("body[data-live=yes]")
    officer.fill("#member", "1604")
    officer.click("#add-member")
    officer.wait_for_selector("#members:has-text('1604')")
    officer.click(f"[data-share-id='{share_id}']")
    officer.fill("#about", "Is this enough for the court?")
    officer.click("#ask")
    page.goto(officer.url)
    page.wait_for_selector("body[data-live=yes]")
    page.click(f"[data-share-id='{share_id}']:has-text('Asked')")
    page.fill("#about", "Yes, it is.")
    page.click("#answer")
    officer.wait_for_selector("#share-notes li:has-text('Yes, it is.')")

    say(city, sealed.consent())
    page.click("#open-share")
    page.wait_for_url("**/shares/*")
    page.set_input_files("#identity-file", city.folder / "offline" / "custodian.age")
    page.click("#open")
    page.wait_for_selector("body[data-clip=verified]")
    with page.expect_navigation():
        page.click("#accept")
    page.click("[data-test=custody]")
    page.wait_for_url("**/custody")
    page.set_input_files("#identity-file", city.folder / "offline" / "custodian.age")
    press(page, "rewrap")
    assert "let in by a custodian" in page.inner_text("[data-test=readers]")
    press(page, "hold", "The prosecutor asked for it.")
    press(page, "release-1", "The trial is over.")
    press(page, "ask-deletion", "Nobody needs it any more.")
    second.goto(page.url)
    press(second, "confirm")
    assert "Confirmed by cora" in second.inner_text("[data-test=deletions]")
    page.reload()
    press(page, "take-back", "There is an appeal.")
    assert "There is an appeal." in page.inner_text("[data-test=deletions]")
    assert page.get_attribute("#share-state", "data-state") == "accepted"


def proposes(page: Page, city: City) -> None:
    """Propose shorter limits."""
    page.goto(f"{city.officers}/administration/policy")
    page.get_by_label("Why is this changed?").fill("The council asked for less.")
    page.get_by_label("Oldest footage, with a supervisor").fill("44")
    page.locator("[data-test=propose]:enabled").click()
    page.wait_for_url("**/administration")


def test_administrators_day(closed_city: City, seats: dict[str, Seat], chromium: Browser) -> None:
    """Two make a policy and let a person in; one puts the device out, and what it has open leaves."""
    city = closed_city
    ida, lou = (signs_in(city, seats[who]) for who in ("ida", "lou"))
    proposes(ida, city)
    lou.goto(f"{city.officers}/administration")
    lou.locator("[data-test=approve] button:enabled").click()
    lou.wait_for_selector("#empty")
    ida.goto(f"{city.officers}/people/{TAUGHT}")
    ida.click("[data-test=invite]:enabled")
    ida.wait_for_selector("body[data-link=shown]")
    lou.goto(ida.url)
    lou.click("[data-test=confirm]:enabled")
    lou.wait_for_selector("#invitation:has-text('Confirmed by lou')")
    link = ida.inner_text("#link-text")
    with seat_of(chromium, city, enrolled(city, "tablet", TAUGHT), link) as seat:
        seat.page.goto(f"{city.officers}/cosign")
        seat.page.wait_for_selector("body[data-live=yes]")
        ida.goto(f"{city.officers}/devices?find=tablet")
        ida.click("[data-device='tablet'] [data-test=revoke]:enabled")
        seat.page.get_by_role("heading", name="This device is not let in").wait_for()
        assert set(seat.heard()) <= {FORBIDDEN}


def test_an_auditors_day(closed_city: City, seats: dict[str, Seat]) -> None:
    """What was refused and what was done is there to be read and to be taken along; nothing is there to be done."""
    city = closed_city
    page, officer = signs_in(city, seats["ada"]), signs_in(city, seats["officer"])
    officer.goto(f"{city.officers}/oversight")
    assert seats["officer"].heard() == [FORBIDDEN]
    page.goto(f"{city.officers}/oversight")
    page.get_by_role("heading", name="Flags").wait_for()
    page.get_by_role("link", name="Refusals", exact=True).click()
    assert "officer" in page.locator("#refusals tbody tr", has_text="GET /oversight").first.inner_text()
    page.goto(f"{city.officers}/oversight/trail")
    page.get_by_label("Person").fill("officer")
    page.keyboard.press("Enter")
    page.wait_for_url("**person=officer**")
    assert set(page.locator("#trail tbody tr td:nth-child(3)").all_inner_texts()) == {"person:officer"}
    page.goto(f"{city.officers}/oversight/reports/2026-Q1")
    with page.expect_download() as download:
        page.click("[data-test=pdf]")
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    page.keyboard.press("l")
    page.wait_for_url("**/sign-in")
