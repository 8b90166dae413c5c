"""Attacks on the community house: guessed codes, others' entries, counted ids, made-up sessions."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from hub.community.guard import COOKIE
from hub.community.police_view import PoliceView
from hub.community.registry.model import Entry
from hub.community.wrong import WRONG
from hub.identity.sessions.guard import COOKIE as OFFICERS_COOKIE
from hub.kit.codes import new_code
from hub.kit.guesses import SLOW_S
from hub.web.routing import ROUTES, RouteAccess
from milton_protocol.geometry import Circle, Point
from milton_protocol.messages.homes.camera_entry import EntryState
from tests.simulators.community import new_key, running_community
from tests.simulators.registered import AT_POINT, HERE, Camera

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.community import CommunityBench, Resident

# What nobody has to sign in for, of what scripts call.
OPEN = {
    ("GET", "/api/city"),
    ("GET", "/api/feed"),
    ("GET", "/api/map"),
    ("POST", "/api/join"),
    ("POST", "/api/session"),
    ("POST", "/api/tickets"),
}


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[CommunityBench]:
    """Serve a house without residents."""
    async with running_community(tmp_path) as started:
        yield started


async def seconds(bench: CommunityBench, path: str, body: object, address: str) -> float:
    """Return how long a refusal takes to come to an address."""
    begun = time.monotonic()
    status, _ = await bench.ask("POST", path, body, **{"X-Real-IP": address})
    assert status == 404
    return time.monotonic() - begun


async def test_guessed_codes_and_keys_are_slowed_and_lock_nobody_out(bench: CommunityBench) -> None:
    """One network guesses slowly; a right code from it is taken at once, and other networks notice nothing."""
    joining = {"account_id": "0" * 32, "key_sha256": "0" * 64, "language": "en"}
    tries = [("/api/join", {"code": new_code(), **joining}), ("/api/session", {"key": new_key()})] * 5
    assert len(tries) == WRONG.burst
    for path, body in tries:
        assert await seconds(bench, path, body, "203.0.113.7") < SLOW_S
    for path, body in tries[:2]:
        assert await seconds(bench, path, body, "203.0.113.7") >= SLOW_S
    assert await seconds(bench, *tries[0], "203.0.113.8") < SLOW_S
    begun, body = time.monotonic(), {"code": await bench.letter(), **joining}
    assert await bench.ask("POST", "/api/join", body, **{"X-Real-IP": "203.0.113.7"}) == (200, {})
    assert time.monotonic() - begun < SLOW_S


async def put(resident: Resident, path: str, body: object) -> object:
    """Return the rule by which a put is refused, None where it isn't."""
    _, answer = await resident.ask("PUT", path, body)
    return answer.get("error")


async def test_another_accounts_entry_is_neither_read_changed_nor_confirmed(bench: CommunityBench) -> None:
    """Not even with its own signed bytes; it answers as one that was never there, and stays as it is."""
    owner, other, camera = await bench.resident(), await bench.resident(), Camera(place=AT_POINT)
    entry = await camera.put(owner)
    body, nobodys = camera.body(), Camera()
    assert await put(other, camera.path, body) == "entry_unknown"
    camera.revision = 2
    assert await put(other, camera.path, camera.body(EntryState.ERASED)) == "entry_unknown"
    missing = await other.ask("POST", f"{nobodys.path}/confirm")
    assert missing[1]["error"] == "entry_unknown"
    assert await other.ask("POST", f"{camera.path}/confirm") == missing
    assert await other.ask("GET", "/api/entries") == (200, {"entries": [], "next_number": 1})
    assert await owner.ask("GET", "/api/entries") == (200, {"entries": [entry], "next_number": 2})


async def test_a_camera_at_anothers_address_neither_shows_nor_changes_theirs(bench: CommunityBench) -> None:
    """Whoever puts one there is answered as for any other place; both stay, each with its own owner."""
    owner, other = await bench.resident(), await bench.resident()
    theirs, free = await Camera(place=AT_POINT).put(owner), replace(AT_POINT, point=Point(HERE.lat_e7, HERE.lon_e7 + 9))
    said = [await Camera(number=number, place=place).put(other) for number, place in ((1, AT_POINT), (2, free))]
    assert [{**each, "id": "", "number": 0, "envelope": ""} for each in said] == [
        {**theirs, "id": "", "number": 0, "envelope": ""}
    ] * 2
    assert await owner.ask("GET", "/api/entries") == (200, {"entries": [theirs], "next_number": 2})
    async with bench.community.database.reading() as session:
        rows = (await session.scalars(select(Entry).where(Entry.lat_e7 == HERE.lat_e7))).all()
    assert sorted(row.account_id for row in rows) == sorted([owner.account_id, other.account_id, other.account_id])


async def test_nothing_that_is_counted_counts_more_than_ones_own(bench: CommunityBench) -> None:
    """Ids are random; a number is of one's own cameras, whatever others did meanwhile, and no page tells another's."""
    first, camera = await bench.resident(), Camera()
    answers = [await camera.put(first), *[await Camera().put(await bench.resident()) for _ in range(3)]]
    assert [each["number"] for each in answers] == [1] * 4
    officer = {"badge": "4117", "case_number": "26-104417", "at": bench.clock()}
    await PoliceView(bench.community.database).look_up(Circle(center=HERE, radius_m=250), **officer)
    tickets = [(await first.ask("POST", "/api/tickets", {}))[1]["ticket"] for _ in range(2)]
    told = json.dumps([await first.ask("GET", path) for path in ("/api/entries", "/api/notices")]) + "".join(tickets)
    assert [each["id"] for each in answers[1:] if each["id"] in told] == []
    ids = sorted(int(each["id"], 16) for each in answers)
    assert min(high - low for low, high in pairwise(ids)) > 2**64  # by chance once in 10^18
    assert len(set(tickets) | {await bench.letter() for _ in range(2)}) == 4
    pages = [
        await shown(first, f"/cameras/new?change={each['id']}") for each in (*answers, {"id": secrets.token_hex(16)})
    ]
    assert [status for status, _ in pages] == [200, *[404] * 4]
    assert len({text for _, text in pages[1:]}) == 1


async def shown(resident: Resident, path: str) -> tuple[int, str]:
    """Return a page as the resident's browser is shown it."""
    headers = {"Cookie": f"{COOKIE}={resident.token}", "Accept": "text/html"}
    async with resident.bench.session.get(resident.bench.url + path, headers=headers) as answer:
        return answer.status, await answer.text()


async def test_only_what_the_entrys_own_key_signed_is_taken(bench: CommunityBench) -> None:
    """Under its own id, for this agency; nothing of a refused one is kept."""
    owner, camera, another = await bench.resident(), Camera(), Camera()
    forged = camera.body()
    envelope = str(forged["envelope"])
    at = envelope.index("c2ln") if "c2ln" in envelope else len(envelope) // 2
    bent = {**forged, "envelope": envelope[:at] + ("A" if envelope[at] != "A" else "B") + envelope[at + 1 :]}
    assert await put(owner, camera.path, bent) is not None
    assert await put(owner, another.path, forged) == "entry_differs"
    assert await put(owner, camera.path, Camera(agency_id="alpharetta-pd", key=camera.key).body()) == "agency_differs"
    assert await owner.ask("GET", "/api/entries") == (200, {"entries": [], "next_number": 1})


async def test_a_body_has_its_fields_all_of_them_and_no_other(bench: CommunityBench) -> None:
    """What lacks one, has one more, or has another kind is refused before anything is looked for."""
    owner, camera = await bench.resident(), Camera()
    good = {
        ("POST", "/api/join"): {"code": new_code(), **owner.joining},
        ("POST", "/api/session"): {"key": owner.key},
        ("PUT", camera.path): camera.body(),
    }
    for (method, path), body in good.items():
        bent = [{key: value for key, value in body.items() if key != name} for name in body]
        bent += [{**body, name: {}} for name in body]
        for each in (*bent, {**body, "and": 1}, [], None, "x"):
            status, answer = await owner.ask(method, path, each)
            assert status == 400, (path, each, answer)
    assert await owner.ask("GET", "/api/entries") == (200, {"entries": [], "next_number": 1})


async def test_every_route_is_closed_but_those_that_are_listed(bench: CommunityBench) -> None:
    """An officer's session opens none of them, nor does a made-up one."""
    entries = {each for each in bench.community.application[ROUTES].values() if each.path.startswith("/api/")}
    assert {(each.method, each.path) for each in entries if each.opens is RouteAccess.OPEN} == OPEN
    closed = [each for each in entries if each.opens is not RouteAccess.OPEN]
    assert len(closed) >= 6
    for each in closed:
        path = each.path.replace("{id:[0-9a-f]{32}}", secrets.token_hex(16))
        for cookie in (OFFICERS_COOKIE, "milton_resident"):
            answer = await bench.ask(each.method, path, {}, Cookie=f"{cookie}={secrets.token_urlsafe(32)}")
            assert (answer[0], answer[1]["error"]) == (401, "not_signed_in"), each
