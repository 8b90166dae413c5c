"""How often one home announces shares, and how many pieces it sends at once.

Invariants: nothing here is ever written down; a home is known by a digest under a key that this process makes at its
start and forgets at its end, and beside it stands a count only, never which share.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import Counter, deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

from hub.errors import HubError, too_many

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

HOUR_S = 3_600
HOMES_MAX = 20_000  # homes that are counted; beyond it the one that has not announced for longest is forgotten
BUSY = 503


class Homes:
    """Knows homes by a digest that only this process can make."""

    def __init__(self) -> None:
        """Make the key."""
        self._key = secrets.token_bytes(32)

    def digest(self, token: str) -> bytes:
        """Return who the home with ``token`` is here."""
        return hmac.digest(self._key, token.encode(), hashlib.sha256)


class ShareRate:
    """Counts of the last hour."""

    def __init__(self, homes: Homes, per_hour: int) -> None:
        """Allow ``per_hour`` shares a home."""
        self._homes = homes
        self._per_hour = per_hour
        self._times: dict[bytes, deque[float]] = {}

    def count(self, token: str, now: datetime) -> None:
        """Count one share of the home with ``token``; raise ``too_many_shares`` above the rate."""
        who = self._homes.digest(token)
        second = now.timestamp()
        times = self._times[who] = self._times.pop(who, deque())  # the last one seen is the last to be forgotten
        while times and times[0] <= second - HOUR_S:
            times.popleft()
        if len(times) >= self._per_hour:
            rule = "too_many_shares"
            raise too_many(rule, "Too many shares within the hour.", wait_s=HOUR_S // 4)
        times.append(second)
        if len(self._times) > HOMES_MAX:
            del self._times[next(iter(self._times))]


class Places:
    """Places for pieces that are being taken: so many in the hub, so many of them for one home."""

    def __init__(self, homes: Homes, *, at_once: int, for_one_home: int) -> None:
        """Give out ``at_once`` places."""
        self._homes = homes
        self._at_once = at_once
        self._for_one_home = for_one_home
        self._taken: Counter[bytes] = Counter()

    @contextmanager
    def one(self, token: str) -> Iterator[None]:
        """Hold a place; raise ``busy`` (503) when there is none for this home."""
        who = self._homes.digest(token)
        if self._taken[who] >= self._for_one_home or self._taken.total() >= self._at_once:
            rule = "busy"
            raise HubError(rule, BUSY, "Too many uploads at once; try again.", headers={"Retry-After": "5"})
        self._taken[who] += 1
        try:
            yield
        finally:
            self._taken[who] -= 1
            self._taken += Counter()  # forgets who holds none
