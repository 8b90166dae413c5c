"""The order in which the services of one enrollment open; they close in the reverse one."""

from __future__ import annotations

from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


async def _nothing() -> None:
    """Do nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that opens, closes, or both. It is closed also where it failed to open."""

    open: Callable[[], Awaitable[object]] = _nothing
    close: Callable[[], Awaitable[object]] = _nothing


class Lifecycle:
    """Opens and closes everything."""

    def __init__(self, *steps: Step) -> None:
        """Take the steps, in their order."""
        self._steps = steps
        self._opened = AsyncExitStack()

    async def open(self) -> None:
        """Open everything, or nothing; raise what a step raises."""
        async with AsyncExitStack() as opened:
            for step in self._steps:
                opened.push_async_callback(step.close)
                await step.open()
            self._opened = opened.pop_all()

    async def close(self) -> None:
        """Close everything, also what follows a step that fails. May be called twice."""
        await self._opened.aclose()
