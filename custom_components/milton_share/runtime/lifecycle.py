"""The order in which the services of one enrollment open; they close in reverse."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .services import Services


async def _nothing() -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something to open, close, or both. It is closed even if opening failed."""

    open: Callable[[], Awaitable[object]] = _nothing
    close: Callable[[], Awaitable[object]] = _nothing


class Lifecycle:
    """Opens and closes everything."""

    def __init__(self, *steps: Step) -> None:
        """Take the steps, in their order."""
        self._steps = steps
        self._opened = AsyncExitStack()

    async def open(self) -> None:
        """Open everything, or nothing; raises what a step raises."""
        async with AsyncExitStack() as opened:
            for step in self._steps:
                opened.push_async_callback(step.close)
                await step.open()
            self._opened = opened.pop_all()

    async def close(self) -> None:
        """Close everything, even if a step fails. May be called twice."""
        await self._opened.aclose()


def lifecycle_of(services: Services) -> Lifecycle:
    """Return the services' lifecycle: stored data loads before the services that read it."""
    run_blocking, database, folder, book = services.run_blocking, services.database, services.folder, services.book
    footage = services.footage

    async def open_database() -> None:
        await run_blocking(folder.make)
        await database.open(may_be_new=await run_blocking(folder.is_empty))

    async def wipe_strays() -> None:
        """Wipe files left by a crash."""
        await run_blocking(partial(folder.wipe_strays, book.clips_in_use(), book.shares_on_their_way()))

    kept = (
        services.pins,
        services.inbox,
        services.city,
        services.map,
        services.cameras,
        footage.folders,
        services.approvers,
        services.attempts,
        services.judgment.refusals,
        services.household,
        services.notifier,
        book,
        services.door_codes,
        footage.files,
        services.receipts,
    )
    return Lifecycle(
        Step(open=open_database, close=database.close),
        *(Step(open=one.load) for one in kept),
        Step(open=services.recording.open),
        Step(open=wipe_strays),
        *(Step(open=one.start, close=one.stop) for one in (footage.recorder, footage.copied, footage.added)),
        Step(open=services.own.open, close=services.own.stop),
        Step(close=services.cutter.stop),
        Step(open=services.clocks.start, close=services.clocks.stop),
        Step(close=services.recording.close),
    )
