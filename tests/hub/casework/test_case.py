"""A case at its officers' desk: what is in it, what is written beside it, what an open page is told."""

from __future__ import annotations

import asyncio
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from hub.audit.model import AuditRow
from hub.casework import changes, contents, service
from hub.identity.sessions.guard import COOKIE
from tests.simulators.answered import case_of, share_with
from tests.simulators.looked import look, queries_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.simulators.agency import Agency, Desk

WORDS = "The light SUV of the first clip again, QRV 4471."


def note(text: str = WORDS, **more: object) -> dict[str, object]:
    """Return a note as the page sends it."""
    return {"note_id": secrets.token_hex(16), "text": text, **more}


@pytest.fixture
async def request_id(agency: Agency) -> str:
    """Publish a request, which opens a case."""
    return await agency.published()


@pytest.fixture
async def case(agency: Agency, request_id: str) -> str:
    """Return the path of its case's API."""
    assert request_id
    return f"/api/cases/{await case_of(agency)}"


async def asked(desk_: Desk, path: str, body: object) -> tuple[int, str]:
    """Post; return the status, and the rule of a refusal."""
    status, answer = await desk_.ask("POST", path, body)
    return status, answer.get("error", "done")


async def changed(desk_: Desk, case: str, after: int) -> dict[str, Any]:
    """Return what changed after a position."""
    status, answer = await desk_.ask("GET", f"{case}/changes?after={after}")
    assert status == 200, answer
    found: dict[str, Any] = answer
    return found


async def test_the_list_counts_what_is_in_each_case(agency: Agency, request_id: str, case: str) -> None:
    """Requests, shares, what nobody looked at, what is asked about, tags: for who may see them."""
    for _ in range(2):
        share_id = await share_with(agency, request_id)
    officer, custodian, supervisor = [await agency.desk(each) for each in ("officer", "custodian", "supervisor")]
    assert await asked(officer, f"/api/shares/{share_id}/decline", {}) == (200, "done")
    assert await asked(officer, f"/api/shares/{share_id}/question", note()) == (200, "done")
    assert await asked(officer, f"{case}/tags", {"tag": "Night  shift"}) == (200, "done")
    for desk_ in (officer, custodian):
        for path in ("/cases", "/cases?asked=yes"):
            _, _, text = await look(desk_, path)
            for said in ("26-104417", "1 open", "1 new", "1 asked", "night shift", "Entering automobile"):
                assert said in text, (desk_.person_id, said)
    status, _, text = await look(supervisor, case.removeprefix("/api"))
    assert (status, "Officers of the case and custodians see its shares" in text) == (200, True)
    assert share_id not in text
    text = (await look(supervisor, "/cases"))[2]
    assert "1 open" in text
    assert "1 new" not in text
    assert await asked(custodian, f"/api/shares/{share_id}/answer", note("Keep it, I look at it.")) == (200, "done")
    assert "26-104417" not in (await look(custodian, "/cases?asked=yes"))[2]
    assert await asked(custodian, "/api/cases/close", {"case_number": "26-104417", "reason": "Solved."}) == (
        200,
        "done",
    )
    assert "Closed" in (await look(officer, "/cases"))[2]
    assert "Closed by Ruth Abara, badge 1518, <time" in (await look(officer, case.removeprefix("/api")))[2]


async def test_a_request_says_who_signed_it_by_name_and_badge(agency: Agency, request_id: str) -> None:
    """As all pages say who did something."""
    text = (await look(await agency.desk("supervisor"), f"/requests/{request_id}"))[2]
    assert "<b>Signed by the officer</b><span>Dana Whitfield, badge 4117, <time" in text


async def test_the_lists_take_as_many_queries_for_many_as_for_few(agency: Agency, request_id: str, case: str) -> None:
    """Cases, a case, the shares of a case."""
    officer = await agency.desk("officer")
    await share_with(agency, request_id)
    paths = ("/cases", case.removeprefix("/api"), f"{case}/shares", f"{case}/changes?after=0")
    few = [await queries_of(agency.hub.database, lambda path=path: look(officer, path)) for path in paths]
    for number in range(6):
        await share_with(agency, request_id)
        await officer.draft(case_number=f"26-{5000 + number}")
    many = [await queries_of(agency.hub.database, lambda path=path: look(officer, path)) for path in paths]
    assert many == few


async def test_the_shares_of_a_case_come_page_by_page(
    agency: Agency, request_id: str, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Newest first, each once; also those of one request alone."""
    monkeypatch.setattr(contents, "SHARES_PAGE", 2)
    ids = []
    for _ in range(3):
        ids.append(await share_with(agency, request_id))
        agency.clock.ahead += timedelta(seconds=1)
    officer = await agency.desk("officer")
    other = (await officer.draft())["id"]
    for path, expected in ((f"{case}/shares?", ids[::-1]), (f"{case}/shares?request={other}&", [])):
        seen, after = [], ""
        while after is not None:
            _, page = await officer.ask("GET", f"{path}after={after}")
            seen += [each["share_id"] for each in page["shares"]]
            after = page["next"]
        assert seen == expected


async def test_an_open_page_asks_for_what_changed_alone(agency: Agency, request_id: str, case: str) -> None:
    """A share that comes, one that is put aside, a note, a tag, a person, a request's state: each by itself."""
    officer = await agency.desk("officer")
    first = await share_with(agency, request_id)
    at = (await changed(officer, case, 0))["at"]
    nothing = await changed(officer, case, at)
    assert nothing == {
        "at": at,
        "whole": False,
        "shares": [],
        "flagged": [],
        "notes": [],
        "tags": None,
        "members": None,
        "requests": None,
        "set_aside": None,
    }
    second = await share_with(agency, request_id)
    found = await changed(officer, case, at)
    assert [each["share_id"] for each in found["shares"]] == [second]
    await officer.draft(case_number="26-999999")
    assert (await changed(officer, case, found["at"]))["requests"] is None, "another case's"
    assert await asked(officer, f"/api/shares/{first}/decline", {}) == (200, "done")
    assert await asked(officer, f"{case}/notes", note(share_id=first)) == (200, "done")
    found = await changed(officer, case, found["at"])
    assert [(each["share_id"], each["declined_at"] is None) for each in found["shares"]] == [(first, False)]
    assert [each["text"] for each in found["notes"]] == [WORDS]
    assert await asked(officer, f"{case}/tags", {"tag": "night"}) == (200, "done")
    assert (await officer.act(request_id, "resolve"))[0] == 200
    found = await changed(officer, case, found["at"])
    assert (found["tags"], [each["badge"] for each in found["members"]]) == (["night"], ["4117"])
    assert [each["state"] for each in found["requests"]] == ["resolved"]


async def test_who_missed_too_much_asks_for_the_whole(
    agency: Agency, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So does who comes with a position that was never given; what is no number is refused."""
    officer = await agency.desk("officer")
    assert (await changed(officer, case, 10**9))["whole"]
    monkeypatch.setattr(changes, "CHANGES_MAX", 1)
    assert (await changed(officer, case, 0))["whole"]
    for wrong in ("", "x", "-1", "1" * 19, "%D9%A1"):
        status, answer = await officer.ask("GET", f"{case}/changes?after={wrong}")
        assert (status, answer["error"]) == (400, "position_unknown"), wrong


async def test_what_is_flagged_leaves_an_open_page_and_its_notes_go_with_it(
    agency: Agency, request_id: str, case: str
) -> None:
    """Custodians still see both."""
    share_id = await share_with(agency, request_id)
    officer, custodian = await agency.desk("officer"), await agency.desk("custodian")
    assert await asked(officer, f"{case}/notes", note(share_id=share_id)) == (200, "done")
    at = (await changed(officer, case, 0))["at"]
    assert await asked(officer, f"/api/shares/{share_id}/flag", {}) == (200, "done")
    found = await changed(officer, case, at)
    assert (found["shares"], found["flagged"]) == ([], [share_id[:8]])
    assert WORDS not in (await look(officer, case.removeprefix("/api")))[2]
    assert [each["share_id"] for each in (await changed(custodian, case, at))["shares"]] == [share_id]
    assert WORDS in (await look(custodian, case.removeprefix("/api")))[2]
    assert await asked(officer, f"{case}/notes", note(share_id=share_id)) == (404, "share_unknown")


async def test_a_note_is_written_once_and_never_changed(
    agency: Agency, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lost answer costs nothing; the trail has that it was written, not its words."""
    officer, supervisor = await agency.desk("officer"), await agency.desk("supervisor")
    sent = note(share_id=None)
    first = await officer.ask("POST", f"{case}/notes", sent)
    assert await officer.ask("POST", f"{case}/notes", sent) == first
    assert await asked(officer, f"{case}/notes", sent | {"text": "Other words."}) == (409, "note_differs")
    assert await asked(supervisor, f"{case}/notes", sent) == (409, "note_differs")
    async with agency.hub.database.reading() as session:
        rows = (await session.scalars(select(AuditRow).where(AuditRow.action == "case.noted"))).all()
    assert [(row.actor, row.detail) for row in rows] == [("person:officer", sent["note_id"])]
    assert not any("QRV" in repr(vars(row)) for row in rows)
    monkeypatch.setattr(service, "NOTES_MAX", 1)
    assert await asked(officer, f"{case}/notes", note(share_id=None)) == (409, "too_many_notes")
    assert "&lt;b&gt;" not in (await look(officer, case.removeprefix("/api")))[2]


async def test_tags_are_words_and_bounded(agency: Agency, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put on twice it is one; taken off twice it is none."""
    officer = await agency.desk("officer")
    for _ in range(2):
        assert (await officer.ask("POST", f"{case}/tags", {"tag": "Night"}))[1] == {"tags": ["night"]}
    for wrong in ("<b>", "-", "'", "é"):
        assert await asked(officer, f"{case}/tags", {"tag": wrong}) == (400, "tag_wrong")
    monkeypatch.setattr(service, "TAGS_MAX", 1)
    assert await asked(officer, f"{case}/tags", {"tag": "day"}) == (409, "too_many_tags")
    for _ in range(2):
        assert (await officer.ask("POST", f"{case}/tags/end", {"tag": "night"}))[1] == {"tags": []}


async def test_a_question_waits_until_a_custodian_answers_and_again_when_asked_again(
    agency: Agency, request_id: str, case: str
) -> None:
    """A repeat asks once."""
    share_id = await share_with(agency, request_id)
    officer, custodian = await agency.desk("officer"), await agency.desk("custodian")
    question, answer = f"/api/shares/{share_id}/question", f"/api/shares/{share_id}/answer"
    assert await asked(custodian, answer, note()) == (409, "nothing_asked")
    first, reply = note(), note("Yes.")
    for path, sent, desk_ in ((question, first, officer), (answer, reply, custodian)):
        for _ in range(2):
            assert await asked(desk_, path, sent) == (200, "done")
    (shown,) = (await officer.ask("GET", f"{case}/shares"))[1]["shares"]
    assert shown["asked_at"] is not None
    assert shown["answered_at"] is not None
    assert await asked(officer, question, note()) == (200, "done")
    (shown,) = (await officer.ask("GET", f"{case}/shares"))[1]["shares"]
    assert shown["answered_at"] is None
    assert await asked(officer, f"/api/shares/{'0' * 32}/question", note()) == (404, "share_unknown")


async def test_nothing_of_a_case_is_found_by_who_is_not_in_it(
    agency: Agency, request_id: str, case: str, colleague: Desk
) -> None:
    """By its id, by a share's id, or by another case's note about that share."""
    share_id = await share_with(agency, request_id)
    page = case.removeprefix("/api")
    for path in (page, f"{page}/events", f"{case}/shares", f"{case}/changes?after=0"):
        assert (await colleague.ask("GET", path))[0] == 404, path
    for path, body in (
        (f"{case}/notes", note(share_id=None)),
        (f"{case}/tags", {"tag": "x"}),
        (f"{case}/tags/end", {"tag": "x"}),
        (f"/api/shares/{share_id}/question", note()),
    ):
        assert (await asked(colleague, path, body))[0] == 404, path
    assert "26-104417" not in (await look(colleague, "/cases"))[2]
    await colleague.draft(case_number="26-104418")
    own = f"/api/cases/{await case_of(agency, '26-104418')}"
    assert await asked(colleague, f"{own}/notes", note(share_id=share_id)) == (404, "share_unknown")
    custodian = await agency.desk("custodian")
    assert await asked(custodian, f"{own}/notes", note(share_id=share_id)) == (404, "share_unknown")


async def events(desk_: Desk, path: str) -> AsyncIterator[str]:
    """Yield the names of a page's events."""
    headers = {"Cookie": f"{COOKIE}={desk_.cookie}", "Accept": "text/event-stream"}
    async with desk_.agency.session.get(desk_.agency.officers_url + path, headers=headers) as answer:
        assert answer.status == 200
        async for line in answer.content:
            if line.startswith(b"event: "):
                yield line.decode().strip().removeprefix("event: ")


async def test_an_open_case_is_told_that_something_changed_and_ends_for_who_is_taken_off(
    agency: Agency, request_id: str, case: str, colleague: Desk
) -> None:
    """Not what; and not of other cases."""
    officer = await agency.desk("officer")
    assert await asked(officer, f"{case}/members", {"officer": "9001"}) == (200, "done")
    stream = events(colleague, f"{case.removeprefix('/api')}/events")
    async with asyncio.timeout(20):
        assert await anext(stream) == "ready"
        waiting = asyncio.ensure_future(anext(stream))
        await agency.published(case_number="26-999999")
        await asyncio.sleep(0)
        assert not waiting.done()
        await share_with(agency, request_id)
        assert await waiting == "changed"
        assert await asked(officer, f"{case}/members/end", {"person_id": "mallory"}) == (200, "done")
        assert await anext(stream, "ended") == "ended"


async def test_a_supervisor_reads_whose_the_shares_are_and_is_not_asked_to_pick_one(agency: Agency, case: str) -> None:
    """Who opens them is asked to; nobody has keys for a list that they don't see."""
    said = {}
    for person_id in ("supervisor", "officer", "custodian"):
        seated = await agency.desk(person_id)
        address = agency.officers_url + case.removeprefix("/api")
        headers = seated.headers | {"Accept": "text/html"}
        async with agency.session.get(address, headers=headers) as answer:
            assert answer.status == 200
            said[person_id] = await answer.text()
    assert "Officers of the case open them, and custodians." in said["supervisor"]
    assert "Pick one" not in said["supervisor"]
    assert "to move" not in said["supervisor"]
    for person_id in ("officer", "custodian"):
        assert "Pick one to open it" in said[person_id]
        assert "Officers of the case open them" not in said[person_id]
