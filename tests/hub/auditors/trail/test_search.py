"""Searching the trail: by person, action, time and subject, a page at a time; and whether it is whole."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from hub.audit.denials import Denials
from hub.audit.model import AuditRow
from hub.audit.state import ANEW_EVERY, TrailState
from hub.audit.trail import record
from hub.audit.watched import Attempt
from hub.auditors.trail.search import PAGE_ROWS, Search, denials, rows
from hub.kit.access import OPERATOR, Actor, Role
from hub.kit.errors import HubError

if TYPE_CHECKING:
    from hub.db.engine import Database

ZONE = ZoneInfo("America/New_York")
NOON = datetime(2026, 11, 1, 16, tzinfo=UTC)  # noon where clocks were put back that night
AUDITOR = Actor(id="person:auditor", roles=frozenset({Role.AUDITOR}), person_id="auditor")
OFFICER = Actor(id="person:officer", roles=frozenset({Role.OFFICER}), person_id="officer")


@pytest.fixture
async def database(database: Database) -> Database:
    """Make a database whose trail has an officer's and the operator's rows, one an hour, and a refusal of each."""
    async with database.session("test") as session:
        for hour, (actor, action) in enumerate(
            [(OFFICER, "share.fetched"), (OPERATOR, "code.made"), (OFFICER, "shareholder"), (OFFICER, "share_x.y")]
        ):
            await record(session, at=NOON + timedelta(hours=hour), actor=actor, action=action, subject=f"thing {hour}")
    noted = Denials(database)
    for person in ("officer", "custodian"):
        await noted.note(Attempt(rule="not_allowed", route="GET /cosign", person_id=person, device="desk"), NOON)
    return database


async def found(database: Database, **asked: str) -> list[int]:
    """Return the numbers of the rows that are found."""
    search = Search.of({name.rstrip("_"): value for name, value in asked.items()})
    async with database.reading() as session:
        return [row.number for row in await rows(session, AUDITOR, search, ZONE)]


async def refused(database: Database, **asked: str) -> list[str]:
    """Return whose refusals are found."""
    async with database.reading() as session:
        return [row.person_id for row in await denials(session, AUDITOR, Search.of(asked), ZONE)]


async def test_each_field_narrows_what_is_found(database: Database) -> None:
    """Newest first; a dot finds what begins with it and nothing that only looks like it."""
    assert await found(database) == [4, 3, 2, 1]
    assert await found(database, person="officer") == await found(database, person="person:officer") == [4, 3, 1]
    assert await found(database, person="operator") == [2]
    assert await found(database, action="share.") == [1]
    assert await found(database, action="shareholder", subject="thing 2") == [3]
    assert await found(database, action="share%") == []
    assert await found(database, subject="thing") == []


async def test_a_day_is_the_agencys_and_a_time_is_utc(database: Database) -> None:
    """The day on which clocks were put back has 25 hours; its last day is in it."""
    assert await found(database, from_="2026-11-01", until="2026-11-01") == [4, 3, 2, 1]
    assert await found(database, from_="2026-11-02") == await found(database, until="2026-10-31") == []
    assert await found(database, from_="2026-11-01T17:00:00Z", until="2026-11-01T19:00:00Z") == [3, 2]


async def test_a_page_goes_on_from_a_number_though_rows_are_added(database: Database) -> None:
    """One row more than a page says that there is one."""
    async with database.session("test") as session:
        for _ in range(PAGE_ROWS):
            await record(session, at=NOON, actor=OPERATOR, action="more", subject="-")
    first = await found(database)
    assert len(first) == PAGE_ROWS + 1
    async with database.session("test") as session:
        await record(session, at=NOON, actor=OPERATOR, action="more", subject="-")
    assert await found(database, before=str(first[PAGE_ROWS - 1])) == [4, 3, 2, 1]
    assert await found(database, before=str(first[PAGE_ROWS - 1]), person="operator") == [2]


async def test_refusals_are_found_by_person_rule_and_route(database: Database) -> None:
    """As the trail is."""
    assert await refused(database) == ["custodian", "officer"]
    assert await refused(database, person="person:officer") == ["officer"]
    assert await refused(database, action="not_allowed", subject="GET /cosign", before="2") == ["officer"]
    assert await refused(database, action="own_act") == await refused(database, subject="GET /") == []


@pytest.mark.parametrize(
    "asked",
    [
        {"order": "actor"},
        {"subject": "x" * 201},
        {"before": "1 OR 1=1"},
        {"before": "-1"},
        {"before": "9" * 13},
        {"before": "²"},
        {"from": "yesterday"},
        {"until": "9999-12-31"},
        {"from": "2026-11-01T00:00:00Z; DROP TABLE audit"},
    ],
)
async def test_what_can_not_be_read_is_said(database: Database, asked: dict[str, str]) -> None:
    """And nothing is guessed."""
    with pytest.raises(HubError, match="search_unreadable") as refusal:
        async with database.reading() as session:
            await rows(session, AUDITOR, Search.of(asked), ZONE)
    assert refusal.value.status == 400


async def test_nobody_but_an_auditor_searches(database: Database) -> None:
    """By the same table as the doors."""
    async with database.reading() as session:
        with pytest.raises(HubError, match="not_allowed"):
            await rows(session, OFFICER, Search(), ZONE)
        with pytest.raises(HubError, match="not_allowed"):
            await denials(session, OFFICER, Search(), ZONE)


async def test_the_state_follows_what_is_added_and_looks_at_all_once_a_day(database: Database) -> None:
    """A row that is changed later shows the day after, one that is added wrong at once; a mended trail is whole."""
    now = NOON
    state = TrailState(database, lambda: now)
    found = await state.newest()
    assert (found.head.number, found.broken) == (4, None)
    assert await state.newest() is found

    async def change(number: int, subject: str) -> None:
        async with database.session("test") as session:
            await session.execute(update(AuditRow).where(AuditRow.number == number).values(subject=subject))
        await state.look()

    await change(2, "else")
    assert state.found is not None
    assert state.found.broken is None
    now += ANEW_EVERY
    await change(2, "else")
    assert (state.found.head.number, state.found.broken) == (1, 2)
    await change(2, "thing 1")
    assert (state.found.head.number, state.found.broken) == (4, None)
    async with database.session("test") as session:
        await record(session, at=now, actor=OPERATOR, action="more", subject="-")
    await change(5, "else")
    assert (state.found.head.number, state.found.broken) == (4, 5)
