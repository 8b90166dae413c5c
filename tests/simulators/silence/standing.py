"""A hub's time that stands still between what it is told: the loop's, and the clock's."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tests.simulators.hub_bench import MovableClock


class StandingTime:
    """The loop's time: the machine's, until it is told to stand still, and from there on when it may go on."""

    def __init__(self) -> None:
        """Go with the machine."""
        self._behind_s = 0.0
        self._stands_at: float | None = None

    def __call__(self) -> float:
        """Return the time in seconds."""
        return time.monotonic() - self._behind_s if self._stands_at is None else self._stands_at

    def stand(self) -> None:
        """Stand still."""
        self._stands_at = self()

    def go_on(self) -> None:
        """Go on from where it stood."""
        if self._stands_at is not None:
            self._behind_s, self._stands_at = time.monotonic() - self._stands_at, None


@dataclass(kw_only=True)
class ToldClock(MovableClock):
    """The hub's clock: what it was told last."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now
