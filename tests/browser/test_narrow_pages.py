"""Officers' pages on a phone: whoever reads them, none scrolls sideways, and all that is pressed is within reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.access import ALLOWED, Action, Role
from tests.attacks.doors.listed import all_of
from tests.browser.homes import Answer, enrol, share
from tests.browser.officers import LARGE, Wanted, come_in
from tests.browser.test_custody import press
from tests.simulators.joining import proposal_of
from tests.simulators.paths import PATTERN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page, ViewportSize

    from tests.browser.asking import FurtherDevice
    from tests.browser.conftest import City

PHONE: ViewportSize = {"width": 390, "height": 844}
# Their ids are long, and so are the names of their devices.
JOINING = {Role.ADMINISTRATOR: "administrator-of-the-northern-precinct", Role.AUDITOR: "auditor-of-the-city-council"}
# What of a page is wider than the phone, and what can be pressed and lies beyond its edge.
BEYOND = """() => {
  const width = document.documentElement.clientWidth;
  const wide = document.documentElement.scrollWidth > width ? ["the page"] : [];
  const controls = [...document.querySelectorAll("button, a, input, select, textarea, summary")];
  const isBeyond = (each) => each.checkVisibility() && each.getBoundingClientRect().right > width + 1;
  return [...wide, ...controls.filter(isBeyond).map((each) => each.outerHTML.slice(0, 120))];
}"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """What stands in the addresses of pages."""

    request_id: str
    share_id: str
    case_id: str

    def filled(self, path: str) -> str:
        """Return the address of a route's page."""
        ids = {"id": self.request_id, "share_id": self.share_id, "case_id": self.case_id}
        return PATTERN.sub(r"{\1}", path).format(**ids, person_id="officer", quarter="2026-Q1", name="none")


def pages_of(role: Role) -> Iterator[str]:
    """Yield the routes that a role may open and that may be pages."""
    for (method, path), opens in sorted(all_of().officers.items()):
        is_closed = isinstance(opens, Action) and role not in ALLOWED[opens]
        is_other = path.startswith(("/api/", "/static/", "/workers/")) or path.endswith(("/events", "/pdf"))
        if method == "GET" and not is_closed and not is_other:
            yield path


def come_in_as(page: Page, city: City, role: Role) -> None:
    """Register a device of somebody with this role; a demonstration's officer, supervisor and custodian are there."""
    person_id = JOINING.get(role, role.value)
    if role in JOINING:
        proposal = proposal_of(city.folder, person_id, role.value, badge=f"N-{role.value[:2]}")
        city.run("directory", "sign", str(city.folder), "--yes", "--proposal", str(proposal))
    come_in(page, city, person_id)


def a_case(city: City, officer: Page, elsewhere: FurtherDevice) -> Ids:
    """Ask for footage, get a share that its officer has opened, and let a second request wait for a supervisor."""
    wanted = Wanted()
    request_id = elsewhere.publish(wanted)
    elsewhere.sign(Wanted(points=LARGE))
    share_id = share(city, enrol(city), request_id, Answer(clip=b"clip")).share.share_id
    assert officer.request.get(f"{city.officers}/api/shares/{share_id}/parts/clip/body").ok
    officer.goto(f"{city.officers}/requests/{request_id}")
    case = officer.get_attribute("#case-link", "href") or ""
    return Ids(request_id=request_id, share_id=share_id, case_id=case.rpartition("/")[2])


def walk(page: Page, city: City, role: Role, ids: Ids) -> list[str]:
    """Go through a role's pages; return what lies beyond a phone's edge, and who sees it where."""
    found, seen = [], 0
    for path in pages_of(role):
        address = city.officers + ids.filled(path)
        if "text/html" not in page.request.get(address, headers={"Accept": "text/html"}).headers["content-type"]:
            continue
        page.goto(address)
        page.wait_for_load_state()
        seen += 1
        found += [f"{role.value} {path}: {each}" for each in page.evaluate(BEYOND)]
    assert seen >= 8, role
    return found


def test_no_page_scrolls_sideways_on_a_phone_and_all_that_is_pressed_is_within_reach(
    city: City, chromium: Browser, officer: Page, elsewhere: FurtherDevice
) -> None:
    """Every page of each role: devices with their button to put one out, custody with a deletion and a hold."""
    ids = a_case(city, officer, elsewhere)
    found = []
    for role in (Role.CUSTODIAN, Role.OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.AUDITOR):
        page = officer
        if role is not Role.OFFICER:
            page = chromium.new_context(timezone_id="America/New_York").new_page()
            come_in_as(page, city, role)
        page.set_viewport_size(PHONE)
        if role is Role.CUSTODIAN:
            page.goto(f"{city.officers}/shares/{ids.share_id}/custody")
            press(page, "hold", "The prosecutor asked for it in writing, for the trial in spring.")
            press(page, "release-1", "The trial is over.")
            press(page, "ask-deletion", "It is of no use for the case any more.")
        found += walk(page, city, role, ids)
        if role is Role.ADMINISTRATOR:
            page.goto(f"{city.officers}/devices")
            assert page.locator("[data-test=remove]").first.is_visible()
        if role is not Role.OFFICER:
            page.context.close()
    assert found == []
