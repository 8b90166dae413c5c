"""Officers' pages on a phone: each is whole within the screen, tall enough for a finger, and legible in both themes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from hub.kit.access import ALLOWED, Action, Role
from tests.attacks.routes.listed import all_of
from tests.browser.accessibility import OURS
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
PHONE_FAULTS = (Path(__file__).parent / "phone.js").read_text()
ROLES = (Role.CUSTODIAN, Role.OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.AUDITOR)
TOUCH = "() => matchMedia('(pointer: coarse)').matches"
# Of these routes none is a page.
NO_PAGE = frozenset({"/cosign/waiting", "/health", "/map.geojson", "/requests/{id}/signable"})


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


def walk(page: Page, city: City, role: Role, ids: Ids) -> tuple[list[str], set[str]]:
    """Go through a role's pages by day and by night; return what is wrong, and where, and which were seen."""
    found, seen = [], set()
    for path in pages_of(role):
        address = city.officers + ids.filled(path)
        if "text/html" not in page.request.get(address, headers={"Accept": "text/html"}).headers["content-type"]:
            continue
        seen.add(path)
        page.goto(address)
        page.wait_for_load_state()
        wrong = set(page.evaluate(PHONE_FAULTS))
        for scheme in ("dark", "light"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            said = page.evaluate(OURS, page.evaluate_handle("document"))
            wrong |= {f"{scheme}, {each}" for each in (*said["faint"], *said["wide"])}
        found += [f"{role.value} {path}: {each}" for each in sorted(wrong)]
    return found, seen


def test_every_page_is_whole_within_reach_and_legible_on_a_phone_by_day_and_by_night(
    city: City, chromium: Browser, officer: Page, elsewhere: FurtherDevice
) -> None:
    """Each role's: devices with their button to put one out, custody with a deletion and a hold. None is left out."""
    ids = a_case(city, officer, elsewhere)
    found: list[str] = []
    left = {path for role in ROLES for path in pages_of(role)} - NO_PAGE
    for role in ROLES:
        came_in = officer.context.storage_state() if role is Role.OFFICER else None  # nobody has more than eight keys
        context = chromium.new_context(
            viewport=PHONE, has_touch=True, timezone_id="America/New_York", storage_state=came_in
        )
        page = context.new_page()
        if came_in is None:
            come_in_as(page, city, role)
        assert page.evaluate(TOUCH)
        if role is Role.CUSTODIAN:
            page.goto(f"{city.officers}/shares/{ids.share_id}/custody")
            press(page, "hold", "The prosecutor asked for it in writing, for the trial in spring.")
            press(page, "release-1", "The trial is over.")
            press(page, "ask-deletion", "It is of no use for the case any more.")
        wrong, seen = walk(page, city, role, ids)
        found += wrong
        left -= seen
        if role is Role.ADMINISTRATOR:
            page.goto(f"{city.officers}/devices")
            assert page.locator("[data-test=remove]").first.is_visible()
        page.context.close()
    assert found == [], "\n".join(found)
    assert left == set()
