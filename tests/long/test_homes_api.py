"""The homes' API as its OpenAPI document says it is, bent by schemathesis: as a home, and as nobody.

``API_EXAMPLES=20 scripts/test --long -k homes_api`` makes fewer. A finding is a 5xx, a body or query taken that does
not fit, or a refusal that is not in the one form by a rule of ``docs/protocol.md``, section 12.
"""

from __future__ import annotations

import json
import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hub.openapi.document import document
from hub.openapi.sides import HOMES
from tests.hub.shares.passing.outside import passed_on, view
from tests.long.bending import CHECKS, CHECKS_OUTSIDE, bend, hurrying
from tests.long.report import write_row
from tests.simulators.hub_bench import running_hub

if TYPE_CHECKING:
    from tests.simulators.hub_bench import HubBench

PROTOCOL = Path(__file__).parents[2] / "docs/protocol.md"
AS_HOME, AS_NOBODY = "a home", "nobody"
LEFT_OUT = {AS_HOME: "/v1/enrolment$", AS_NOBODY: "^$"}  # leaving ends the token that all others need
HEADING = "The homes' API under schemathesis"
WORDS = (
    "`scripts/test --long -k homes_api`. Each operation of `docs/homes-api.json`: as an enrolled home, and with a",
    "token that is nobody's; with the ids of shares, of a view and of a link that there are, and with others. A",
    "finding is a 5xx, a query or body taken that does not fit, or a refusal that is not in the form, or not by a",
    "rule, of section 12 of `docs/protocol.md`.",
    "",
    "| who | examples | operations | calls | findings |",
    "|---|---|---|---|---|",
)


def rules() -> list[str]:
    """Return every rule that the protocol's section 12 names."""
    section = PROTOCOL.read_text().partition("\n## 12. Errors\n")[2].partition("\n## 13.")[0]
    rows = re.findall(r"^\| (`[^|]*) \|", section, re.MULTILINE)
    return sorted({*re.findall(r"`(\w+)`", " ".join(rows)), *re.findall(r"`4\d\d (\w+)`", section)})


def with_ids(bench: HubBench, ids: dict[str, list[str]]) -> dict[str, object]:
    """Return the document with ids that there are beside others, and with the rules that a refusal may name."""
    made = json.loads(json.dumps(document(bench.hub.homes, HOMES)))
    del made["components"]["securitySchemes"]
    refusal = made["components"]["responses"]["Refused"]["content"]["application/json"]["schema"]
    refusal["properties"]["error"]["enum"] = rules()
    for path, operations in made["paths"].items():
        for operation in operations.values():
            operation.pop("security", None)
            for parameter in operation.get("parameters", ()):
                own = ids.get(f"{path} {parameter['name']}", ids.get(parameter["name"], []))
                parameter["schema"] = {"anyOf": [*({"const": each} for each in own), parameter["schema"]]}
    return made


@pytest.mark.parametrize("who", [AS_HOME, AS_NOBODY])
async def test_the_homes_api_is_what_its_document_says(who: str, tmp_path: Path) -> None:
    """Whatever is sent, and whoever sends it."""
    async with running_hub(tmp_path) as bench, hurrying(bench.clock):
        custody, link = await passed_on(bench)
        seen, begun = secrets.token_hex(16), bench.share()
        assert (await view(bench, link, seen))[0] == 200
        assert await bench.home.announce(begun) == 201
        ids = {
            "share_id": [custody.share.share.share_id, begun.share.share_id],
            "view": [seen],
            "path": ["tile/0/000.p/1", "tile/entries/000.p/1"],
            "/passed/{name} name": ["index.html"],
            "/workers/{name} name": ["clips.js"],
        }
        headers = bench.home.headers if who == AS_HOME else {"Authorization": "Bearer made-up"}
        checks = CHECKS if who == AS_HOME else CHECKS_OUTSIDE
        made = with_ids(bench, ids)
        bent = await bend(made, bench.homes_url, headers, tmp_path, left_out=LEFT_OUT[who], checks=checks)
    write_row(HEADING, WORDS, [AS_HOME, AS_NOBODY], who, bent.cells)
    assert bent.is_clean
