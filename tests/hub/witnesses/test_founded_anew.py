"""A log that lost entries for good: what operations say to do, done (section 16)."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sqlalchemy import delete

from hub.db.counters import Counter
from hub.kit.settings import Settings
from hub.publiclog.model import LogCheckpoint, LogCosignature, LogLeaf, LogNode
from tests.hub.witnesses.test_publication import cosigned, publish
from tests.simulators.agency import found_agency, serving_agency
from tests.simulators.hub_bench import MovableClock
from tests.simulators.log_witness import serving
from tests.simulators.witnessed import name_witnesses, signed_request, witnessed_agency

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulators.agency import Agency


async def lose_the_log(agency: Agency) -> None:
    """Take out what its witnesses have seen."""
    async with agency.hub.database.session("test") as session:
        for table in (LogCosignature, LogCheckpoint, LogLeaf, LogNode):
            await session.execute(delete(table))
        (await session.get_one(Counter, "log")).value = 0


async def test_a_city_founded_anew_publishes_under_the_same_witness_and_the_old_hub_goes_on_serving(
    tmp_path: Path,
) -> None:
    """The old log publishes nothing more; the new one has another name, and its own books."""
    old, new = tmp_path / "old", tmp_path / "new"
    async with serving() as witness:
        async with witnessed_agency(old, witness) as agency:
            kept, passkeys = await agency.published(), agency.passkeys
            await lose_the_log(agency)
        async with serving_agency(Settings.load(old), passkeys, MovableClock()) as agency:
            await agency.hub.jobs.run_now("witnesses")
            officer, request_id = await agency.desk("officer"), await signed_request(agency, case_number="26-40000")
            status, answer = await officer.act(request_id, "publish")
            assert (status, answer["error"]) == (503, "log_denied")

            options = ("--home-url", "http://127.0.0.1:9441")
            settings, passkeys = await asyncio.to_thread(found_agency, new, *options)
            assert settings.log_origin != agency.settings.log_origin
            name_witnesses(settings, witness)
            async with serving_agency(Settings.load(new), passkeys, MovableClock()) as anew:
                request_id = await signed_request(anew)
                assert await publish(anew, request_id) == "published"
                assert await cosigned(anew, request_id, witness) == [witness.name]

            assert (await officer.ask("GET", f"/api/requests/{kept}"))[0] == 200
            status, answer = await officer.act(kept, "withdraw")
            assert (status, answer["state"]) == (200, "withdrawn")
