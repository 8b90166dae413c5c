"""The officers' API as its OpenAPI document says it is, bent by schemathesis: for each role, with ids that there are.

``API_EXAMPLES=20 scripts/test --long -k officers_api`` makes fewer; a finding is anything but the documented refusal.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hub.openapi.document import document
from tests.long.report import write_row
from tests.simulators.answered import PEOPLE, answered_agency
from tests.simulators.paths import filled

if TYPE_CHECKING:
    from hub.access import Role
    from tests.simulators.agency import Desk
    from tests.simulators.answered import Answered

ROOT = Path(__file__).parents[2]
SCHEMATHESIS = ROOT / ".venv/api/bin/st"
EXAMPLES = int(os.environ.get("API_EXAMPLES", "100"))
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
)
LEFT_OUT = "/sign-out$|/events$"  # it ends the session that all others need; streams have no end
HEADING = "The officers' API under schemathesis"
WORDS = (
    "`scripts/test --long -k officers_api`. Each operation of `docs/officers-api.json`, as each role, with ids of the",
    "town that it runs against and with others; bodies that fit the document and bodies that do not. A finding is a",
    "5xx, an answer that the document does not say, or a body taken that does not fit. Law 10's tests try each of them",
    "without a session and as whom it is not for.",
    "",
    "| role | operations | calls | findings |",
    "|---|---|---|---|",
)


def with_ids(town: Answered) -> dict[str, object]:
    """Return the document with the town's own ids beside others of their form; each call has its session anyway."""
    made = json.loads(json.dumps(document(town.agency.hub.officers, "officers")))
    del made["components"]["securitySchemes"]
    for operation in (each for operations in made["paths"].values() for each in operations.values()):
        operation.pop("security", None)
        for parameter in operation.get("parameters", ()):
            own = filled(town, f"{{{parameter['name']}}}")
            if parameter["name"] != "name":
                parameter["schema"] = {"anyOf": [{"const": own}, parameter["schema"]]}
    return made


async def bend(town: Answered, desk: Desk, folder: Path) -> tuple[int, str]:
    """Run schemathesis as one person; return its exit code and what it said."""
    path = folder / "officers-api.json"
    path.write_text(json.dumps(with_ids(town)))
    words = [str(SCHEMATHESIS), "run", str(path), "--url", town.agency.officers_url, "--checks", ",".join(CHECKS)]
    words += ["--phases", "examples,coverage,fuzzing", "--max-examples", str(EXAMPLES), "--continue-on-failure"]
    words += ["--exclude-path-regex", LEFT_OUT]
    words += [each for name, value in desk.headers.items() for each in ("--header", f"{name}:{value}")]
    process = await asyncio.create_subprocess_exec(
        *words, "--no-color", cwd=folder, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


async def hurry(town: Answered) -> None:
    """Let the hub's clock run fifteen times as fast: what one person may do in a minute is far less than is sent."""
    while True:
        await asyncio.sleep(0.1)
        town.agency.clock.ahead += timedelta(seconds=1.4)


@pytest.mark.parametrize("role", PEOPLE)
async def test_the_officers_api_is_what_its_document_says(role: Role, tmp_path: Path) -> None:
    """Whatever is sent."""
    async with answered_agency(tmp_path) as town:
        clock = asyncio.create_task(hurry(town))
        code, said = await bend(town, town.desks[role], tmp_path)
        clock.cancel()
    print(said)  # noqa: T201 - what was found, for who reads it
    operations = re.search(r"Operations: +(\d+) selected", said)
    calls = re.search(r"(\d+) generated", said)
    assert operations is not None
    found = len(re.findall(r"^- ST", said, re.MULTILINE))
    cells = f"{operations[1]} | {calls[1] if calls else '-'} | {found}"
    write_row(HEADING, WORDS, [each.value for each in PEOPLE], role.value, cells)
    assert code == 0
