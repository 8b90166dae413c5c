"""Search, as each role sees it: by how words begin, newest first, page by page, and nothing that lists don't show."""

from __future__ import annotations

import re
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from hub.casework.search import filters, finding, pages
from tests.simulators.answered import share_with
from tests.simulators.looked import look, queries_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.simulators.agency import Agency, Desk

ROW = re.compile(r'<tr data-line="[^"]+"><td class="num"><a href="(/[^"]+)">([^<]+)</a>')
MORE = re.compile(r'href="(/search[^"]*before=\d+)"')


async def found(desk: Desk, query: str) -> dict[str, list[str]]:
    """Return what a search shows: the names of each kind."""
    status, _, text = await look(desk, f"/search?{query}")
    assert status == 200, text
    parts = re.split(r'<h2 id="found-(\w+)"', text)
    return {
        kind: [name for _, name in ROW.findall(part)]
        for kind, part in zip(parts[1::2], parts[2::2], strict=True)
        if ROW.search(part)
    }


def kept(name: str = "Bicycles", **changes: object) -> dict[str, object]:
    """Return a search that a page keeps."""
    made = {
        "filter_id": secrets.token_hex(16),
        "name": name,
        "query": "bicyc",
        "kind": "requests",
        "narrowed": "only=open",
    }
    return made | changes


@pytest.fixture
async def share_id(agency: Agency) -> str:
    """Ask twice, in two cases; a home answers the first."""
    request_id = await agency.published()
    await (await agency.desk("officer")).draft(
        case_number="26-200200", reason="Three bicycles were taken from a shed at night.", offence_code="16-7-1"
    )
    return await share_with(agency, request_id)


async def test_things_are_found_by_how_their_words_begin(agency: Agency, share_id: str) -> None:
    """All words at once, with and without case and accents; a share by its request's words or its own id."""
    officer = await agency.desk("officer")
    share = f"Share {share_id[:8]}"
    both = {"cases": ["26-104417"], "requests": ["26-104417"], "shares": [share]}
    for query, expected in (
        ("q=26-104417", both),
        ("q=104", both),
        ("q=ENTERING+Auto", both),
        ("q=backpack+26", {"requests": ["26-104417"], "shares": [share]}),
        ("q=bicyc%C3%B3", {}),
        ("q=B%C3%8Dcycles", {"requests": ["26-200200"]}),
        ("q=bicycles+backpack", {}),
        (f"q={share_id}", {"shares": [share]}),
        ("q=4117&in=requests", {"requests": ["26-200200", "26-104417"]}),
        ("q=%25+_&in=cases", {"cases": ["26-200200", "26-104417"]}),
        ("q=&in=requests&only=open", {"requests": ["26-104417"]}),
        ("q=26&in=shares&only=open", {"shares": [share]}),
        ("q=26&in=cases&only=open", {"cases": ["26-200200", "26-104417"]}),
    ):
        assert await found(officer, query) == expected, query


async def test_a_search_shows_each_role_what_its_lists_show(agency: Agency, share_id: str, colleague: Desk) -> None:
    """An officer of another case finds nothing; an auditor no case and no share; a flagged share is custodians'."""
    for person_id, kinds in (("supervisor", {"cases", "requests"}), ("custodian", {"cases", "requests", "shares"})):
        assert set(await found(await agency.desk(person_id), "q=104417")) == kinds
    assert await found(colleague, "q=26") == {}
    officer = await agency.desk("officer")
    assert (await officer.ask("POST", f"/api/shares/{share_id}/flag", {}))[0] == 200
    assert set(await found(officer, "q=104417")) == {"cases", "requests"}


async def test_what_is_found_says_in_which_state_it_is(agency: Agency, share_id: str) -> None:
    """A share that is new, not needed, deleted."""
    officer = await agency.desk("officer")
    address = f"/search?q={share_id}"
    assert ">New</span>" in (await look(officer, address))[2]
    assert (await officer.ask("POST", f"/api/shares/{share_id}/decline", {}))[0] == 200
    assert ">Not needed</span>" in (await look(officer, address))[2]
    agency.clock.ahead += timedelta(days=8)
    await agency.hub.jobs.run_now("custody retention")
    assert ">Deleted</span>" in (await look(await agency.desk("officer"), address))[2]


async def test_tags_are_found_as_they_are_now(agency: Agency, share_id: str) -> None:
    """A case that is closed is open no more."""
    assert share_id
    officer, custodian = await agency.desk("officer"), await agency.desk("custodian")
    address = re.search(r'data-case-id="(\w+)"><td class="num"><a[^>]*>26-104417', (await look(officer, "/cases"))[2])
    assert address
    case = f"/api/cases/{address[1]}"
    assert (await officer.ask("POST", f"{case}/tags", {"tag": "night shift"}))[0] == 200
    assert await found(officer, "q=shift") == {"cases": ["26-104417"]}
    assert (await officer.ask("POST", f"{case}/tags/end", {"tag": "night shift"}))[0] == 200
    assert await found(officer, "q=shift") == {}
    closed = {"case_number": "26-104417", "reason": "It is solved."}
    assert (await custodian.ask("POST", "/api/cases/close", closed))[0] == 200
    assert await found(officer, "q=104417&in=cases&only=open") == {}


@pytest.mark.parametrize("rare", [0, 2_000])
async def test_what_is_found_comes_page_by_page(agency: Agency, monkeypatch: pytest.MonkeyPatch, rare: int) -> None:
    """Each once, newest first, whether a word is rare or all are common and so many are looked at, at a time."""
    officer = await agency.desk("officer")
    numbers = [f"26-{5000 + number}" for number in range(7)]
    for number in numbers:
        words = "A shed was opened at night." if number in {"26-5000", "26-5005"} else "A garage was opened at night."
        await officer.draft(case_number=number, reason=words)
    monkeypatch.setattr(finding, "RARE", rare)
    monkeypatch.setattr(finding, "WALKED", 2)
    monkeypatch.setattr(pages, "PAGE_ROWS", 3)
    for query, expected in (("garage", numbers[6:5:-1] + numbers[4:0:-1]), ("shed", ["26-5005", "26-5000"])):
        seen: list[str] = []
        address: str | None = f"/search?q={query}&in=requests"
        while address is not None:
            _, _, text = await look(officer, address)
            seen += [name for _, name in ROW.findall(text)]
            more = MORE.search(text)
            address = more[1].replace("&amp;", "&") if more else None
        assert seen == expected


async def test_a_search_takes_as_many_queries_for_many_as_for_few(agency: Agency, share_id: str) -> None:
    """Not one a row."""
    assert share_id
    officer = await agency.desk("officer")
    few = await queries_of(agency.hub.database, lambda: look(officer, "/search?q=26"))
    for number in range(8):
        await officer.draft(case_number=f"26-{5000 + number}")
    assert await queries_of(agency.hub.database, lambda: look(officer, "/search?q=26")) == few


async def test_an_address_that_is_no_search_is_refused(agency: Agency) -> None:
    """And what is written into the box stays text."""
    officer = await agency.desk("officer")
    for wrong in ("in=homes", "only=shut", "before=x", "before=-1", f"before={'1' * 10}", f"q={'x' * 201}"):
        assert (await look(officer, f"/search?{wrong}"))[0] == 400, wrong
    assert (await look(officer, "/search?q=%00"))[0] == 400
    status, _, text = await look(officer, "/search?q=%3Cscript%3E%22'--;+%ED%A0%80")
    assert status == 200
    assert '<script>"' not in text


async def test_a_person_keeps_searches_of_their_own(
    agency: Agency, share_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kept twice it is one; nobody else sees or forgets it; they are bounded."""
    assert share_id
    officer, supervisor = await agency.desk("officer"), await agency.desk("supervisor")
    mine = kept()
    for _ in range(2):
        assert (await officer.ask("POST", "/api/filters", mine))[0] == 200
    assert (await officer.ask("POST", "/api/filters", kept("All", query="", kind=None)))[0] == 200
    text = (await look(officer, "/search"))[2]
    assert text.count(">Bicycles</a>") == 1
    assert 'href="/search?q=bicyc&amp;in=requests&amp;only=open"' in text
    assert "Bicycles" not in (await look(supervisor, "/search"))[2]
    forget: Mapping[str, object] = {"filter_id": mine["filter_id"]}
    for path, body in (("/api/filters/end", forget), ("/api/filters", mine)):
        status, answer = await supervisor.ask("POST", path, body)
        assert (status, answer["error"]) == (404, "filter_unknown"), path
    assert "Bicycles" in (await look(officer, "/search"))[2]
    assert [(await officer.ask("POST", "/api/filters/end", forget))[0] for _ in range(2)] == [200, 404]
    assert "Bicycles" not in (await look(officer, "/search"))[2]
    monkeypatch.setattr(filters, "FILTERS_MAX", 1)
    status, answer = await officer.ask("POST", "/api/filters", kept())
    assert (status, answer["error"]) == (409, "too_many_filters")
