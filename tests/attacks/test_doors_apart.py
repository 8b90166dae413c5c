"""A session of one house is none of the other's: each role at each route of residents, and the other way round."""

from __future__ import annotations

import secrets
from datetime import timedelta
from itertools import product
from typing import TYPE_CHECKING

import pytest

from hub.community.guard import COOKIE, SECURE_COOKIE
from hub.identity.sessions.guard import COOKIE as OFFICERS_COOKIE
from hub.identity.sessions.guard import SECURE_COOKIE as OFFICERS_SECURE_COOKIE
from hub.kit.access import Action
from hub.web.routing import ROUTES, RouteAccess
from tests.attacks.routes.listed import all_of
from tests.simulators.community import running_community
from tests.simulators.paths import PATTERN, filled
from tests.simulators.registered import Camera
from tests.simulators.sealed_share import PIECE_TYPE, TUS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from tests.simulators.answered import Answered
    from tests.simulators.community import CommunityBench

COOKIES = (COOKIE, SECURE_COOKIE, OFFICERS_COOKIE, OFFICERS_SECURE_COOKIE)


@pytest.fixture
async def bench(town: Answered, tmp_path: Path) -> AsyncIterator[CommunityBench]:
    """Serve the residents' house of the town."""
    assert town.agency.settings.folder == tmp_path / "hub"
    async with running_community(tmp_path, found=False) as started:
        yield started


def as_whoever(token: str) -> list[dict[str, str]]:
    """Return the headers by which somebody could show a token: in each cookie that a house reads, and as a bearer."""
    return [{"Cookie": f"{name}={token}"} for name in COOKIES] + [{"Authorization": f"Bearer {token}"}]


async def test_no_police_role_and_no_home_opens_a_route_of_residents(town: Answered, bench: CommunityBench) -> None:
    """Pages lead to the sign-in, calls are refused; what is open answers as it answers nobody."""
    resident, camera = await bench.resident(), Camera()
    entry = await camera.put(resident)
    tokens = [desk.cookie for desk in town.desks.values()] + [town.token]
    routes = {(each.method, each.path, each.opens) for each in bench.community.application[ROUTES].values()}
    assert {RouteAccess.OPEN, RouteAccess.SIGNED_IN} == {opens for _, _, opens in routes}
    for (method, path, opens), token in product(sorted(routes), tokens):
        bench.clock.ahead += timedelta(hours=1)  # a network has so many tickets an hour
        address = bench.url + PATTERN.sub(camera.id, path).replace("{name}", "none")
        for headers in as_whoever(token):
            status, body, to = await call(bench, method, address, headers)
            if opens is RouteAccess.OPEN:
                assert (status, to) == (await call(bench, method, address, {}))[::2], (path, headers)
            else:
                assert (status, b'"not_signed_in"' in body) == (401, True), (path, headers)
                page = headers | {"Accept": "text/html"}
                seen = await call(bench, method, address, page)
                assert (seen[0], seen[2]) == ((303, "/sign-in") if method == "GET" else (401, None)), path
    assert await resident.ask("GET", "/api/entries") == (200, {"entries": [entry], "next_number": 2})


async def test_no_residents_session_opens_a_route_of_the_police_or_of_homes(
    town: Answered, bench: CommunityBench
) -> None:
    """Nor does a printed key, an account's id, or an upload ticket that isn't good."""
    resident, police = await bench.resident(), town.agency.settings.officers_origin
    for token in (resident.token, resident.key, resident.account_id, f"ticket.{secrets.token_urlsafe(32)}"):
        for (method, path), door in all_of().officers.items():
            for headers in as_whoever(token) if door is not RouteAccess.OPEN else ():
                answer = await call(bench, method, town.agency.officers_url + filled(town, path), headers, police)
                assert (answer[0], b'"not_signed_in"' in answer[1]) == (401, True), (method, path, headers)
        for (method, path), door in all_of().homes.items():
            for headers in as_whoever(token) if door in Action or path == "/v1/enrolment" else ():
                answer = await call(bench, method, town.agency.homes_url + filled(town, path), headers | TUS)
                assert answer[0] == 401, (method, path, headers)


async def call(
    bench: CommunityBench, method: str, url: str, headers: Mapping[str, str], origin: str = ""
) -> tuple[int, bytes, str | None]:
    """Send one request as a page of ``origin`` does, the house's own without one.

    Return status, body, and where it leads.
    """
    piece = {"Content-Type": PIECE_TYPE, "Upload-Offset": "0"} if method == "PATCH" else {}
    sent = {"Origin": origin or bench.community.settings.origin, **headers, **piece}
    body = {"json": {}} if method in {"POST", "PUT"} else {}
    async with bench.session.request(method, url, headers=sent, allow_redirects=False, **body) as answer:
        return answer.status, await answer.read(), answer.headers.get("Location")
