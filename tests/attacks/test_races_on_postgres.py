"""What is allowed so many times is allowed no more often at once, where nothing keeps writers one after the other."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tests.hub.requests.test_overlap import beside
from tests.simulators.agency import answer_rule, running_agency
from tests.simulators.postgres import running_postgres

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulators.agency import Desk

ALONE = 2  # requests of a case that an officer publishes without a supervisor
AT_ONCE = 6


async def test_requests_that_are_published_at_once_are_judged_one_after_the_other(tmp_path: Path) -> None:
    """A case has no third without a supervisor; of areas whose difference singles out a few homes there is one."""
    async with running_postgres() as url, running_agency(tmp_path, "--database-url", url) as agency:
        officer = await agency.desk("officer")
        of_case = await _published(officer, [{"case_number": "26-500001"} for _ in range(AT_ONCE)])
        assert of_case == [200] * ALONE + ["too_many_for_case"] * (AT_ONCE - ALONE)
        places = [beside(1_000 + 20 * each).center for each in range(AT_ONCE)]
        areas = [{"kind": "circle", "center": [each.lat_e7, each.lon_e7], "radius_m": 250} for each in places]
        drafts = [{"case_number": f"26-60000{number}", "area": area} for number, area in enumerate(areas)]
        assert await _published(officer, drafts) == [200] + ["overlap_singles_out"] * (AT_ONCE - 1)


async def _published(officer: Desk, drafts: list[dict[str, Any]]) -> list[object]:
    """Draft and sign one after the other, then publish all at once; return the statuses, and the rules of refusals."""
    ids = [(await officer.draft(**each))["id"] for each in drafts]
    for each in ids:
        assert (await officer.sign(each))[0] == 200
    answers = await asyncio.gather(*(officer.act(each, "publish") for each in ids))
    return sorted((answer_rule(answer) or status for status, answer in answers), key=str)
