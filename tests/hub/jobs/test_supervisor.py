"""Jobs: one worker at a time, started again after a failure, rung by a bell."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hub.jobs.supervisor import LEASE_S, Jobs

if TYPE_CHECKING:
    import pytest

    from hub.db.engine import Database

HOUR_S = 3600


class Counted:
    """A job that counts its runs and may fail."""

    def __init__(self, *failures: int) -> None:
        """Fail at the runs with these numbers."""
        self.runs = 0
        self._failures = failures
        self._ran = asyncio.Condition()

    async def __call__(self) -> None:
        """Run once."""
        async with self._ran:
            self.runs += 1
            self._ran.notify_all()
        if self.runs in self._failures:
            raise RuntimeError

    async def reached(self, runs: int) -> None:
        """Wait until it has run so often."""
        async with asyncio.timeout(10), self._ran:
            await self._ran.wait_for(lambda: self.runs >= runs)


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


async def test_a_job_runs_at_the_start_and_when_it_is_rung(database: Database) -> None:
    """And not before its time otherwise."""
    jobs, job = Jobs(database, now), Counted()
    ring = jobs.every("job", HOUR_S, job)
    async with jobs.running():
        await job.reached(1)
        await asyncio.sleep(0.05)
        assert job.runs == 1
        ring()
        await job.reached(2)


async def test_one_worker_holds_a_job_and_another_takes_over_when_it_stops(database: Database) -> None:
    """A worker that stops gives its lease back; one that died loses it in time."""
    first, second = Counted(), Counted()
    one, other = Jobs(database, now), Jobs(database, now)
    one.every("job", HOUR_S, first)
    ring = other.every("job", HOUR_S, second)
    async with other.running():
        async with one.running():
            ran = [asyncio.ensure_future(each.reached(1)) for each in (first, second)]
            await asyncio.wait(ran, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.sleep(0.1)
            for each in ran:
                each.cancel()
            assert (first.runs, second.runs) in {(1, 0), (0, 1)}
        ring()
        await second.reached(1)
    later = Jobs(database, lambda: now() + timedelta(seconds=LEASE_S + 1))
    third = Counted()
    later.every("job", HOUR_S, third)
    async with later.running():
        await third.reached(1)


async def test_a_job_of_each_worker_asks_for_no_lease(database: Database) -> None:
    """What must not wait for a dead worker runs everywhere."""
    workers, runs = [], []
    for _ in range(2):
        jobs, job = Jobs(database, now), Counted()
        jobs.every("job", HOUR_S, job, in_each_worker=True)
        workers.append(jobs)
        runs.append(job)
    async with workers[0].running(), workers[1].running():
        for job in runs:
            await job.reached(1)


async def test_a_failure_is_logged_by_name_and_the_job_goes_on(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """Periodic or endless."""
    jobs, periodic, endless = Jobs(database, now), Counted(1), Counted(1)
    jobs.every("periodic", HOUR_S, periodic)
    jobs.background("endless", endless)
    async with jobs.running():
        await periodic.reached(2)
        await endless.reached(2)
    assert "Job periodic failed" in caplog.text
    assert "Job endless failed" in caplog.text


async def test_jobs_end_with_the_hub(database: Database) -> None:
    """Cancelled and waited for."""
    jobs = Jobs(database, now)
    ended = asyncio.Event()

    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    jobs.background("endless", endless)
    async with jobs.running():
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert ended.is_set()


async def test_a_job_with_jitter_runs_later_each_time_by_chance(database: Database) -> None:
    """Never before its time; what asks others does not ask by the clock."""
    times: list[float] = []

    class Timed(Counted):
        async def __call__(self) -> None:
            times.append(asyncio.get_running_loop().time())
            await super().__call__()

    jobs, job = Jobs(database, now), Timed()
    jobs.every("job", 0.02, job, in_each_worker=True, jitter_s=0.1)
    async with jobs.running():
        await job.reached(10)
    gaps = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert min(gaps) >= 0.02
    assert max(gaps) - min(gaps) > 0.01
