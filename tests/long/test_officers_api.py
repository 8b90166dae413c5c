"""The officers' API as its OpenAPI document says it is, bent by schemathesis: for each role, with ids that there are.

``API_EXAMPLES=20 scripts/test --long -k officers_api`` makes fewer; a finding is anything but the documented refusal.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from hub.openapi.document import document
from hub.openapi.sides import OFFICERS
from tests.long.bending import bend, hurrying
from tests.long.report import write_row
from tests.simulators.answered import PEOPLE, answered_agency
from tests.simulators.hub_doors import serving_doors
from tests.simulators.paths import filled

if TYPE_CHECKING:
    from pathlib import Path

    from hub.kit.access import Role
    from tests.simulators.answered import Answered

LEFT_OUT = "/sign-out$|/events$"  # it ends the session that all others need; streams have no end
HEADING = "The officers' API under schemathesis"
WORDS = (
    "`scripts/test --long -k officers_api`. Each operation of `docs/officers-api.json`, as each role, with ids of the",
    "town that it runs against and with others; queries and bodies that fit the document and such that do not. A",
    "finding is a 5xx, an answer that the document does not say, or a query or body taken that does not fit. Law 10's",
    "tests try each of them without a session and as whom it is not for.",
    "",
    "| role | examples | operations | calls | findings |",
    "|---|---|---|---|---|",
)


def with_ids(town: Answered) -> dict[str, object]:
    """Return the document with the town's own ids beside others of their form; each call has its session anyway."""
    made = json.loads(json.dumps(document(town.agency.hub.officers, OFFICERS)))
    del made["components"]["securitySchemes"]
    named = {"request": town.request_id, "case": town.case_id}
    for operation in (each for operations in made["paths"].values() for each in operations.values()):
        operation.pop("security", None)
        for parameter in operation.get("parameters", ()):
            name, is_path = parameter["name"], parameter["in"] == "path"
            own = filled(town, f"{{{name}}}") if is_path else named.get(name)
            if own is not None and name != "name":
                parameter["schema"] = {"anyOf": [{"const": own}, parameter["schema"]]}
    return made


@pytest.mark.parametrize("role", PEOPLE)
async def test_the_officers_api_is_what_its_document_says(role: Role, tmp_path: Path) -> None:
    """Whatever is sent."""
    async with (
        answered_agency(tmp_path) as town,
        serving_doors(town.agency.hub) as doors,
        hurrying(town.agency.clock),
    ):
        headers = town.desks[role].headers
        bent = await bend(with_ids(town), doors.officers, headers, tmp_path, left_out=LEFT_OUT)
    write_row(HEADING, WORDS, [each.value for each in PEOPLE], role.value, bent.cells)
    assert bent.is_clean
