"""Lists and searches, narrowed: by state, offense, time, whose it is, what is held and what ends soon."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from hub.casework.narrow import NARROWED_MAX_CHARS, Narrow, Stage
from hub.kit.errors import HubError
from tests.hub.casework.search.test_search import found, kept
from tests.simulators.answered import case_of, share_with
from tests.simulators.looked import look

if TYPE_CHECKING:
    from tests.simulators.agency import Agency, Desk

NUMBER = re.compile(r'data-(?:request|case)-id="\w+"[^>]*><td class="num"><a[^>]*>([^<]+)</a>')
OPEN, DRAFT, BURGLARY = "26-104417", "26-200200", "26-300300"
ZONE = ZoneInfo("America/New_York")


async def listed(desk: Desk, path: str) -> list[str]:
    """Return the case numbers of a list."""
    status, _, text = await look(desk, path)
    assert status == 200, text
    return NUMBER.findall(text)


@pytest.fixture
async def share_id(agency: Agency) -> str:
    """Ask in three cases, of which one request is open and is answered."""
    officer = await agency.desk("officer")
    request_id = await agency.published()
    agency.clock.ahead += timedelta(seconds=1)
    await officer.draft(case_number=DRAFT)
    agency.clock.ahead += timedelta(seconds=1)
    await officer.draft(case_number=BURGLARY, offence_code="16-7-1")
    return await share_with(agency, request_id)


async def test_lists_are_narrowed_by_what_their_form_has(agency: Agency, share_id: str, colleague: Desk) -> None:
    """Each alone and together, for who sees all and for who sees their own; a filter shows nobody more than before."""
    assert share_id
    officer, custodian = await agency.desk("officer"), await agency.desk("custodian")
    today = agency.clock().astimezone(ZONE).date()
    tomorrow = today + timedelta(days=1)
    for query, requests, cases in (
        ("", [BURGLARY, DRAFT, OPEN], [BURGLARY, DRAFT, OPEN]),
        ("only=open", [OPEN], [BURGLARY, DRAFT, OPEN]),
        ("only=waiting", [BURGLARY, DRAFT], []),
        ("only=closed", [], []),
        ("offence=16-7-1", [BURGLARY], [BURGLARY]),
        ("offence=16-7-1&only=open", [], [BURGLARY]),
        (f"from={today}&until={today}", [BURGLARY, DRAFT, OPEN], [BURGLARY, DRAFT, OPEN]),
        (f"from={tomorrow}", [], []),
        (f"until={today - timedelta(days=1)}", [], []),
        ("last=7&offence=16-8-18", [DRAFT, OPEN], [DRAFT, OPEN]),
        ("soon=yes", [], []),
        ("only=&offence=&last=&from=&until=", [BURGLARY, DRAFT, OPEN], [BURGLARY, DRAFT, OPEN]),
    ):
        assert await listed(officer, f"/requests?{query}") == requests, query
        assert await listed(custodian, f"/cases?{query}") == cases, query
    assert await listed(custodian, "/requests?offence=16-7-1") == [BURGLARY]
    assert await listed(officer, "/cases?offence=16-7-1") == [BURGLARY]
    assert await listed(colleague, "/requests?only=open") == await listed(colleague, "/cases?only=open") == []
    assert await listed(officer, "/requests?own=yes") == [BURGLARY, DRAFT, OPEN]
    assert await listed(custodian, "/requests?own=yes") == []
    assert await listed(custodian, "/cases?own=yes") == []


async def test_what_is_held_and_what_ends_soon_is_found(agency: Agency, share_id: str, colleague: Desk) -> None:
    """A held share, its request and its case; before that, what will be deleted; both for who may see it alone."""
    officer, custodian = await agency.desk("officer"), await agency.desk("custodian")
    share = f"Share {share_id[:8]}"

    async def finds(desk: Desk, query: str) -> tuple[object, ...]:
        return (
            await found(desk, query),
            await listed(desk, f"/requests?{query}"),
            await listed(desk, f"/cases?{query}"),
        )

    nothing: tuple[object, ...] = ({}, [], [])
    agency.clock.ahead += timedelta(days=2, hours=1)  # the request, of 72 hours, closes within a day
    officer, custodian = await agency.desk("officer"), await agency.desk("custodian")
    assert await finds(officer, "soon=yes") == ({"cases": [OPEN], "requests": [OPEN]}, [OPEN], [OPEN])
    assert (await officer.ask("POST", f"/api/shares/{share_id}/decline", {}))[0] == 200  # seven days, then it goes
    agency.clock.ahead += timedelta(days=5)
    officer, custodian = await agency.desk("officer"), await agency.desk("custodian")
    assert (await found(officer, "soon=yes"))["shares"] == [share]
    assert await finds(custodian, "held=yes") == nothing
    async with agency.session.get(
        f"{agency.officers_url}/api/shares/{share_id}/parts/clip/body", headers=officer.headers
    ) as answer:
        assert answer.status == 200
    held = await custodian.ask("POST", f"/api/shares/{share_id}/holds", {"reason": "The prosecutor asked for it."})
    assert held[0] == 200, held
    everything = ({"cases": [OPEN], "requests": [OPEN], "shares": [share]}, [OPEN], [OPEN])
    assert await finds(custodian, "held=yes") == everything
    assert await finds(officer, "held=yes") == everything
    assert "shares" not in await found(officer, "soon=yes")
    assert await finds(await agency.desk(colleague.person_id), "held=yes") == nothing
    assert (await custodian.ask("POST", f"/api/shares/{share_id}/flag", {}))[0] == 200
    assert await finds(officer, "held=yes") == nothing
    assert await finds(custodian, "held=yes") == everything


async def test_a_search_is_narrowed_and_kept_so(agency: Agency, share_id: str) -> None:
    """With words and without; what is kept leads to the same search again."""
    officer, today = await agency.desk("officer"), agency.clock().astimezone(ZONE).date()
    share = f"Share {share_id[:8]}"
    assert await found(officer, "q=26&only=open&in=shares") == {"shares": [share]}
    assert await found(officer, "q=26&offence=16-7-1") == {"cases": [BURGLARY], "requests": [BURGLARY]}
    assert await found(officer, f"from={today}&only=waiting") == {"requests": [BURGLARY, DRAFT]}
    assert await found(officer, f"until={today - timedelta(days=2)}") == {}
    assert await found(officer, f"from={today + timedelta(days=2)}") == {}
    mine = kept("Burglaries", query="26", kind=None, narrowed="last=7&offence=16-7-1&only=waiting")
    assert (await officer.ask("POST", "/api/filters", mine))[0] == 200
    text = (await look(officer, "/search"))[2]
    address = re.search(r'href="/search\?([^"]*)">Burglaries', text)
    assert address
    assert address[1] == "q=26&amp;only=waiting&amp;offence=16-7-1&amp;last=7"
    assert await found(officer, address[1].replace("&amp;", "&")) == {"requests": [BURGLARY]}
    for wrong in ("only=shut", "x", "from=2026-13-01", "last=7" * 60, f"offence={'🚲' * 40}"):
        status, answer = await officer.ask("POST", "/api/filters", kept(narrowed=wrong))
        assert status == 400, (wrong, answer)


async def test_words_of_notes_are_found_by_who_may_read_them(agency: Agency, share_id: str, colleague: Desk) -> None:
    """Of a case by all of its people, of a share that custodians alone see by them; an id takes no other's place."""
    officer, custodian = await agency.desk("officer"), await agency.desk("custodian")
    case = f"/api/cases/{await case_of(agency)}"
    for of, text in ((None, "The Étude on Main Street has a camera."), (share_id, "A child is seen with a kite.")):
        note = {"note_id": secrets.token_hex(16) if of is None else share_id, "share_id": of, "text": text}
        for _ in range(2):
            assert (await officer.ask("POST", f"{case}/notes", note))[0] == 200
    assert await found(officer, "q=etude") == {"notes": [OPEN]}
    assert await found(officer, "q=kite&in=notes&own=yes") == {"notes": [OPEN]}
    assert await found(custodian, "q=kite&in=notes&own=yes") == {}
    assert await found(officer, f"q={share_id}") == {"shares": [f"Share {share_id[:8]}"]}
    assert "A child is seen with a kite." in (await look(officer, "/search?q=kite"))[2]
    assert await found(colleague, "q=etude") == {}
    assert (await officer.ask("POST", f"/api/shares/{share_id}/flag", {}))[0] == 200
    assert await found(officer, "q=kite") == {}
    assert await found(officer, "q=etude") == {"notes": [OPEN]}
    assert await found(custodian, "q=kite") == {"notes": [OPEN]}
    assert await found(await agency.desk("supervisor"), "q=kite") == {}


async def test_pages_of_a_narrowed_list_follow_each_other(
    agency: Agency, share_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The way to older ones keeps the filter, and the stream of the list is that of the filter."""
    assert share_id
    officer = await agency.desk("officer")
    monkeypatch.setattr("hub.web.pages.paging.read_page.__kwdefaults__", {"size": 1})
    for path, one, other in (("/requests", BURGLARY, DRAFT), ("/cases", BURGLARY, DRAFT)):
        _, _, text = await look(officer, f"{path}?only={'waiting' if path == '/requests' else 'open'}")
        assert NUMBER.findall(text) == [one]
        older = re.search(r'href="([^"]*)" id="older"', text)
        assert older
        assert await listed(officer, older[1].replace("&amp;", "&")) == [other]
        assert re.search(r'"follows": "/lists/\w+/events\?only=(waiting|open)', text)


@pytest.mark.parametrize(
    "query",
    [
        {"only": "shut"},
        {"last": "8"},
        {"own": "no"},
        {"from": "yesterday"},
        {"from": "20261126"},
        {"until": "9999-12-31"},
        {"offence": "x" * 41},
        {"offence": "a\nb"},
    ],
)
def test_what_narrows_nothing_is_refused(query: dict[str, str]) -> None:
    """By a rule of its own."""
    with pytest.raises(HubError) as caught:
        Narrow.of(query)
    assert (caught.value.rule, caught.value.status) == ("filter_unreadable", 400)


def test_a_filter_reads_as_it_was_written() -> None:
    """In an address and as it is kept; the longest fits."""
    whole = Narrow(
        only=Stage.WAITING,
        offence="§" * 30,
        from_="2026-11-01",
        until="2026-11-26",
        last="30",
        own=True,
        held=True,
        soon=True,
    )
    assert Narrow.of(whole.query) == Narrow.of_text(whole.text) == whole
    assert len(whole.text) <= NARROWED_MAX_CHARS
    assert Narrow.of_text("") == Narrow.of({}) == Narrow()


def test_a_period_is_of_the_agencys_days() -> None:
    """A day begins and ends by the agency's clock, also one of 25 hours; the later beginning counts."""
    now = datetime(2026, 11, 20, tzinfo=UTC)
    begin, end = Narrow(from_="2026-11-01", until="2026-11-01").period(ZONE, now)
    assert (begin, end) == (datetime(2026, 11, 1, 4, tzinfo=UTC), datetime(2026, 11, 2, 5, tzinfo=UTC))
    assert Narrow(from_="2026-11-01", last="7").period(ZONE, now) == (now - timedelta(days=7), None)
    assert Narrow().period(ZONE, now) == (None, None)
