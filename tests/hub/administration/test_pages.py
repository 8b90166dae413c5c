"""What administrators read on their pages."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

from hub.__main__ import main
from hub.identity.sessions.guard import COOKIE
from hub.web.pages.navigation import MAIN, is_within
from tests.simulators.administrators import PROPOSALS, administrators

if TYPE_CHECKING:
    from tests.simulators.agency import Agency, Desk

REASON = {"reason": "It is said twice."}
BORDERS = [[-84.40, 34.07], [-84.20, 34.07], [-84.20, 34.20], [-84.40, 34.20], [-84.40, 34.07]]


async def page(desk: Desk, path: str) -> str:
    """Return a page."""
    headers = {"Cookie": f"{COOKIE}={desk.cookie}", "Accept": "text/html"}
    async with desk.agency.session.get(desk.agency.officers_url + path, headers=headers) as answer:
        assert answer.status == 200, (path, await answer.text())
        return await answer.text()


async def test_what_waits_is_read_as_differences_and_offered_to_whoever_may_decide(agency: Agency) -> None:
    """Its own author reads that another decides; what was written for an earlier policy can't be approved."""
    desks = await administrators(agency)
    assert "Nothing waits." in await page(desks.first, "/administration")
    ids = [await desks.proposed(area_ordinary_m2=194_249), await desks.proposed(expiry_max_h=48)]
    own, others = await page(desks.first, "/administration"), await page(desks.second, "/administration")
    for text in (own, others):
        assert "Area that an officer asks for alone: 0.075 sq mi in place of 0.100 sq mi." in text
        assert "Longest that a request stays open: 48 h in place of 168 h." in text
        assert all(f'data-proposal="{each}"' in text for each in ids)
    assert (own.count('data-test="own"'), own.count('data-test="approve"')) == (2, 0)
    assert (others.count('data-test="own"'), others.count('data-test="approve"')) == (0, 2)
    assert (await desks.second.ask("POST", f"{PROPOSALS}/{ids[0]}/approve", {}))[0] == 200
    text = await page(desks.second, "/administration")
    assert (text.count('data-test="stale"'), text.count('data-test="approve"')) == (1, 0)
    assert (await desks.second.ask("POST", f"{PROPOSALS}/{ids[1]}/end", REASON))[0] == 200
    text = await page(desks.second, "/administration")
    assert "Nothing waits." in text
    assert [text.count(f'data-outcome="{each}"') for each in ("approved", "turned_down", "taken_back")] == [1, 1, 0]
    assert "Turned down by Deputy, <time" in text
    assert "It is said twice." in text


async def test_the_policy_is_shown_with_how_it_came_about(agency: Agency) -> None:
    """Newest first; the settings file's own is the first. Each is said in differences, with who and why."""
    desks = await administrators(agency)
    await desks.change(look_back_max_days=40)
    await desks.change(case_number="[0-9]{8}", reason="Numbers have no dash <b>since</b> this year.")
    text = await page(desks.first, "/administration/policy")
    assert text.index('id="version-3"') < text.index('id="version-2"') < text.index('id="version-1"')
    assert "Oldest footage, with a supervisor: 40 days in place of 45 days." in text
    assert "Case numbers have the pattern [0-9]{8} in place of [0-9]{2}-[0-9]{4,8}." in text
    assert "Numbers have no dash &lt;b&gt;since&lt;/b&gt; this year." in text
    assert "Proposed by Administrator; approved by Deputy." in text
    assert "The hub&#39;s settings file, at its first start. It is not read for this any more." in text
    assert '<dd class="num">40 days</dd>' in text
    assert 'data-base="3"' in text


async def test_retention_says_what_the_agency_may_shorten_and_what_is_fixed(agency: Agency) -> None:
    """With the time in force, its bounds, and that nothing goes sooner by a change."""
    desks = await administrators(agency)
    await desks.change(declined_kept_days=3)
    text = await page(desks.first, "/administration/retention")
    assert text.count(">The agency</span>") == 3
    assert text.count(">Fixed</span>") == 11
    assert "as long as the city keeps the backup" in text
    assert '<td class="num" data-name="Kept">3 days</td>' in text
    assert "1 day to 7 days: owners are told so before they share." in text
    assert "A change counts for what begins after it." in text
    assert "It shows nothing that was recorded, and nobody accepts it, holds it or passes it on." in text


async def test_offenses_are_listed_with_those_that_are_retired(agency: Agency) -> None:
    """Whoever reads an old request finds its name."""
    desks = await administrators(agency)
    arson = {"code": "16-7-60", "name": "Arson, O.C.G.A. 16-7-60", "urgent": False, "retired": True}
    await desks.change(offences=[arson])
    text = await page(desks.first, "/administration/offenses")
    assert 'Arson, O.C.G.A. 16-7-60 <span class="chip">Retired</span>' in text
    assert text.count("<tr data-code=") == 12


async def test_the_borders_say_since_which_city_record_they_are_so_and_who_changes_them(agency: Agency) -> None:
    """A record that changes something else changes nothing here; there is no form, and the commands are exact."""
    desks = await administrators(agency)
    folder = agency.settings.folder.parent
    assert 'City record <span class="num">1</span>' in await page(desks.first, "/administration/jurisdiction")
    borders = folder / "borders.geojson"
    borders.write_text(json.dumps({"type": "Polygon", "coordinates": [BORDERS]}))
    await take_record(folder, 2, "--jurisdiction", str(borders))
    await take_record(folder, 3)
    text = await page(desks.first, "/administration/jurisdiction")
    assert 'since</dt><dd>City record <span class="num">2</span>' in text
    assert 'In force</dt><dd>City record <span class="num">3</span>' in text
    assert f"milton-hub record draft {agency.settings.folder} record.json --jurisdiction" in text
    assert "<form" not in text.partition("<main")[2]


async def take_record(folder: object, serial: int, *options: str) -> None:
    """Let the root sign the next city record, and take it."""
    draft, signed = f"{folder}/record-{serial}.json", f"{folder}/record-{serial}.signed.json"
    for words in (
        ["record", "draft", str(folder), draft, *options],
        ["endorse", draft, signed, "--key", f"{folder}/offline/root.key", "--yes"],
        ["take", str(folder), signed],
    ):
        assert await asyncio.to_thread(main, words) == 0


def test_a_page_below_an_entry_or_a_tab_of_it_is_within_it() -> None:
    """The navigation marks where one is; an entry of its own is within no other."""
    marked = {}
    for path in ("/people", "/administration/policy", "/cases/0123", "/requests/new", "/requests", "/peoples"):
        marked[path] = [place.name for place in MAIN if is_within(place, path)]
    assert marked == {
        "/people": ["Administration"],
        "/administration/policy": ["Administration"],
        "/cases/0123": ["Cases"],
        "/requests/new": [],
        "/requests": [],
        "/peoples": [],
    }


async def test_one_administrator_alone_is_told_that_nothing_they_propose_is_approved(agency: Agency) -> None:
    """There are two for each change."""
    desks = await administrators(agency)
    assert 'id="alone"' not in await page(desks.first, "/administration")
    path = agency.settings.folder.parent / "leaves.json"
    change = {"change": "remove_person", "person_id": "deputy"}
    path.write_text(json.dumps({"type": "milton/directory-proposal", "version": 1, "changes": [change]}))
    words = ["directory", "sign", str(path.parent), "--yes", "--proposal", str(path)]
    assert await asyncio.to_thread(main, words) == 0
    assert 'id="alone"' in await page(desks.first, "/administration")
