"""Upload tickets: one share each, and no row that says whose or which."""

from __future__ import annotations

import json
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, inspect, select

from hub.community.answering.model import UploadTicket
from hub.community.answering.tickets import KEPT, UploadTickets
from tests.simulators.community import running_community
from tests.simulators.hub_bench import running_hub
from tests.simulators.sealed_share import HomeClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.community import CommunityBench
    from tests.simulators.hub_bench import HubBench

TUS_CALL = "authorization,milton-share-key,tus-resumable,upload-offset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Houses:
    """Both houses of one city."""

    hub: HubBench
    residents: CommunityBench

    async def ticket(self) -> str:
        """Get a ticket as the page does."""
        status, answer = await self.residents.ask("POST", "/api/tickets", {})
        assert status == 200
        return str(answer["ticket"])

    async def resident(self) -> HomeClient:
        """Return a resident's page with a ticket of its own."""
        return HomeClient(self.hub.session, self.hub.homes_url, await self.ticket())


@pytest.fixture
async def houses(tmp_path: Path) -> AsyncIterator[Houses]:
    """Serve the police house and the residents', each by itself."""
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(running_hub(tmp_path))
        residents = await stack.enter_async_context(running_community(tmp_path, found=False))
        yield Houses(hub=hub, residents=residents)


async def test_a_ticket_sends_one_share(houses: Houses) -> None:
    """Whole, with its receipt; a second share needs a ticket of its own, and a repeat too."""
    page, share, other = await houses.resident(), houses.hub.share(), houses.hub.share()
    await page.send(share)
    assert await houses.hub.events(share) == ["received"]
    assert (await page.ask("POST", "/v1/shares", data=share.envelope))[0] == 401
    status, _, answer = await page.ask("POST", "/v1/shares", data=other.envelope)
    assert (status, json.loads(answer)["error"]) == (401, "ticket_unknown")
    again = await houses.resident()
    assert await again.announce(share) == 200
    assert await again.announce(other) == 401


async def test_a_ticket_opens_nothing_else_and_not_for_long(houses: Houses) -> None:
    """No feed of the homes', no ticket that somebody made up; after eight days its row is gone."""
    page = await houses.resident()
    assert (await page.ask("GET", "/v1/feed"))[0] == 401
    made_up = HomeClient(houses.hub.session, houses.hub.homes_url, "ticket.made-up")
    assert await made_up.announce(houses.hub.share()) == 401
    community = houses.residents.community
    for clock in (houses.hub.clock, houses.residents.clock):
        clock.ahead += KEPT + timedelta(days=1)
    assert (await page.ask("POST", "/v1/shares", data=houses.hub.share().envelope))[0] == 401
    await UploadTickets(community.database, community.clock).forget_old()
    async with community.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(UploadTicket)) == 0


def test_nothing_joins_a_ticket_to_a_person_or_a_share() -> None:
    """A digest, and a day that it shares with all others of its day."""
    table = inspect(UploadTicket).local_table
    assert {column.name for column in table.columns} == {"digest", "until"}
    assert not table.foreign_keys


async def test_a_network_that_asks_without_end_gets_no_more_tickets(houses: Houses) -> None:
    """Nor is one made for another site's page."""
    answers = [await houses.residents.ask("POST", "/api/tickets", {}) for _ in range(31)]
    assert [status for status, _ in answers] == [200] * 30 + [429]
    assert answers[-1][1]["error"] == "too_many_tickets"
    status, answer = await houses.residents.ask("POST", "/api/tickets", {}, Origin="https://evil.example")
    assert (status, answer["error"]) == (403, "wrong_origin")


async def test_the_page_reads_what_homes_read(houses: Houses) -> None:
    """The same messages of the city, from its own house."""
    homes = houses.hub.home
    for own, theirs in (
        ("/api/city", "/v1/city"),
        ("/api/feed", "/v1/feed"),
        ("/api/feed?after=1", "/v1/feed?after=1"),
    ):
        _, _, body = await homes.ask("GET", theirs)
        assert await houses.residents.ask("GET", own) == (200, json.loads(body))
    assert (await houses.residents.ask("GET", "/api/feed?after=-1"))[1]["error"] == "cursor_wrong"


async def test_only_the_residents_pages_call_the_upload_routes_from_another_origin(houses: Houses) -> None:
    """Their browsers are told so; those of any other page, and of other routes, are not."""
    origin, share = houses.residents.community.settings.origin, houses.hub.share()

    async def asked(path: str, origin: str, method: str = "PATCH") -> tuple[int, str | None]:
        headers = {"Origin": origin, "Access-Control-Request-Method": method}
        headers["Access-Control-Request-Headers"] = TUS_CALL
        url = houses.hub.homes_url + path
        async with houses.hub.session.options(url, headers=headers) as answer:
            return answer.status, answer.headers.get("Access-Control-Allow-Origin")

    assert await asked(share.url(), origin) == (204, origin)
    assert await asked("/v1/shares", origin, "POST") == (204, origin)
    assert await asked(share.url(), "https://evil.example") == (401, None)
    assert (await asked("/v1/feed", origin, "GET"))[1] is None
    page = await houses.resident()
    status, headers, _ = await page.ask("POST", "/v1/shares", headers={"Origin": origin}, data=share.envelope)
    assert (status, headers["Access-Control-Allow-Origin"]) == (201, origin)
    assert "Upload-Offset" in headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in headers
    status, headers, _ = await page.ask("POST", "/v1/shares", headers={"Origin": origin}, data=b"{}")
    assert (status, headers["Access-Control-Allow-Origin"]) == (401, origin)
