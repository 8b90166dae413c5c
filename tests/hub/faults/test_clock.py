"""The hub's clock is wrong: hours off, jumping back, or read in a zone that changes its hour."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from hub.__main__ import main
from hub.db.faults import CLOCK_WENT_BACK
from hub.kit.clock import ClockWentBackError, time_to_tell
from hub.publiclog.model import LogLeaf
from tests.simulators.agency import running_agency
from tests.simulators.live import live_statement

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from tests.simulators.agency import Agency

YEAR = timedelta(days=365)
SINCE_FOUNDED = timedelta(days=20)
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
async def agency(tmp_path: Path) -> AsyncIterator[Agency]:
    """Run a hub that was founded twenty days ago."""
    async with running_agency(tmp_path) as started:
        started.clock.ahead = SINCE_FOUNDED
        await started.hub.jobs.run_now("live")
        yield started


async def leaves(agency: Agency) -> int:
    """Count what the public log has."""
    async with agency.hub.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(LogLeaf)) or 0


@pytest.mark.parametrize("back", [timedelta(minutes=9), timedelta(hours=7), timedelta(days=12)])
async def test_a_clock_that_went_back_publishes_nothing_and_says_so(agency: Agency, back: timedelta) -> None:
    """503 ``clock_went_back`` to the officer in words; nothing in the log, nothing before homes; then all goes on."""
    officer = await agency.desk("officer")
    request_id = (await officer.draft())["id"]
    assert (await officer.sign(request_id))[0] == 200
    told, before = await live_statement(agency.hub), await leaves(agency)
    agency.clock.ahead -= back
    draft = agency.draft()
    for path, body in ((f"/api/requests/{request_id}/publish", {}), ("/api/requests", draft)):
        status, answer = await officer.ask("POST", path, body)
        assert (status, answer["error"], answer["message"]) == (503, "clock_went_back", CLOCK_WENT_BACK.message)
    with pytest.raises(ClockWentBackError):
        await agency.hub.jobs.run_now("live")
    assert await live_statement(agency.hub) == told
    assert await leaves(agency) == before
    agency.clock.ahead += back
    status, answer = await officer.act(request_id, "publish")
    assert (status, answer["state"]) == (200, "published")
    assert (await live_statement(agency.hub)).sequence == told.sequence + 1


async def test_a_clock_before_the_directory_is_said_to_be_wrong(agency: Agency) -> None:
    """A year back nobody is signed in by such a directory: the sentence names the clock, not an expiry."""
    officer = await agency.desk("officer")
    agency.clock.ahead -= timedelta(days=400)
    status, answer = await officer.ask("POST", "/api/requests/verdict", agency.draft())
    assert (status, answer["error"]) == (503, "directory_not_yet_valid")
    assert "clock is wrong" in answer["message"]


async def test_a_small_correction_goes_unnoticed_and_no_statement_goes_back(agency: Agency) -> None:
    """NTP sets the clock back by four minutes: the next statement has the last one's time and the next number."""
    told = await live_statement(agency.hub)
    agency.clock.ahead -= timedelta(minutes=4)
    await agency.hub.jobs.run_now("live")
    after = await live_statement(agency.hub)
    assert (after.issued_at, after.sequence) == (told.issued_at, told.sequence + 1)


async def test_a_withdrawal_waits_for_no_clock(agency: Agency) -> None:
    """What takes something back is told at once: the number grows, and the time stands still, never back."""
    request_id = await agency.published()
    told = await live_statement(agency.hub)
    assert request_id in told.live
    agency.clock.ahead -= timedelta(minutes=20)
    officer = await agency.desk("officer")
    status, answer = await officer.act(request_id, "withdraw")
    assert (status, answer["state"]) == (200, "withdrawn")
    after = await live_statement(agency.hub)
    assert (after.issued_at, after.sequence) == (told.issued_at, told.sequence + 1)
    assert (request_id in after.live, request_id in after.withdrawn) == (False, True)


async def test_a_clock_that_jumps_about_gives_numbers_that_only_grow(agency: Agency) -> None:
    """Forth, back, forth: what homes see has neither a lower number nor an earlier time than before."""
    seen = [await live_statement(agency.hub)]
    for hours in (3, -2, 1, -5, 9, -1):
        agency.clock.ahead += timedelta(hours=hours)
        try:
            await agency.hub.jobs.run_now("live")
        except ClockWentBackError:
            continue
        seen.append(await live_statement(agency.hub))
    assert [each.sequence for each in seen] == list(range(seen[0].sequence, seen[0].sequence + len(seen)))
    assert sorted(each.issued_at for each in seen) == [each.issued_at for each in seen]
    assert len(seen) == 3


async def test_after_a_clock_that_was_ahead_a_person_says_that_it_is_right(
    agency: Agency, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``milton-hub clock`` shows both times; with ``--is-right`` the hub goes on, by a higher number."""
    ahead = await live_statement(agency.hub)
    agency.clock.ahead = timedelta()
    with pytest.raises(ClockWentBackError):
        await agency.hub.jobs.run_now("live")
    capsys.readouterr()
    assert await asyncio.to_thread(main, ["clock", str(tmp_path)]) == 1
    assert "stands before" in capsys.readouterr().out
    assert await live_statement(agency.hub) == ahead
    assert await asyncio.to_thread(main, ["clock", str(tmp_path), "--is-right"]) == 0
    assert f"told last:    {datetime.now(UTC):%Y-%m-%d}" in capsys.readouterr().out
    await agency.hub.jobs.run_now("live")
    after = await live_statement(agency.hub)
    assert after.sequence == ahead.sequence + 2
    assert after.issued_at < ahead.issued_at
    assert await agency.published()


@pytest.fixture
def new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the machine's zone be one that changes its hour."""
    monkeypatch.setenv("TZ", "America/New_York")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.usefixtures("new_york")
@pytest.mark.parametrize(
    "change", [datetime(2026, 11, 1, 6, tzinfo=UTC), datetime(2027, 3, 14, 7, tzinfo=UTC)], ids=["autumn", "spring"]
)
async def test_the_change_of_the_hour_is_no_event(tmp_path: Path, change: datetime) -> None:
    """The machine's own clock shows an hour twice, or not at all; what is signed goes on by the minute, in UTC."""
    async with running_agency(tmp_path) as agency:
        ahead_s = (change - timedelta(minutes=45) - agency.clock()).total_seconds() % YEAR.total_seconds()
        agency.clock.ahead += timedelta(seconds=ahead_s)
        seen = []
        for _ in range(4):
            await agency.hub.jobs.run_now("live")
            seen.append(await live_statement(agency.hub))
            agency.clock.ahead += timedelta(minutes=30)
    steps = [(after.issued_at - before.issued_at).total_seconds() for before, after in pairwise(seen)]
    assert all(1_800 <= step < 3_600 for step in steps), steps
    assert {(each.expires_at - each.issued_at) for each in seen} == {timedelta(hours=24)}


def test_the_rule_is_what_homes_forgive() -> None:
    """Up to five minutes back the time stands still; beyond it there is none to tell."""
    assert time_to_tell(NOON, None) == NOON
    assert time_to_tell(NOON, NOON - timedelta(days=1)) == NOON
    assert time_to_tell(NOON - timedelta(minutes=5), NOON) == NOON
    with pytest.raises(ClockWentBackError):
        time_to_tell(NOON - timedelta(minutes=5, seconds=1), NOON)
