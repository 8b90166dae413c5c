"""How often one home announces shares.

Invariants: nothing here is ever written down; a home is known by a digest under a key that this process makes at its
start and forgets at its end, and beside it stands a count of times only, never which share.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import deque
from typing import TYPE_CHECKING

from hub.errors import HubError

if TYPE_CHECKING:
    from datetime import datetime

HOUR_S = 3_600
HOMES_MAX = 20_000  # homes that announced within the hour; beyond it the oldest are forgotten
TOO_MANY = 429


class ShareRate:
    """Counts of the last hour."""

    def __init__(self, per_hour: int) -> None:
        """Allow ``per_hour`` shares a home."""
        self._per_hour = per_hour
        self._key = secrets.token_bytes(32)
        self._times: dict[bytes, deque[float]] = {}

    def count(self, token: str, now: datetime) -> None:
        """Count one share of the home with ``token``; raise ``too_many_shares`` above the rate."""
        who = hmac.digest(self._key, token.encode(), hashlib.sha256)
        second = now.timestamp()
        times = self._times.setdefault(who, deque())
        while times and times[0] <= second - HOUR_S:
            times.popleft()
        if len(times) >= self._per_hour:
            rule = "too_many_shares"
            raise HubError(
                rule, TOO_MANY, "Too many shares within the hour.", headers={"Retry-After": str(HOUR_S // 4)}
            )
        times.append(second)
        if len(self._times) > HOMES_MAX:
            del self._times[next(iter(self._times))]
