"""How long a live statement is believed: no longer than its own time, by a clock that nobody can put.

A home's clock that is put back (by whoever answers its questions for the time) would else let a statement live on, and
with it a request that was revoked or withdrawn meanwhile. Of before a start nothing is known.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ..shared.milton_protocol.errors import ProtocolError, Rule

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ..shared.milton_protocol.messages.requests.live import LiveStatement


class Freshness:
    """Knows when the newest statement ends, since it was first seen."""

    def __init__(self, monotonic_s: Callable[[], float] = time.monotonic) -> None:
        """Have seen none."""
        self._monotonic_s = monotonic_s
        self._seen: tuple[int, datetime] | None = None
        self._ends_s = 0.0

    def require(self, live: LiveStatement, now: datetime) -> None:
        """Raise ProtocolError `live_expired` when a statement, in order by the wall clock ``now``, has had its time."""
        if self._seen != (live.sequence, live.expires_at):
            self._seen = (live.sequence, live.expires_at)
            self._ends_s = self._monotonic_s() + (live.expires_at - now).total_seconds()
        if self._monotonic_s() >= self._ends_s:
            raise ProtocolError(Rule.LIVE_EXPIRED)
