"""A part that runs for ever outlives a bug in it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.processes import supervise
from custom_components.milton_share.processes.supervise import kept_running

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine


def failing(times: int) -> tuple[list[int], Callable[[], Coroutine[object, object, None]]]:
    """Return a part that fails so many times before it returns, and the list of its beginnings."""
    begun: list[int] = []

    async def run() -> None:
        begun.append(len(begun))
        if len(begun) <= times:
            message = "a bug"
            raise ZeroDivisionError(message)

    return begun, run


async def test_a_part_that_failed_begins_again_and_is_told_by_name(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each failure once, with its traceback; what returns is over."""
    monkeypatch.setattr(supervise, "AGAIN_S", 0.01)
    begun, run = failing(times=2)
    async with asyncio.timeout(5):
        await kept_running(run, "The outbox")
    assert begun == [0, 1, 2]
    assert caplog.text.count("The outbox failed") == 2
    assert "ZeroDivisionError" in caplog.text


async def test_a_part_that_fails_at_once_waits_and_can_be_stopped() -> None:
    """It fills no log, and an unload does not wait for it."""
    begun, run = failing(times=1_000)
    task = asyncio.create_task(kept_running(run, "The outbox"))
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert begun == [0]
