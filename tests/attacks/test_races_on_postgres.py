"""What is allowed so many times is allowed no more often at once, where nothing keeps writers one after the other."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from tests.hub.requests.draft.test_overlap import beside
from tests.simulators.agency import answer_rule, running_agency
from tests.simulators.hub_bench import seed_home, seed_request
from tests.simulators.postgres import running_postgres
from tests.simulators.sealed_share import HomeClient, seal_share

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.simulators.agency import Agency, Desk

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALONE = 2  # requests of a case that an officer publishes without a supervisor
AT_ONCE = 6


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def agency(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Agency]:
    """Run a hub over a Postgres of its own."""
    async with (
        running_postgres() as url,
        running_agency(tmp_path_factory.mktemp("city"), "--database-url", url) as started,
    ):
        yield started


async def test_requests_that_are_published_at_once_are_judged_one_after_the_other(agency: Agency) -> None:
    """A case has no third without a supervisor; of areas whose difference singles out a few homes there is one."""
    of_case = await published(agency, [{"case_number": "26-500001"} for _ in range(AT_ONCE)])
    assert of_case == [200] * ALONE + ["too_many_for_case"] * (AT_ONCE - ALONE)
    places = [beside(1_000 + 20 * each).center for each in range(AT_ONCE)]
    areas = [{"kind": "circle", "center": [each.lat_e7, each.lon_e7], "radius_m": 250} for each in places]
    drafts = [{"case_number": f"26-60000{number}", "area": area} for number, area in enumerate(areas)]
    assert await published(agency, drafts) == [200] + ["overlap_singles_out"] * (AT_ONCE - 1)


async def test_a_share_that_is_announced_many_times_at_once_is_one_share(
    agency: Agency, caplog: pytest.LogCaptureFixture
) -> None:
    """One is new, the others are repeats; another one of its id is none; no line of the log is a home's to write."""
    request, request_id = await seed_request(agency.settings, agency.hub.database, at=agency.clock())
    home = HomeClient(agency.session, agency.homes_url, await seed_home(agency.hub.database))
    share = seal_share(request, request_id)
    other = seal_share(request, request_id, one_time_key=share.one_time_key)
    said = await asyncio.gather(*(home.announce(each) for each in [share] * AT_ONCE + [other]))
    assert sorted(said) in ([200] * (AT_ONCE - 1) + [201, 409], [201] + [409] * AT_ONCE)
    assert await home.offset(share) == 0  # its key opens it, whichever of the two it was
    assert (await home.ask("POST", "/v1/withdrawals", data=share.withdrawal()))[0] == 200
    assert (await home.ask("GET", share.receipts_url, headers=share.key))[0] == 200
    assert "Traceback" not in caplog.text


async def test_what_two_make_at_once_is_made_once_and_the_second_told_to_come_again(
    agency: Agency, caplog: pytest.LogCaptureFixture
) -> None:
    """A draft that comes often at once, in a new case: who comes again finds it; the log has no case's number."""
    draft = agency.draft(case_number="26-700001")
    desks = [await agency.desk("officer") for _ in range(AT_ONCE)]
    answers = await asyncio.gather(*(desk.ask("POST", "/api/requests", draft) for desk in desks))
    said = {answer_rule(answer) or status for status, answer in answers}
    assert {200} <= said <= {200, "database_busy"}
    again = [await desk.ask("POST", "/api/requests", draft) for desk in desks]
    assert {status for status, _ in again} == {200}
    assert len({answer["id"] for _, answer in again}) == 1
    assert "26-700001" not in caplog.text
    assert "Traceback" not in caplog.text


async def published(agency: Agency, drafts: list[dict[str, Any]]) -> list[object]:
    """Draft and sign one after the other, then publish all at once; return the statuses, and the rules of refusals."""
    desks: list[Desk] = [await agency.desk("officer") for _ in drafts]
    ids = [(await desk.draft(**each))["id"] for desk, each in zip(desks, drafts, strict=True)]
    for desk, each in zip(desks, ids, strict=True):
        assert (await desk.sign(each))[0] == 200
    answers = await asyncio.gather(*(desk.act(each, "publish") for desk, each in zip(desks, ids, strict=True)))
    return sorted((answer_rule(answer) or status for status, answer in answers), key=str)
