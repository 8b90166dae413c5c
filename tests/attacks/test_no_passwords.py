"""There is no password anywhere: nothing to guess, to fish for, or to use again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import hub
from hub.db.base import Base
from hub.kit.access import ALLOWED, Action
from hub.web.routing import RouteAccess
from tests.attacks.routes.listed import all_of
from tests.attacks.test_law_10_deny_by_default import call
from tests.simulators.answered import PEOPLE
from tests.simulators.paths import filled

if TYPE_CHECKING:
    from tests.simulators.answered import Answered

ASKS = re.compile(r"type=[\"']?password|autocomplete=[\"']?(?:current|new)-password|one-time-code", re.IGNORECASE)
WORDS = re.compile(r"passw(?:or)?d|passphrase", re.IGNORECASE)
HOMES_OWN = {"mqtt_username"}  # what a home signs in to its broker with is made of the hub's key, and kept nowhere


async def test_no_page_asks_for_a_password_and_no_answer_offers_one(town: Answered) -> None:
    """Each page and answer that each role, and nobody, can get."""
    seen = set()
    for (method, path), door in all_of().officers.items():
        if method != "GET" or path.endswith("/body"):
            continue
        able = [role for role in PEOPLE if door not in Action or role in ALLOWED[Action(door)]]
        query = all_of().queries[method, path](town) if (method, path) in all_of().queries else ""
        headers = [town.desks[role].headers for role in able] + ([{}] if door is RouteAccess.OPEN else [])
        for each in headers:
            url = town.agency.officers_url + filled(town, path) + query
            status, answer = await call(town, url, method, each | {"Accept": "text/html"})
            assert ASKS.search(answer.decode(errors="replace")) is None, path
            seen.add((path, status))
    assert {"/sign-in", "/invite", "/account", "/keys"} <= {path for path, status in seen if status == 200}


def test_nothing_of_a_password_is_kept() -> None:
    """No column of the database is one, and no page's script or template has a field for one."""
    columns = {column.name for table in Base.metadata.tables.values() for column in table.columns}
    assert {name for name in columns if WORDS.search(name)} == set()
    assert columns >= HOMES_OWN
    for path in (Path(hub.__file__).parent / "web").rglob("*"):
        if path.suffix in {".html", ".js"}:
            assert ASKS.search(path.read_text(encoding="utf-8")) is None, path
