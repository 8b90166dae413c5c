"""A clock that leaps ahead erases nothing before somebody could look."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hub.shares import setup as custody_setup
from hub.shares.retention.steadiness import LEAP, WAIT, Steadiness
from tests.hub.shares.desks import received
from tests.simulators.broker_bench import eventually
from tests.simulators.hub_bench import running_hub

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


@dataclass(kw_only=True)
class Machine:
    """A clock that is put, and seconds that pass."""

    passed: timedelta = timedelta()
    put: timedelta = timedelta()

    def clock(self) -> datetime:
        """Return what the clock shows."""
        return NOON + self.passed + self.put

    def seconds(self) -> float:
        """Return the seconds since the machine's start."""
        return self.passed.total_seconds()


def test_what_is_due_waits_after_a_leap_and_goes_when_the_time_to_look_is_over() -> None:
    """A second leap makes it wait anew; time that passes is no leap, however much of it."""
    machine = Machine()
    steadiness = Steadiness(machine.clock, machine.seconds)
    machine.passed += timedelta(days=40)
    machine.put += LEAP
    assert steadiness.is_steady()
    assert steadiness.notice() is None
    machine.put += timedelta(days=365)
    assert not steadiness.is_steady()
    machine.passed += WAIT - timedelta(minutes=1)
    machine.put += timedelta(hours=2)
    assert not steadiness.is_steady()
    machine.passed += WAIT - timedelta(minutes=1)
    assert not steadiness.is_steady()
    notice = steadiness.notice()
    assert notice is not None
    assert "Nothing is deleted by it for 1 h" in notice.sentence
    machine.passed += timedelta(minutes=1)
    assert steadiness.is_steady()
    assert steadiness.notice() is None


def test_a_clock_that_is_put_back_is_believed_at_once() -> None:
    """All the way, or nearly; half the way is a leap still."""
    machine = Machine()
    steadiness = Steadiness(machine.clock, machine.seconds)
    machine.put += timedelta(days=365)
    assert not steadiness.is_steady()
    machine.put -= timedelta(days=100)
    assert not steadiness.is_steady()
    machine.put -= timedelta(days=265) - LEAP / 2
    assert steadiness.is_steady()
    machine.put -= timedelta(days=9)
    assert steadiness.is_steady()


async def test_a_hub_whose_clock_leaps_ahead_erases_no_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its job comes by, again and again; officers read why nothing goes, and watchers hear of it."""
    monkeypatch.setattr(custody_setup, "DELETE_EVERY_S", 0.05)
    async with running_hub(tmp_path) as bench:
        custody = await received(bench)
        bench.clock.ahead += timedelta(days=365)

        async def is_said() -> bool:
            return any("leapt ahead" in each.sentence for each in bench.hub.notices.now())

        await eventually(is_said)
        await asyncio.sleep(0.3)
        assert custody.bytes_kept
        bench.clock.ahead -= timedelta(days=365)

        async def is_over() -> bool:
            return not await is_said()

        await eventually(is_over)
        assert custody.bytes_kept
