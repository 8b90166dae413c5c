"""Every page: its headers, its nonce, nothing from outside; what a person sees of an error; what changes by itself."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from hub.identity.sessions.guard import COOKIE
from hub.identity.sessions.service import SESSION_MAX
from hub.web.assets import FOREVER, NO_CACHE, NOTICES
from milton_protocol.base64_text import read_b64
from milton_protocol.messages.requests.request import Request
from tests.simulators.hub_bench import seed_home
from tests.simulators.looked import look
from tests.simulators.sealed_share import HomeClient, seal_share

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.simulators.agency import Agency, Desk

SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL)
HANDLER = re.compile(r"\son[a-z]+\s*=", re.IGNORECASE)
ADDRESS = re.compile(r'(?:src|href|action)="(?P<address>[^"]*)"')


@pytest.fixture
async def request_id(agency: Agency) -> str:
    """Publish an ordinary request."""
    return await agency.published()


async def share_with(agency: Agency, request_id: str) -> str:
    """Let a home answer a request; return the share's id."""
    officer = await agency.desk("officer")
    _, shown = await officer.ask("GET", f"/requests/{request_id}/signable")
    request = Request.from_bytes(read_b64(shown["payload"], "payload"))
    share = seal_share(request, request_id)
    home = HomeClient(agency.session, agency.homes_url, await seed_home(agency.hub.database))
    await home.send(share)
    return share.share.share_id


async def test_every_page_loads_only_from_its_own_origin_and_runs_no_inline_script(
    agency: Agency, request_id: str
) -> None:
    """The policy forbids it, and no page needs it."""
    share_id = await share_with(agency, request_id)
    officer, supervisor = await agency.desk("officer"), await agency.desk("supervisor")
    pages = [
        *((officer, path) for path in ("/sign-in", "/sign-in/return", "/invite", "/account", "/keys", "/requests")),
        *((officer, path) for path in ("/requests/new", f"/requests/{request_id}", f"/shares/{share_id}", "/nothing")),
        (supervisor, "/cosign"),
    ]
    for desk, path in pages:
        status, headers, text = await look(desk, path)
        assert status == (404 if path == "/nothing" else 200), path
        policy = headers["Content-Security-Policy"]
        nonce = re.search(r"'nonce-([^']+)'", policy)
        assert nonce is not None
        assert "unsafe" not in policy
        assert "require-trusted-types-for 'script'" in policy
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert not HANDLER.search(text), path
        assert "<style" not in text
        assert ' style="' not in text
        for script in SCRIPT.finditer(text):
            assert f'nonce="{nonce[1]}"' in script["attributes"]
            assert not script["text"].strip() or 'type="application/json"' in script["attributes"]
        for found in ADDRESS.finditer(text):
            assert found["address"].startswith(("/", "#", "data:,")), found["address"]


async def test_a_nonce_serves_one_answer_only(agency: Agency) -> None:
    """Two looks at a page have two."""
    officer = await agency.desk("officer")
    first, second = [(await look(officer, "/requests"))[1]["Content-Security-Policy"] for _ in range(2)]
    assert first != second


async def test_text_of_a_request_is_shown_as_text(agency: Agency) -> None:
    """What an officer writes is never markup, nor can it end the page's data."""
    officer = await agency.desk("officer")
    reason = "Cars were opened </script><img src=x onerror=alert(1)> by one person on foot."
    drafted = await officer.draft(reason=reason)
    for path in (f"/requests/{drafted['id']}", "/requests"):
        _, _, text = await look(officer, path)
        assert "<img" not in text
    assert "&lt;/script&gt;" in (await look(officer, f"/requests/{drafted['id']}"))[2]


async def test_a_person_sees_an_error_as_a_page_and_a_program_as_json(agency: Agency) -> None:
    """Both with the rule's name."""
    officer = await agency.desk("officer")
    missing = f"/requests/{'0' * 64}"
    status, _, text = await look(officer, missing)
    assert (status, "request_unknown" in text, "There is no such request." in text) == (404, True, True)
    status, _, text = await look(officer, "/cosign")
    assert (status, "not_allowed" in text) == (403, True)
    assert (await officer.ask("GET", f"{missing}/signable"))[1]["error"] == "request_unknown"


async def test_an_officer_sees_only_own_requests(agency: Agency, request_id: str) -> None:
    """A supervisor sees it, and may not approve what needs nobody else."""
    supervisor = await agency.desk("supervisor")
    status, _, text = await look(supervisor, f"/requests/{request_id}")
    assert (status, 'id="cosign"' in text, 'id="sign"' in text) == (200, False, False)
    assert request_id not in (await look(supervisor, "/cosign"))[2]
    _, signable = await supervisor.ask("GET", f"/requests/{request_id}/signable")
    assert signable["person_id"] == "supervisor"
    assert len(signable["credential_ids"]) == 1


async def test_what_waits_for_a_second_person_is_listed_for_supervisors(agency: Agency) -> None:
    """With its state in words."""
    officer, supervisor = await agency.desk("officer"), await agency.desk("supervisor")
    large = {"kind": "circle", "center": [341_400_000, -843_000_000], "radius_m": 400}
    drafted = await officer.draft(area=large, why_larger="Three streets, and the way out of them.")
    assert (await officer.sign(drafted["id"]))[0] == 200
    text = (await look(supervisor, "/cosign"))[2]
    assert "0.194 sq mi, above 0.100" in text
    assert "Three streets, and the way out of them." in text
    assert drafted["id"] in text
    assert "Signed, waits for a second person" in text
    assert 'id="cosign"' in (await look(supervisor, f"/requests/{drafted['id']}"))[2]
    assert 'id="cosign"' not in (await look(officer, f"/requests/{drafted['id']}"))[2]


async def test_hashed_files_are_kept_for_ever_and_others_are_not_there(agency: Agency) -> None:
    """Every page's script and style is served under the name that the page has."""
    officer = await agency.desk("officer")
    _, _, text = await look(officer, "/requests")
    names = re.findall(r'(?:src|href)="(/static/[^"]+)"', text)
    assert len(names) == 2
    for name in names:
        status, headers, content = await look(officer, name)
        assert (status, headers["Cache-Control"], bool(content)) == (200, FOREVER, True)
    for name in ("/static/manifest.json", "/static/officer.css", "/static/..%2fpages.py"):
        assert (await look(officer, name))[0] == 404


async def test_the_licenses_of_what_is_built_in_are_served_beside_it(agency: Agency) -> None:
    """Under a name that stays, so that nobody is shown those of an older release."""
    status, headers, text = await look(await agency.desk("officer"), f"/static/{NOTICES}")
    assert (status, headers["Cache-Control"], headers["Content-Type"]) == (200, NO_CACHE, "text/plain; charset=utf-8")
    assert "Permission is hereby granted" in text


async def events(desk: Desk, request_id: str) -> AsyncIterator[str]:
    """Yield the names of the events of a request's page."""
    headers = {"Cookie": f"{COOKIE}={desk.cookie}", "Accept": "text/event-stream"}
    url = f"{desk.agency.officers_url}/requests/{request_id}/events"
    async with desk.agency.session.get(url, headers=headers) as answer:
        assert answer.status == 200
        async for line in answer.content:
            if line.startswith(b"event: "):
                yield line.decode().strip().removeprefix("event: ")


async def test_an_open_page_is_told_that_a_share_arrived(agency: Agency, request_id: str) -> None:
    """Without asking again and again, and without saying what it is."""
    stream = events(await agency.desk("officer"), request_id)
    assert await anext(stream) == "ready"
    waiting = asyncio.ensure_future(anext(stream))
    await share_with(agency, request_id)
    async with asyncio.timeout(5):
        assert await waiting == "changed"
    await stream.aclose()


async def test_a_stream_ends_with_its_session(agency: Agency, request_id: str) -> None:
    """A locked device hears no more."""
    officer = await agency.desk("officer")
    stream = events(officer, request_id)
    assert await anext(stream) == "ready"
    waiting = asyncio.ensure_future(anext(stream, "ended"))
    await officer.ask("GET", "/api/requests")
    agency.clock.ahead += SESSION_MAX
    await agency.published()  # rings the bell
    async with asyncio.timeout(20):
        assert await waiting == "ended"


async def test_a_stream_of_what_one_may_not_see_is_refused(agency: Agency) -> None:
    """Before it begins."""
    officer = await agency.desk("officer")
    assert (await officer.ask("GET", f"/requests/{'0' * 64}/events"))[0] == 404


async def test_a_worker_has_a_fixed_address_a_policy_of_its_own_and_no_more_pages_than_it_needs(
    agency: Agency,
) -> None:
    """It loads no script and speaks to this origin alone; the pages' policy makes addresses for nothing else."""
    officer = await agency.desk("officer")
    for name, scope in (("clips.js", "/shares/"), ("checker.js", None)):
        status, headers, text = await look(officer, f"/workers/{name}")
        assert (status, headers["Content-Type"]) == (200, "text/javascript; charset=utf-8")
        assert "importScripts" not in text
        assert headers.get("Service-Worker-Allowed") == scope
        assert headers["Cache-Control"] == "no-store"
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; connect-src 'self'; ")
        assert "trusted-types 'none'" in policy
    assert (await look(officer, "/workers/manifest.json"))[0] == 404
    assert "trusted-types milton-worker" in (await look(officer, "/requests"))[1]["Content-Security-Policy"]


async def test_times_are_on_the_agencys_clocks_and_say_so(agency: Agency, request_id: str) -> None:
    """In the page, for who has no script, and in what its script is told."""
    _, _, text = await look(await agency.desk("officer"), f"/requests/{request_id}")
    times = re.findall(r'<time datetime="([^"]*)"[^>]*>([^<]*)</time>', text)
    assert len(times) >= 4
    zone = ZoneInfo("America/New_York")
    for utc, shown in times:
        assert shown == datetime.fromisoformat(utc).astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")
        assert shown[-3:] in {"EST", "EDT"}
    assert json.loads(re.findall(r'id="page-data"[^>]*>(.*?)</script>', text, re.DOTALL)[0])["time_zone"] == str(zone)
