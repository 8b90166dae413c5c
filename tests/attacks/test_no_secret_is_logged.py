"""No log line of the hub has a secret, a person, a place, a case, a plate, or what joins a home to its share.

Everything is logged at its most talkative, while all goes well and while the database fails in the middle of acts.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from hub.__main__ import main
from hub.kit.access import Role
from tests.simulators.answered import CASE_NUMBER, PLAIN, answered_agency
from tests.simulators.hub_bench import seed_home
from tests.simulators.sealed_share import HomeClient, seal_share

if TYPE_CHECKING:
    from pathlib import Path

    from tests.simulators.answered import Answered

REASON = "Alma Teague of 12 Hollow Oak Lane saw a man leave in a truck with the plate QRV 4471 at night."
# The simulated homes' and browsers' own side of the connection, and pytest's loop.
NOT_THE_HUBS = ("aiohttp.client", "asyncio")


def lines_of(caplog: pytest.LogCaptureFixture) -> str:
    """Return all that was logged, tracebacks too."""
    formatter = logging.Formatter("%(name)s %(levelname)s %(message)s")
    return "\n".join(formatter.format(each) for each in caplog.records if not each.name.startswith(NOT_THE_HUBS))


def words_of(town: Answered) -> tuple[str, ...]:
    """Return what must never be read in a log."""
    share = town.share
    return (
        *("Teague", "Hollow Oak", "QRV 4471", REASON, CASE_NUMBER, "26-700007", "Dana Whitfield", "Whitfield"),
        *("555 0100", "341400000", "341_400_000", PLAIN.decode()),
        *(desk.cookie for desk in town.desks.values()),
        town.token,
        share.share.one_time_key.hex(),
        share.identity.secret_text(),
        town.agency.hub.keys.enrolment_secret.hex(),
    )


async def break_the_table(path: Path, name: str) -> None:
    """Let the database refuse every new row of a table."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(
            f"CREATE TRIGGER broken_{name} BEFORE INSERT ON {name} BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )


async def go_wrong(town: Answered) -> None:
    """Let every act that writes a person's words, a token or a share fail in the database."""
    path = town.agency.settings.folder / "hub.sqlite"
    officer = town.desks[Role.OFFICER]
    share = seal_share(town.request, town.request_id)
    for table in ("request", "share", "receipt", "home", "topic"):
        await break_the_table(path, table)
    body = f"{town.agency.officers_url}/api/requests"
    draft = town.agency.draft(reason=REASON, case_number="26-700007")
    async with town.agency.session.post(body, json=draft, headers=officer.headers) as answer:
        assert answer.status == 500
    assert (await town.home.ask("POST", "/v1/shares", data=share.envelope))[0] == 500
    part = f"{town.agency.officers_url}/api/shares/{town.share.share.share_id}/parts/clip/body"
    async with town.agency.session.get(part, headers=officer.headers) as answer:
        assert answer.status == 500
    with pytest.raises(Exception, match="refused") as failed:
        await seed_home(town.agency.hub.database)
    logging.getLogger("hub.test").error("As a job would say it", exc_info=failed.value)


async def test_nothing_that_must_stay_unsaid_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A whole journey, refusals, and failures with their tracebacks."""
    caplog.set_level(logging.DEBUG)
    async with answered_agency(tmp_path) as town:
        words = words_of(town)
        first = await town.agency.published(reason=REASON, case_number="26-700007")
        supervisor = town.desks[Role.SUPERVISOR]
        assert (await supervisor.act(first, "withdraw"))[0] == 200
        assert (await supervisor.ask("POST", "/api/requests", town.agency.draft(reason=REASON)))[0] == 403
        stranger = HomeClient(town.agency.session, town.agency.homes_url, f"{town.token}x")
        assert (await stranger.ask("GET", "/v1/feed"))[0] == 401
        assert await asyncio.to_thread(main, ["invite", str(tmp_path), "officer"]) == 0
        await go_wrong(town)
    told = lines_of(caplog)
    assert "refused" in told
    assert [word for word in words if word in told] == []
    share_id = town.share.share.share_id
    assert [line for line in told.splitlines() if share_id in line and "127.0.0.1" in line] == []
