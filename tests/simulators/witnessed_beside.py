"""A real hub with a city's quorum of one witness, in a process of its own, for tests that run in a home's environment.

It says a line of JSON (`url`, `code` of an enrolment, `vkeys` of its two witnesses), then answers each line: `publish`
with the id of a request that it published, or the state in which it waits.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from hub.enrollment.secrets import EnrollmentSecret
from hub.enrollment.service import Enrollment
from hub.kit.access import OPERATOR
from tests.simulators.log_witness import serving
from tests.simulators.ports import free_port
from tests.simulators.witnessed import signed_request, witnessed_agency

if TYPE_CHECKING:
    from tests.simulators.agency import Agency

CELL = "3414,-8430"


async def main(folder: Path) -> None:
    """Run until standard input ends."""
    port = free_port()
    async with (
        serving("university.example") as one,
        serving("press.example") as two,
        witnessed_agency(folder, one, two, quorum=1, homes_port=port) as agency,
    ):
        vkeys = [each.key.format() for each in (one, two)]
        _say(json.dumps({"url": f"http://127.0.0.1:{port}", "code": await _code(agency), "vkeys": vkeys}))
        number = 10_000
        while (await asyncio.to_thread(sys.stdin.readline)).strip():
            number += 1
            _say(await _publish(agency, case_number=f"26-{number}"))


async def _code(agency: Agency) -> str:
    async with agency.hub.database.session("test") as session:
        enrolment = Enrollment(EnrollmentSecret(value=agency.hub.keys.enrolment_secret))
        return await enrolment.new_code(session, OPERATOR, cell=CELL, at=agency.clock())


async def _publish(agency: Agency, **changes: object) -> str:
    request_id = await signed_request(agency, **changes)
    _, answer = await (await agency.desk("officer")).act(request_id, "publish")
    return request_id if answer["state"] == "published" else str(answer["state"])


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
