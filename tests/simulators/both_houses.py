"""Both houses of one city, each over its own database; the officer of the police's has a case."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hub.community.police_view import PoliceView
from hub.kit.settings import Settings
from hub.kit.settings_table import SETTINGS_NAME
from hub.requests.residents import Residents
from tests.simulators.agency import found_agency, serving_agency
from tests.simulators.answered import CASE_NUMBER, case_of
from tests.simulators.community import running_community

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.simulators.agency import Agency, Desk
    from tests.simulators.community import CommunityBench

LOOK_UP_EVERY = timedelta(minutes=6)  # as often as an officer may


@dataclass(frozen=True, slots=True, kw_only=True)
class Houses:
    """The police house and the residents' house of one city."""

    agency: Agency
    residents: CommunityBench

    async def night(self) -> None:
        """Let a night pass, in which cells are counted."""
        self.residents.clock.ahead += timedelta(days=1)
        await self.residents.community.jobs.run_now("community night")

    async def look_up(self, desk: Desk, area: object, case_number: str = CASE_NUMBER) -> tuple[int, Any]:
        """Look up for a case of the officer's, as soon as one may again."""
        self.agency.clock.ahead += LOOK_UP_EVERY
        case_id = await case_of(self.agency, case_number)
        return await desk.ask("POST", f"/api/cases/{case_id}/look-ups", {"area": area})


@asynccontextmanager
async def both_houses(folder: Path, residents_database: str = "") -> AsyncIterator[Houses]:
    """Run both houses of a city in which the officer has a case; without a URL residents have a file beside it."""
    settings, passkeys = await asyncio.to_thread(found_agency, folder)
    if residents_database:
        file = settings.folder / SETTINGS_NAME
        own = f"[community]\ndatabase = {json.dumps(residents_database)}\n"
        file.write_text(file.read_text().replace("[community]\n", own))
        settings = Settings.load(folder)
    async with running_community(folder, found=False) as bench:
        community = bench.community
        residents = Residents(origin=community.settings.origin, registry=PoliceView(community.database))
        async with serving_agency(settings, passkeys, bench.clock, residents=residents) as agency:
            await (await agency.desk("officer")).draft()
            yield Houses(agency=agency, residents=bench)
