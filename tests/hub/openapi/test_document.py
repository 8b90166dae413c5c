"""The OpenAPI documents say what the officers' and the homes' application answer and read, and nothing else."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from hub.__main__ import main
from hub.auditors.trail.search import Search
from hub.kit.access import ALLOWED, Action, Role
from hub.openapi import homes, queries
from hub.openapi.schemas import text
from hub.web.pages.lists import SEEN
from hub.web.routing import RouteAccess
from milton_protocol.errors import ProtocolError
from milton_protocol.fields import Fields
from tests.attacks.routes.listed import all_of
from tests.attacks.test_law_10_deny_by_default import call
from tests.simulators.answered import answered_agency
from tests.simulators.hub_bench import found_city
from tests.simulators.hub_routes import route_modules, slice_above
from tests.simulators.paths import filled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hub.web.routing import Route
    from tests.simulators.answered import Answered

ROOT = Path(__file__).parents[3]
COMMUNITY = ROOT / "hub" / "community"
WRITTEN = ROOT / "docs/officers-api.json"
QUERY = re.compile(r'query\.get\("(\w+)"|size_asked\(request, "(\w+)"\)')  # how a handler reads a query
ORDER = (Role.CUSTODIAN, Role.OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.AUDITOR)


def said(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """Return what the command prints."""
    settings = found_city(folder)
    capsys.readouterr()
    assert main(["api", str(settings.folder), *options]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("which", ["officers", "homes"])
def test_the_written_document_is_what_the_command_prints(
    which: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``milton-hub api DIR --of homes > docs/homes-api.json`` after a route changed."""
    assert said(tmp_path, capsys, "--of", which) == (ROOT / f"docs/{which}-api.json").read_text()


def test_the_document_has_every_route_with_whom_it_lets_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of the officers' and of the homes' application."""
    listed = all_of()
    for which, routes in (("officers", listed.officers), ("homes", listed.homes)):
        paths = json.loads(said(tmp_path / which, capsys, "--of", which))["paths"]
        made = {(method.upper(), path): each for path, of in paths.items() for method, each in of.items()}
        assert made.keys() == routes.keys()
        for route, door in routes.items():
            assert made[route]["x-opens"] == door.value
            if door in Action:
                assert set(made[route]["x-roles"]) == ALLOWED[Action(door)]


def test_a_homes_route_is_closed_by_the_homes_token_and_by_nothing_of_the_officers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Leaving too, though its handler judges the token itself."""
    made = json.loads(said(tmp_path, capsys, "--of", "homes"))
    assert made["components"]["securitySchemes"].keys() == {"home"}
    for (method, path), door in all_of().homes.items():
        operation = made["paths"][path][method.lower()]
        is_closed = door in Action or (method, path) == ("DELETE", "/v1/enrolment")
        assert operation.get("security") == ([{"home": []}] if is_closed else None), path
        assert door is not RouteAccess.SIGNED_IN


def test_every_query_that_a_slice_reads_is_in_a_document() -> None:
    """By its name, at a route of that slice; and none is there that nothing reads."""
    of_trail = {each.metadata.get("name", each.name) for each in fields(Search)}
    described: dict[Path, set[str]] = {}
    for entry, names in {**queries.QUERIES, **homes.QUERIES}.items():
        described.setdefault(slice_of(entry), set()).update(names)
    read: dict[Path, set[str]] = {}
    for path in (ROOT / "hub").rglob("*.py"):
        if COMMUNITY in path.parents:
            continue  # its calls are of its own pages alone, and in no document
        text = path.read_text()
        found = {name for names in QUERY.findall(text) for name in names if name}
        found |= of_trail if "Search.of(request.query)" in text else set()
        found |= queries.NARROW.keys() if "Narrow.of(" in text else set()
        found |= {SEEN} if "lists.stream(request" in text else set()  # read by what streams every list
        if found:
            read.setdefault(slice_above(path), set()).update(found)
    assert read == described


def slice_of(entry: Route) -> Path:
    """Return the folder whose routes have an entry; the lists of requests are answered among the cases."""
    for folder, module in route_modules():
        if any(each is entry for each in vars(module).values()):
            return folder
    raise AssertionError(entry)


def examples(town: Answered) -> Iterator[tuple[str, str, Role, dict[str, object], list[str]]]:
    """Yield each route that reads a body, with one in form, of somebody who may, and the names of all its fields."""
    listed, paths = all_of(), json.loads(WRITTEN.read_text())["paths"]
    for (method, path), door in listed.officers.items():
        if (read := paths[path][method.lower()].get("requestBody")) is None or (method, path) not in listed.bodies:
            continue
        role = next(each for each in ORDER if door not in Action or each in ALLOWED[Action(door)])
        body = listed.bodies[method, path](town, role)
        assert isinstance(body, dict)
        yield method, path, role, body, read["content"]["application/json"]["schema"]["required"]


async def test_a_body_has_the_fields_that_the_document_says_all_of_them_and_no_other(tmp_path: Path) -> None:
    """One that lacks a field, or has one more, is refused for that, at every route."""
    async with answered_agency(tmp_path) as town:
        tried = 0
        for method, path, role, body, names in examples(town):
            assert sorted(body) == sorted(names), path
            url, headers = town.agency.officers_url + filled(town, path), town.desks[role].headers
            bent = [{key: value for key, value in body.items() if key != name} for name in names]
            for each in (*bent, body | {"and": 1}):
                status, answer = await call(town, url, method, headers, each)
                assert status in {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN}, (path, each, answer)
                if status == HTTPStatus.FORBIDDEN:  # the passkey is asked for before anything is read
                    assert json.loads(answer)["error"] == "fresh_needed"
            tried += 1
        assert tried > len(ORDER)


def test_every_body_that_is_in_form_somewhere_is_in_the_document() -> None:
    """What law 10's walk sends is described."""
    paths = json.loads(WRITTEN.read_text())["paths"]
    for method, path in all_of().bodies:
        assert "requestBody" in paths[path][method.lower()], path


def test_what_no_text_may_hold_is_said_as_it_is_judged() -> None:
    """The schema's pattern and the protocol's reader agree on each character, but on some that no pattern can name."""
    pattern = re.compile(str(text(1)["pattern"]))

    def is_taken(letter: str) -> bool:
        try:
            return Fields({"x": letter}).text("x", 1) == letter
        except ProtocolError:
            return False

    letters = [*map(chr, range(0xD800)), *map(chr, range(0xE000, 0x10000))]
    assert not any(is_taken(letter) for letter in "\U0001bca0\U0001d17a\U000e0041")
    assert [letter for letter in letters if is_taken(letter) != bool(pattern.fullmatch(letter))] == []
