"""The data folder can't be written any more (the kernel made it read-only, a mount was wrong)."""

from __future__ import annotations

import asyncio
import json
import secrets
import subprocess
from typing import TYPE_CHECKING

from hub.db.faults import READ_ONLY
from milton_protocol import canonical
from tests.simulators.agency import enrol_body, running_agency
from tests.simulators.broker_bench import eventually
from tests.simulators.hub_bench import found_city, seed_home
from tests.simulators.hub_process import ended_hub, serving

if TYPE_CHECKING:
    import pytest

    from hub.web.context import Hub
    from tests.hub.faults.conftest import Disk


async def make_read_only(disk: Disk, hub: Hub) -> None:
    """Mount the disk read-only under the running hub, in a moment in which it has no file open for writing."""

    async def mounted() -> bool:
        await hub.database.close()
        try:
            await asyncio.to_thread(disk.mount, "ro")
        except subprocess.CalledProcessError:  # busy: a job is writing
            return False
        return True

    await eventually(mounted)


async def test_what_writes_is_refused_by_name_and_goes_on_when_it_can(
    disk: Disk, caplog: pytest.LogCaptureFixture
) -> None:
    """503 ``disk_read_only`` to a home and to an officer's script, in words on an officer's page, a line in the log."""
    async with running_agency(disk.folder) as agency:
        officer = await agency.desk("officer")
        body = canonical.encode(enrol_body("MS-0000-0000-0000", secrets.token_hex(16)))
        await make_read_only(disk, agency.hub)
        async with agency.session.post(f"{agency.homes_url}/v1/enrol", data=body) as answer:
            assert (answer.status, json.loads(await answer.read())["error"]) == (503, "disk_read_only")
            assert int(answer.headers["Retry-After"]) > 0
        status, told = await officer.ask("POST", "/api/requests", agency.draft())
        assert (status, told["error"], told["message"]) == (503, "disk_read_only", READ_ONLY.message)
        headers = {"Accept": "text/html", "Cookie": f"milton_session={officer.cookie}"}
        async with agency.session.get(f"{agency.officers_url}/requests", headers=headers) as page:
            assert page.status == 503
            assert "The hub can&#39;t write to its disk." in await page.text()
        await asyncio.to_thread(disk.mount, "rw")
        async with agency.session.post(f"{agency.homes_url}/v1/enrol", data=body) as answer:
            assert (answer.status, json.loads(await answer.read())["error"]) == (404, "code_unknown")
        await seed_home(agency.hub.database)
    assert [each for each in caplog.messages if each.startswith("POST /v1/enrol: the data folder can't be written")]


async def test_a_hub_that_is_started_on_it_says_so_and_ends(disk: Disk) -> None:
    """One line and exit code 1; it starts when the mount is right."""
    await asyncio.to_thread(found_city, disk.folder)
    disk.mount("ro")
    async with ended_hub(disk.folder) as (code, told):
        assert code == 1
        assert told.startswith("milton-hub: ")
        assert "Traceback" not in told
        assert ("can't be written" in told) or ("Read-only file system" in told)
    disk.mount("rw")
    async with serving(disk.folder):
        pass
