"""Each role's whole day, at a device with a certificate that the hub itself asks for, by passkeys of Chromium's making.

What each page shows in detail is tried elsewhere; here it is that one thing leads to the next, over TLS, with a clean
console and a clean log.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from milton_protocol.sealing.age import Identity
from tests.browser.closed import ENDED, FORBIDDEN, OWN, Seat, enrolled, seat_of
from tests.browser.homes import FRAMES, Answer, enrol, film, share
from tests.browser.officers import LARGE, Wanted, fill_in, is_sent_out, publish, sign_on_the_signer
from tests.browser.test_custody import press
from tests.browser.test_ended import take_back
from tests.browser.test_passing import link_of, say
from tests.browser.test_urgent import HEADER, asks_urgently
from tests.simulators.joining import proposal_of, with_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    from tests.browser.conftest import City

JOINING = (("ida", "administrator"), ("lou", "administrator"), ("cora", "custodian"), ("ada", "auditor"))
TAUGHT = "rook"  # a sergeant who comes in on the administrators' day
LEAVER = "lena"  # an officer who asks, and leaves with what she asked for still open


@pytest.fixture(scope="module")
def chromium(whole_chromium: Browser) -> Browser:
    """Return the whole of it, as people have it all day."""
    return whole_chromium


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """Whoever has come so far; others register when they are first asked for."""

    comes: Callable[[str], Seat]
    taken: dict[str, Seat] = field(default_factory=dict)

    def __getitem__(self, who: str) -> Seat:
        """Return somebody's seat."""
        if who not in self.taken:
            self.taken[who] = self.comes(who)
        return self.taken[who]


@pytest.fixture(scope="module")
def seats(closed_city: City, chromium: Browser) -> Iterator[Seats]:
    """Let everybody join: the officer at their own device, the others at those of the station."""
    city = closed_city
    files = [proposal_of(city.folder, who, role, badge=f"B-{who}") for who, role in JOINING]
    files.append(proposal_of(city.folder, TAUGHT, "officer", "supervisor", badge="1604"))
    files.append(proposal_of(city.folder, LEAVER, "officer", badge="1605"))
    with_keys = ((files[-1], LEAVER, "officer"), (files[-2], TAUGHT, "officer"), (files[2], "cora", "custodian"))
    for path, who, role in with_keys:
        with_key(path, who, role, Identity.generate().recipient)
    proposals = (word for file in files for word in ("--proposal", str(file)))
    city.run("directory", "sign", str(city.folder), "--yes", *proposals)
    own, stations = enrolled(city, "own", "officer"), enrolled(city, "station")
    with ExitStack() as stack:

        def comes(who: str) -> Seat:
            machine = own if who == "officer" else stations
            seat = stack.enter_context(seat_of(chromium, city, machine, city.invitation(who)))
            city.sign_directory()
            return seat

        yield Seats(comes=comes)


@pytest.fixture(autouse=True)
def clean(closed_city: City, seats: Seats) -> Iterator[None]:
    """Fail the test in which a console says something, or the hub writes a warning down."""
    log = closed_city.folder / "serve.log"
    before = len(log.read_text())
    yield
    assert {who: said for who, seat in seats.taken.items() if (said := seat.heard())} == {}
    assert re.findall(r"^.* (?:WARNING|ERROR|CRITICAL) .*$|^Traceback.*$", log.read_text()[before:], re.MULTILINE) == []


def signs_in(city: City, seat: Seat) -> Page:
    """Lock the device and sign in anew. What the page was still asking, as how much waits, has no session any more."""
    page = seat.page
    page.goto(f"{city.officers}/account")
    page.keyboard.press("l")
    is_sent_out(page)
    seat.said = [words for words in seat.said if words != ENDED]
    page.click("#sign-in")
    page.wait_for_selector("#sign-out")
    return page


def test_an_officers_day(closed_city: City, seats: Seats) -> None:
    """Ask, watch a share arrive, open it with a security key, look closely, say what it is; its owner takes it back.

    Then an exercise, whose test card says so; lock the device.
    """
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
    home = enrol(city)
    sealed = share(city, home, request_id, Answer(clip=film()))
    share_id = sealed.share.share_id
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
    take_back(city, sealed)
    page.wait_for_selector(f"[data-share-id='{share_id}']:has-text('Withdrawn')")
    seat.keys.touch(OWN)
    sealed = share(city, home, publish(page, city, Wanted(drill=True)), Answer(clip=film()))
    page.goto(f"{city.officers}/shares/{sealed.share.share_id}")
    page.click("#open:enabled")  # by the key that was chosen before
    page.wait_for_selector("body[data-clip=verified]")
    assert "A test card of an exercise" in page.inner_text("#provenance")
    page.goto(case_page)
    page.wait_for_selector("body[data-live=yes]")
    page.keyboard.press("l")
    is_sent_out(page)


def asks_for_more(page: Page, city: City) -> str:
    """Sign a request that is above the limits; return its id."""
    fill_in(page, city, Wanted(points=LARGE))
    page.click("#submit:enabled")
    sign_on_the_signer(page)
    return page.url.rpartition("/")[2]


@pytest.mark.long
def test_a_supervisors_day(closed_city: City, seats: Seats) -> None:
    """An urgent request is told wherever they are, and signed at once; of two large ones one is turned down."""
    city = closed_city
    page, officer = signs_in(city, seats["supervisor"]), signs_in(city, seats["officer"])
    asks_urgently(officer, city)
    page.wait_for_selector(f"{HEADER}.is-bad:has-text('urgent')")
    page.click(".top nav a[href='/cosign']")
    page.locator(".waiting .choices a").first.click()
    page.click("#cosign")
    sign_on_the_signer(page)
    officer.wait_for_selector("#state[data-state=published]")
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


@pytest.mark.long
def test_a_custodians_day(closed_city: City, seats: Seats, chromium: Browser) -> None:
    """Answer, accept by the owner's word, let a colleague in, pass it on to one outside and end that, hold, release.

    A deletion by two is taken back; where the second one began the day, it is said to wait, and leads to where it is
    decided.
    """
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
    is_passed_on(chromium, page, link_of(page, city, sealed))
    press(page, "hold", "The prosecutor asked for it.")
    press(page, "release-1", "The trial is over.")
    second.goto(f"{city.officers}/requests")
    second.wait_for_selector("body[data-live=yes]")
    assert second.locator("[data-test=deletions-wait]").count() == 0
    press(page, "ask-deletion", "Nobody needs it any more.")
    second.click("[data-test=deletions-wait] a")  # it came by itself
    second.click(f"[data-deletion='{share_id}'] .btn")
    second.wait_for_url("**/custody#deletion")
    press(second, "confirm")
    assert "Confirmed by Lee Ortiz, badge B-cora" in second.inner_text("[data-test=deletions]")
    page.reload()
    press(page, "take-back", "There is an appeal.")
    assert "There is an appeal." in page.inner_text("[data-test=deletions]")
    assert page.get_attribute("#share-state", "data-state") == "accepted"


def is_passed_on(chromium: Browser, page: Page, link: str) -> None:
    """Open a link outside, and end it: what is open there goes."""
    outside = chromium.new_page()
    outside.goto(link)
    outside.click("#open")
    outside.wait_for_selector("body[data-clip=verified]")
    page.reload()
    press(page, "end-link")
    outside.wait_for_selector("#ended:visible")
    outside.close()


def proposes(page: Page, city: City) -> None:
    """Propose shorter limits."""
    page.goto(f"{city.officers}/administration/policy")
    page.get_by_label("Why is this changed?").fill("The council asked for less.")
    page.get_by_label("Oldest footage, with a supervisor").fill("44")
    page.locator("[data-test=propose]:enabled").click()
    page.wait_for_url("**/administration")


def test_administrators_day(closed_city: City, seats: Seats, chromium: Browser) -> None:
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
    lou.wait_for_selector("#invitation:has-text('Confirmed by Lee Ortiz, badge B-lou')")
    link = ida.inner_text("#link-text")
    with seat_of(chromium, city, enrolled(city, "tablet", TAUGHT), link) as seat:
        seat.page.goto(f"{city.officers}/cosign")
        seat.page.wait_for_selector("body[data-live=yes]")
        ida.goto(f"{city.officers}/devices?find=tablet")
        ida.click("[data-device='tablet'] [data-test=revoke]:enabled")
        seat.page.get_by_role("heading", name="This device is not let in").wait_for()
        assert set(seat.heard()) <= {FORBIDDEN}


@pytest.mark.long
def test_an_auditors_day(closed_city: City, seats: Seats) -> None:
    """What was refused and what was done is there to be read and to be taken along; nothing is there to be done."""
    city = closed_city
    page, officer = signs_in(city, seats["ada"]), signs_in(city, seats["officer"])
    officer.goto(f"{city.officers}/oversight")
    assert seats["officer"].heard() == [FORBIDDEN]
    page.goto(f"{city.officers}/oversight")
    page.get_by_role("heading", name="Flags").wait_for()
    page.get_by_role("link", name="Refusals", exact=True).click()
    assert "Dana Whitfield" in page.locator("#refusals tbody tr", has_text="GET /oversight").first.inner_text()
    page.goto(f"{city.officers}/oversight/trail")
    page.get_by_label("Person").fill("officer")
    page.keyboard.press("Enter")
    page.wait_for_url("**person=officer**")
    assert set(page.locator("#trail tbody tr td:nth-child(3)").all_inner_texts()) == {"Dana Whitfield\nperson:officer"}
    page.goto(f"{city.officers}/oversight/reports/2026-Q1")
    with page.expect_download() as download:
        page.click("[data-test=pdf]")
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    page.keyboard.press("l")
    is_sent_out(page)


@pytest.mark.long
def test_the_day_that_an_officer_leaves(closed_city: City, seats: Seats) -> None:
    """Their page closes; what was sealed to them waits at the custodians, and their case for a supervisor.

    Who adds a successor, whom the custodians let open it.
    """
    city = closed_city
    leaver, ida, page, sergeant = (signs_in(city, seats[who]) for who in (LEAVER, "ida", "custodian", "supervisor"))
    request_id = publish(leaver, city, Wanted())
    share_id = share(city, enrol(city), request_id, Answer(clip=film())).share.share_id
    leaver.click("#case-link")
    leaver.wait_for_selector(f"[data-share-id='{share_id}']")
    assert leaver.is_hidden("#nobody-asks")
    ida.goto(f"{city.officers}/people/{LEAVER}")
    ida.click("[data-test=revoke]:enabled")
    ida.wait_for_selector("#state[data-state=leaves]")
    is_sent_out(leaver)
    assert set(seats[LEAVER].heard()) <= {ENDED}
    left = page.locator(f"[data-share-id='{share_id}']")
    page.goto(f"{city.officers}/leavers")
    assert left.count() == 0  # the directory has her key still
    city.sign_directory()
    page.reload()
    assert "Badge 1605" in left.inner_text()
    left.locator("[data-test=no-successor]").wait_for()
    sergeant.goto(f"{city.officers}/cases")
    sergeant.click("#left")
    sergeant.wait_for_url("**/cases?left=yes")
    sergeant.click("#cases tbody a")
    sergeant.wait_for_selector("#nobody-asks:visible")
    sergeant.fill("#member", "1604")
    sergeant.click("#add-member")
    sergeant.wait_for_selector("#nobody-asks", state="hidden")
    left.get_by_text("In the case").wait_for()  # by itself
    left.locator("a[href$='/custody']").click()
    page.set_input_files("#identity-file", city.folder / "offline" / "custodian.age")
    page.select_option("#rewrap-to", page.locator("#rewrap-to option", has_text="1604").get_attribute("value"))
    press(page, "rewrap")
    page.goto(f"{city.officers}/leavers")
    assert left.count() == 0
