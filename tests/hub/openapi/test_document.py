"""The OpenAPI document says what the officers' application answers and reads, and nothing else."""

from __future__ import annotations

import json
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING

from hub.__main__ import main
from hub.access import ALLOWED, Action, Role
from tests.attacks.doors.listed import all_of
from tests.attacks.test_law_10_deny_by_default import call
from tests.simulators.answered import answered_agency
from tests.simulators.hub_bench import found_city
from tests.simulators.paths import filled

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from tests.simulators.answered import Answered

WRITTEN = Path(__file__).parents[3] / "docs/officers-api.json"
ORDER = (Role.CUSTODIAN, Role.OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.AUDITOR)


def said(folder: Path, capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """Return what the command prints."""
    settings = found_city(folder)
    capsys.readouterr()
    assert main(["api", str(settings.folder), *options]) == 0
    return capsys.readouterr().out


def test_the_written_document_is_what_the_command_prints(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``milton-hub api DIR > docs/officers-api.json`` after a route changed."""
    assert said(tmp_path, capsys) == WRITTEN.read_text()


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
