"""A program with somebody's session that carries off what they may see: it is stopped, and written down once."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import select

from hub.audit.model import DenialRow
from hub.identity.sessions.guard import UNATTENDED, guard
from hub.identity.sessions.reading import LOOKS_OF_A_PERSON, SPARE_FOR_HANDS
from hub.kit.access import Actor
from hub.web.errors import translate_errors
from hub.web.routing import RouteAccess, add_routes, begin_routes, get, pieces
from tests.simulators.agency import found_agency, serving_agency
from tests.simulators.hub_bench import MovableClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.agency import Agency, Desk

PAGE = {"Accept": "text/html"}
AT_ONCE = 8


class StoppedClock(MovableClock):
    """A clock that only goes on as a test says: a slow machine gives a scraper nothing back meanwhile."""

    def __init__(self) -> None:
        """Stop it now."""
        super().__init__()
        self._now = datetime.now(UTC)

    def __call__(self) -> datetime:
        """Return the time."""
        return self._now + self.ahead


@pytest.fixture
async def agency(tmp_path: Path) -> AsyncIterator[Agency]:
    """Run a hub."""
    settings, passkeys = await asyncio.to_thread(found_agency, tmp_path)
    async with serving_agency(settings, passkeys, StoppedClock()) as started:
        yield started


async def scraped(desk: Desk, tries: int, **headers: str) -> Counter[object]:
    """Ask for one id after the other, some at once; return how often each was answered."""
    told: Counter[object] = Counter()
    ids = iter(range(tries))

    async def take() -> None:
        for number in ids:
            _, answer = await desk.ask("GET", f"/api/requests/{number:064x}", **headers)
            told[answer["error"]] += 1

    await asyncio.gather(*(take() for _ in range(AT_ONCE)))
    return told


async def looked(desk: Desk, path: str) -> tuple[int, str | None, str]:
    """Look at a page; return the status, when to try again, and the page."""
    async with desk.agency.session.get(desk.agency.officers_url + path, headers=desk.headers | PAGE) as page:
        return page.status, page.headers.get("Retry-After"), await page.text()


async def denied(agency: Agency) -> list[tuple[str, str, int]]:
    """Return what was written down of reading too much: who, where, how often."""
    await agency.hub.jobs.run_now("denials")
    async with agency.hub.database.reading() as session:
        rows = await session.scalars(select(DenialRow).where(DenialRow.rule == "too_much_read"))
        return [(row.person_id, row.route, row.count) for row in rows.all()]


async def test_a_session_that_scrapes_is_stopped_and_nobody_else_is(agency: Agency) -> None:
    """Who says that nobody sits there gets less; whichever sessions of the person's it uses, it gets no more than that.

    A page says when to go on, in words; what is the same for all is still served; it is written down once for a minute
    and route, not once for each try.
    """
    officer, other, colleague = [await agency.desk(each) for each in ("officer", "officer", "supervisor")]
    by_itself = LOOKS_OF_A_PERSON.burst - SPARE_FOR_HANDS
    told = await scraped(officer, by_itself + 20, **{UNATTENDED: "yes"})
    assert told == {"request_unknown": by_itself, "too_much_read": 20}
    assert (await looked(officer, "/requests"))[0] == 200
    told = await scraped(other, SPARE_FOR_HANDS + 19)
    assert told == {"request_unknown": SPARE_FOR_HANDS - 1, "too_much_read": 20}
    status, again, page = await looked(officer, "/requests")
    assert (status, again) == (429, "1")
    assert "<h1>More was read here in a short time than a person reads. Try again in 1 second; nothing is lost." in page
    assert 'data-test="again"' in page
    assets = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
    assert {(await looked(officer, asset))[0] for asset in assets} == {200}
    assert (await looked(colleague, "/requests"))[0] == 200
    assert await denied(agency) == [
        ("officer", "GET /api/requests/{id}", 40),
        ("officer", "GET /requests", 1),
    ]
    agency.clock.ahead += timedelta(seconds=1)
    assert (await scraped(other, 10))["request_unknown"] == LOOKS_OF_A_PERSON.per_s


async def test_at_the_door_a_bodys_ranges_cost_one_look_and_what_is_everybodys_costs_none(agency: Agency) -> None:
    """With one look left: a player goes on in what it has begun, and begins nothing else; nor does a whole fetch."""
    gate = agency.gate(agency.settings.officers_origin)
    app = web.Application(middlewares=[translate_errors, guard(gate)])
    begin_routes(app)
    entries = (
        pieces("/body/{id}", RouteAccess.SIGNED_IN),
        get("/page", RouteAccess.SIGNED_IN),
        get("/style", RouteAccess.OPEN),
    )
    add_routes(app, dict.fromkeys(entries, inside))
    desk = await agency.desk("officer")
    officer = Actor(id="person:officer", roles=frozenset(), person_id="officer", device="desk")
    for _ in range(LOOKS_OF_A_PERSON.burst - 1):
        gate.reading.count_look(officer, agency.clock())
    async with TestServer(app) as server:

        async def asked(path: str, **headers: str) -> int:
            url = server.make_url(path)
            async with agency.session.get(url, headers=desk.headers | headers) as answer:
                return answer.status

        part = {"Range": "bytes=0-9"}
        assert [await asked("/body/1", **part) for _ in range(10)] == [200] * 10
        assert [await asked(path) for path in ("/body/1", "/page", "/style", "/none")] == [429, 429, 200, 429]
        assert (await asked("/page", **part), await asked("/body/2", **part)) == (429, 429)


async def inside(_request: web.Request) -> web.Response:
    """Answer whoever got past the door."""
    return web.Response()
