"""How blocking work leaves the event loop: Home Assistant's executor, passed in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class RunBlocking(Protocol):
    """Runs a function in a thread and returns what it returned; `hass.async_add_executor_job` is one."""

    def __call__[T](self, work: Callable[[], T], /) -> Awaitable[T]:
        """Run ``work``."""
        ...
