"""Whether the hub's clock goes as time does: after it leapt ahead, what can't be undone waits for people to look.

Invariant: by a clock that was put ahead while the hub runs nothing is erased before ``WAIT`` is over, by time that
nobody can put; it goes on at once when the clock is put back. A clock that is wrong from the start is not noticed.
"""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import TYPE_CHECKING

from hub.kit.notices import About, Notice

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

LEAP = timedelta(hours=1)  # no correction of a clock that runs is as much
WAIT = timedelta(hours=6)  # as homes wait
_LOGGER = logging.getLogger(__name__)


class Steadiness:
    """Compares the clock with the seconds that passed, each time that it is asked."""

    def __init__(self, clock: Callable[[], datetime], seconds: Callable[[], float] = time.monotonic) -> None:
        """Begin now; ``seconds`` only grows, as time does."""
        self._clock = clock
        self._seconds = seconds
        self._ahead_before = self._ahead_s()
        self._leapt_s = 0.0
        self._waits_until_s: float | None = None

    def is_steady(self) -> bool:
        """Say whether what is due by the clock may be erased."""
        ahead_s = self._ahead_s()
        leapt_s, self._ahead_before = ahead_s - self._ahead_before, ahead_s
        self._leapt_s += leapt_s
        if leapt_s > LEAP.total_seconds():
            self._waits_until_s = self._seconds() + WAIT.total_seconds()
            _LOGGER.error("The clock leapt ahead by %s; nothing is erased for %s", timedelta(seconds=leapt_s), WAIT)
        elif self._waits_until_s is None or self._leapt_s < LEAP.total_seconds() or self._is_over():
            self._leapt_s, self._waits_until_s = 0.0, None
        return self._waits_until_s is None

    def notice(self) -> Notice | None:
        """Return what is to be said while it waits."""
        if self._waits_until_s is None:
            return None
        hours = max(1, round((self._waits_until_s - self._seconds()) / 3_600))
        sentence = (
            f"The hub's clock leapt ahead. Nothing is deleted by it for {hours} h: if the clock is wrong, set it right "
            "before that."
        )
        return Notice(about=About.CLOCK, sentence=sentence)

    def _is_over(self) -> bool:
        return self._waits_until_s is not None and self._seconds() >= self._waits_until_s

    def _ahead_s(self) -> float:
        return self._clock().timestamp() - self._seconds()
