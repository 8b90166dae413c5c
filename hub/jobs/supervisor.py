"""Supervised asyncio tasks.

A *periodic* job runs in one worker at a time (a lease in the database), a *background* loop in every worker. Both are
started again after a failure, with a growing pause, and a failure is logged by the job's name.
"""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete

from hub.db.faults import fault_of, note
from hub.jobs.model import JobLease

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from datetime import datetime

    from hub.db.engine import Database

LEASE_S = 120  # longer than any run: a worker that died is replaced after this
RETRY_FIRST_S = 1
RETRY_MAX_S = 60
GRACE_S = 5  # how long a run may go on when the hub stops; a run's transactions take milliseconds
_LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    name: str
    interval_s: float | None
    run: Callable[[], Awaitable[None]]
    leased: bool
    jitter_s: float = 0


class Jobs:
    """The hub's jobs; slices add theirs while the hub is wired."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        """Start nothing yet."""
        self._database = database
        self._clock = clock
        self._holder = secrets.token_hex(16)
        self._jobs: list[_Job] = []
        self._bells: dict[str, asyncio.Event] = {}
        self._leaves: dict[str, Callable[[], bool]] = {}
        self._stopping = False

    def every(
        self,
        name: str,
        interval_s: float,
        run: Callable[[], Awaitable[None]],
        *,
        in_each_worker: bool = False,
        jitter_s: float = 0,
    ) -> Callable[[], None]:
        """Run ``run`` at the start and then every ``interval_s``, in one worker at a time.

        ``jitter_s``: up to so much later each time, by chance, for what asks others who have many to answer.
        ``in_each_worker`` takes no lease: for what is safe side by side and must not wait for a dead worker's lease.
        Returns a bell: calling it makes the job run soon (fit for ``after_commit``).
        """
        job = _Job(name=name, interval_s=interval_s, run=run, leased=not in_each_worker, jitter_s=jitter_s)
        self._jobs.append(job)
        bell = self._bells[name] = asyncio.Event()
        return bell.set

    def only_when(self, name: str, may_run: Callable[[], bool]) -> None:
        """Ask each time before the periodic job ``name`` would run by itself; without leave it waits for the next."""
        self._leaves[name] = may_run

    async def run_now(self, name: str) -> None:
        """Run the periodic job ``name`` once, here and now, whoever holds its lease (a second run does no harm).

        It is not asked whether it may run by itself.
        """
        await next(job for job in self._jobs if job.name == name).run()

    def background(self, name: str, run: Callable[[], Awaitable[None]]) -> None:
        """Keep ``run`` (an endless loop) running in every worker; it is started again when it fails or returns."""
        self._jobs.append(_Job(name=name, interval_s=None, run=run, leased=False))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run all jobs until the block ends; a periodic run that is under way may end first, the rest is cancelled."""
        tasks = {asyncio.create_task(self._supervise(job), name=job.name): job for job in self._jobs}
        try:
            yield
        finally:
            self._stopping = True
            for task, job in tasks.items():
                if job.interval_s is None:
                    task.cancel()
                else:
                    self._bells[job.name].set()
            if tasks:
                _, late = await asyncio.wait(tasks, timeout=GRACE_S)
                for task in late:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
            await self._give_back_leases()

    async def _supervise(self, job: _Job) -> None:
        pause_s: float = RETRY_FIRST_S
        while not self._stopping:
            try:
                if job.interval_s is None:
                    await job.run()
                else:
                    await self._run_periodic(job, job.interval_s)
                    pause_s = RETRY_FIRST_S
                    continue
            except Exception as error:  # the supervisor is the one place where a job's failure may end
                fault = fault_of(error)
                if fault is None:
                    _LOGGER.exception("Job %s failed; it is tried again in %s s", job.name, pause_s)
                else:
                    note(fault, error, f"Job {job.name} is tried again in {pause_s} s")
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, RETRY_MAX_S)

    async def _run_periodic(self, job: _Job, interval_s: float) -> None:
        bell = self._bells[job.name]
        if not self._stopping:
            bell.clear()
        wait_s = interval_s
        if not job.leased or await self._take_lease(job.name):
            may_run = self._leaves.get(job.name)
            if may_run is None or may_run():  # with nothing between: what it found is so as the run begins
                await job.run()
        else:
            wait_s = min(interval_s, LEASE_S)
        wait_s += random.uniform(0, job.jitter_s)  # noqa: S311 - spreads calls, guards nothing
        with suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await bell.wait()

    async def _give_back_leases(self) -> None:
        """Let another worker, or the next start, go on at once; without room for that they wait for ``LEASE_S``."""
        try:
            async with self._database.session("job.leases_returned") as session:
                await session.execute(delete(JobLease).where(JobLease.holder == self._holder))
        except Exception as error:
            fault = fault_of(error)
            if fault is None:
                raise
            note(fault, error, "The leases of the jobs are not given back")

    async def _take_lease(self, name: str) -> bool:
        """Take or renew the lease of ``name``; False when another worker holds it."""
        now = self._clock()
        async with self._database.session("job.leased") as session:
            lease = await session.get(JobLease, name, with_for_update=True)
            if lease is not None and lease.holder != self._holder and lease.until > now:
                return False
            if lease is None:
                lease = JobLease(name=name)
                session.add(lease)
            lease.holder, lease.until, lease.last_run_at = self._holder, now + timedelta(seconds=LEASE_S), now
        return True
