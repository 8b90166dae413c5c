"""What auditors see and nobody else."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from hub.app import build_hub
from hub.audit.denials import Denials
from hub.audit.trail import record
from hub.audit.watched import Attempt
from hub.auditors.report.quarters import Quarter
from hub.directory.service import DirectoryService
from hub.directory.setup import read_root_public_key
from hub.identity.sessions.guard import COOKIE
from hub.identity.sessions.service import Sessions
from hub.kit.access import OPERATOR
from hub.kit.settings import Settings
from tests.simulators.agency import found_agency
from tests.simulators.certificates import self_signed
from tests.simulators.flagged import act
from tests.simulators.joining import joins
from tests.simulators.mail_server import mail_server
from tests.simulators.webhook_peer import webhook_peer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulators.agency import Agency, Desk


@pytest.fixture
async def auditor(agency: Agency) -> Desk:
    """Seat an auditor."""
    await joins(agency.settings.folder.parent, "auditor", "auditor")
    return await agency.desk("auditor")


async def page(desk: Desk, path: str) -> str:
    """Return a page."""
    headers = {"Cookie": f"{COOKIE}={desk.cookie}", "Accept": "text/html"}
    async with desk.agency.session.get(desk.agency.officers_url + path, headers=headers) as answer:
        assert answer.status == 200, (path, await answer.text())
        return await answer.text()


async def test_an_auditor_sees_who_did_what_and_that_the_trail_is_whole(agency: Agency, auditor: Desk) -> None:
    """The search itself is a row, once; the next page of it is none."""
    await agency.hub.jobs.run_now("trail")
    request_id = await agency.published()
    status, found = await auditor.ask("GET", f"/api/audit?person=officer&subject={request_id}")
    assert status == 200
    assert [row["action"] for row in found["rows"]] == [
        "request.logged",
        "request.signed_as_officer",
        "request.drafted",
    ]
    assert found["next"] is None
    assert found["trail"]["broken"] is None
    status, found = await auditor.ask("GET", "/api/audit?person=auditor")
    searches = [row for row in found["rows"] if row["action"] == "audit.searched"]
    assert [(row["subject"], row["detail"]) for row in searches] == [("trail", "person subject")]
    before = searches[0]["number"]
    assert (await auditor.ask("GET", f"/api/audit?person=auditor&before={before + 1}"))[1]["rows"][0] == searches[0]
    status, found = await auditor.ask("GET", "/api/audit?action=audit.searched")
    assert len(found["rows"]) == 2
    text = await page(auditor, f"/oversight/trail?subject={request_id}")
    assert 'data-state="whole"' in text
    assert text.count("<tr data-row=") == 4  # the hub itself published it
    assert "Nothing was found." in await page(auditor, "/oversight/trail?action=no.such")


async def test_an_auditor_reads_names_beside_the_ids_that_are_searched_for(agency: Agency, auditor: Desk) -> None:
    """In the trail, among the refusals and the flags; of what is nobody, the trail's own word alone."""
    request_id = await agency.published()
    dana = '{}">Dana Whitfield<br><span class="mono xs muted">{}</span></a></td>'
    text = await page(auditor, f"/oversight/trail?subject={request_id}")
    assert text.count(dana.format("person=person%3Aofficer", "person:officer")) == 3
    assert 'person=system%3Apublication">system:publication</a></td>' in text
    assert (await (await agency.desk("officer")).ask("GET", "/api/flags"))[0] == 403
    await act(agency.hub.database, night=1, person_id="officer")
    for path in ("/oversight/refusals", "/oversight"):
        assert dana.format("person=officer", "officer") in await page(auditor, path), path


async def test_a_long_trail_is_read_page_by_page(agency: Agency, auditor: Desk) -> None:
    """The link to what is older keeps what was asked for."""
    await act(agency.hub.database, action="share.fetched")
    for _ in range(100):
        await act(agency.hub.database, action="share.fetched")
    text = await page(auditor, "/oversight/trail?action=share.fetched")
    link = text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert link.startswith("/oversight/trail?action=share.fetched&before=")
    assert (await page(auditor, link)).count("<tr data-row=") == 1


async def test_an_auditor_sees_flags_and_refusals(agency: Agency, auditor: Desk) -> None:
    """Who tried to approve their own act is there before anybody is told."""
    assert "No flags." in await page(auditor, "/oversight")
    assert "Nothing was found." in await page(auditor, "/oversight/refusals?action=own_act")
    folder = agency.settings.folder.parent
    await joins(folder, "officer", "officer", "supervisor", badge="4117")
    officer = await agency.desk("officer")
    drafted = await officer.draft(urgency="urgent", offence_code="16-5-40", expires_in_h=20)
    status, answer = await officer.sign(drafted["id"], "approver")
    assert (status, answer["error"]) == (403, "own_act")
    found = (await auditor.ask("GET", "/api/flags"))[1]["flags"]
    (flag,) = [each for each in found if each["kind"] == "self_dealing"]  # at night there are odd hours too
    assert (flag["person_id"], flag["about"]) == ("officer", "POST /api/requests/{id}/assertions")
    text = await page(auditor, "/oversight")
    assert "Tried to approve their own act" in text
    assert "Nobody outside of this hub is told" in text
    refusals = (await auditor.ask("GET", "/api/denials?person=officer&action=own_act"))[1]["rows"]
    assert [(each["rule"], each["count"]) for each in refusals] == [("own_act", 1)]
    assert f"refusal {refusals[0]['number']}" == flag["evidence"]
    assert "own_act" in await page(auditor, "/oversight/refusals")
    assert (await auditor.ask("GET", "/api/flags?before=1"))[1] == {"flags": [], "next": None}


async def test_many_flags_are_read_page_by_page(agency: Agency, auditor: Desk) -> None:
    """Newest first."""
    for night in range(101):
        await act(agency.hub.database, night=night, person_id="second")
    found = (await auditor.ask("GET", "/api/flags"))[1]
    assert (len(found["flags"]), found["next"]) == (100, found["flags"][-1]["number"])
    link = f"/oversight?before={found['next']}"
    assert link in await page(auditor, "/oversight")
    assert (await page(auditor, link)).count("<tr data-flag=") >= 1


async def test_a_report_is_there_when_its_quarter_is_over(agency: Agency, auditor: Desk) -> None:
    """As a page and as a PDF; nothing of the quarter that goes on."""
    zone = ZoneInfo(agency.settings.time_zone)
    now = Quarter.of(agency.clock(), zone)
    assert "No quarter is over yet" in await page(auditor, "/oversight/reports")
    async with agency.hub.database.session("test") as session:
        at = now.before().begin(zone)
        await record(session, at=at, actor=OPERATOR, action="code.made", subject="-")
    path = f"/oversight/reports/{now.before().name}"
    assert f'href="{path}/pdf"' in await page(auditor, "/oversight/reports")
    assert "What residents shared" in await page(auditor, path)
    async with agency.session.get(f"{agency.officers_url}{path}/pdf", headers=auditor.headers) as answer:
        assert (answer.status, answer.content_type) == (200, "application/pdf")
        assert (await answer.read()).startswith(b"%PDF-")
    for what in ("", "/pdf"):
        status, answer = await auditor.ask("GET", f"/oversight/reports/{now.name}{what}")
        assert (status, answer["error"]) == (404, "report_unknown")


async def test_a_hub_tells_by_the_ways_that_are_set_and_says_so(tmp_path: Path) -> None:
    """A flag leaves as soon as it is raised; the page says up to which, and since when one is not taken."""
    settings, _ = await asyncio.to_thread(found_agency, tmp_path)
    await joins(tmp_path, "auditor", "auditor")
    certificate, key = self_signed(settings.folder, "hub.city.example")
    async with webhook_peer() as peer, mail_server() as server:
        table = {
            "odd_hours": "none",
            "webhook": peer.url,
            "mail_to": ["council@city.example"],
            "mail_from": "hub@city.example",
            "smtp": f"smtp://127.0.0.1:{server.port}",
            "mail_certificate": certificate.name,
            "mail_key": key.name,
        }
        file = settings.folder / "hub.toml"
        lines = [f"{name} = {json.dumps(value)}" for name, value in table.items()]
        file.write_text("\n".join([file.read_text(), "[oversight]", *lines, ""]))
        server.refuses = True
        hub = build_hub(Settings.load(tmp_path))
        async with hub.running(), TestServer(hub.officers) as officers, ClientSession() as http, asyncio.timeout(30):
            own = Attempt(rule="own_act", route="-", person_id="chief")
            await Denials(hub.database).note(own, hub.clock())
            while not any(b"self_dealing" in base64.b64decode(json.loads(each)["payload"]) for each in peer.got):
                peer.called.clear()
                await peer.called.wait()
            async with hub.database.session("test") as session:
                root = read_root_public_key(settings.folder)
                sessions = Sessions(DirectoryService(settings.agency_id, root, hub.topics))
                token = await sessions.open(
                    session, person_id="auditor", credential_id="key", device="desk", at=hub.clock()
                )
            text = ""
            while "By webhook: up to flag 1, last heard" not in text or "By mail: up to flag 0; not taken" not in text:
                async with http.get(officers.make_url("/oversight"), headers={"Cookie": f"{COOKIE}={token}"}) as answer:
                    text = await answer.text()
            assert "No hour is set as odd." in text
            assert "The certificate that signs mails of oversight expires on" in text
