"""No address is gone to that somebody writes: in any field of any route, found in the documents of both sides.

Which places of the code ask others at all is found there too: none follows to where an answer points.
"""

from __future__ import annotations

import ast
import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hub.kit.access import Role
from hub.openapi.document import document
from hub.openapi.sides import OFFICERS
from tests.attacks.routes.listed import all_of
from tests.cases import in_ci
from tests.hub.shares.passing.outside import passed_on, view
from tests.long.crawl.answers import Host
from tests.long.crawl.crawler import Visitor
from tests.long.crawl.payloads import payloads
from tests.long.crawl.targets import documented, trials
from tests.long.crawl.visitors import at_desk, body_of, canary, canonical_bytes, client, own_id
from tests.long.test_crawl import is_theirs, of_homes
from tests.simulators.answered import answered_agency
from tests.simulators.hub_bench import running_hub
from tests.simulators.hub_doors import serving_doors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.long.crawl.targets import Target

ROOT = Path(__file__).parents[2]
ASKING = {"get", "post", "put", "patch", "delete", "head", "request"}
ROUTES_MIN = 20


async def addressed(visitor: Visitor, targets: Sequence[Target]) -> None:
    """Put a server's address into every field there is, once each; nobody asks it, nothing leads to it."""
    assert len(targets) >= ROUTES_MIN
    async with canary() as (where, asked):
        texts = [each for each in payloads(where) if each.name == "another server"]
        wanted = [each for each in trials(targets, texts) if each.payload in texts]
        assert len(wanted) > len(targets)
        for trial in sorted(wanted, key=lambda each: each.method == "POST"):  # what changes something comes last
            await visitor.ask(trial)
    assert asked == []
    assert dict(visitor.found) == {}


@pytest.mark.parametrize(
    "role", in_ci([Role.OFFICER, Role.CUSTODIAN, Role.ADMINISTRATOR], [Role.OFFICER, Role.ADMINISTRATOR])
)
async def test_no_address_in_any_field_of_the_officers_routes_is_gone_to(role: Role, tmp_path: Path) -> None:
    """Ids of paths, queries, each leaf of each body, headers: by the role's own session."""
    async with answered_agency(tmp_path) as town, serving_doors(town.agency.hub) as doors, client() as session:
        opens = all_of().officers
        wanted = documented(
            json.loads(json.dumps(document(town.agency.hub.officers, OFFICERS))),
            lambda method, path, name: own_id(town, method, path, name),
            lambda method, path: body_of(town, role, method, path),
        )
        theirs = [each for each in wanted if is_theirs(role, each, opens[each.method, each.path])]
        await addressed(at_desk(town, role, doors.officers, session), theirs)


async def test_no_address_in_any_field_of_the_homes_routes_is_gone_to(tmp_path: Path) -> None:
    """As an enrolled home, who holds a link besides."""
    async with running_hub(tmp_path) as bench, client() as session:
        custody, link = await passed_on(bench)
        seen = secrets.token_hex(16)
        assert (await view(bench, link, seen))[0] == 200
        headers = custody.share.tus | bench.home.headers
        visitor = Visitor(
            host=Host.HOMES, url=bench.homes_url, session=session, headers=headers, encode=canonical_bytes
        )
        await addressed(visitor, of_homes(bench, custody, link, seen))


def asks(path: Path) -> list[ast.Call]:
    """Return the calls by which a file that knows aiohttp's client asks another server."""
    text = path.read_text(encoding="utf-8")
    if "ClientSession" not in text and "aiohttp.Client" not in text:
        return []
    calls = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)]
    named = [(node, node.func) for node in calls if isinstance(node.func, ast.Attribute)]
    return [node for node, it in named if it.attr in ASKING and ast.unparse(it.value).endswith("session")]


def test_no_place_of_the_code_goes_where_an_answer_points() -> None:
    """Hub and home: each question to another server says that a redirect is not followed."""
    files = [path for folder in ("hub", "custom_components") for path in (ROOT / folder).rglob("*.py")]
    found = {path.relative_to(ROOT): asks(path) for path in files}
    assert sum(map(len, found.values())) >= 6
    following = [
        f"{path}:{call.lineno}"
        for path, calls in found.items()
        for call in calls
        if not any(each.arg == "allow_redirects" and ast.unparse(each.value) == "False" for each in call.keywords)
    ]
    assert following == []
