"""How fast one person, and one device, may act: a bucket of tokens each, which fills again by itself.

An act is whatever is not only read. The bounds are far above what hands do and far below what a program does: they keep
one stolen session, or one broken page, from taking the database's one writer for itself. They lie in memory; after a
restart everybody begins with a full bucket.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from hub.errors import HubError

if TYPE_CHECKING:
    from datetime import datetime

    from hub.access import Actor

TOO_MANY = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """``burst`` acts at once, then ``per_s`` a second."""

    burst: int
    per_s: float


# A draft is judged at most three times a second while somebody draws and types, and a page's own calls come with it.
OF_A_PERSON = Rate(burst=240, per_s=4)
# A device at a front desk is shared by two people of one shift, who draw at the same time.
OF_A_DEVICE = Rate(burst=480, per_s=8)


class Pace:
    """The buckets of one hub: of the directory's people (2,000 at most) and of the devices that they signed in at."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._buckets: dict[str, tuple[float, float]] = {}

    def count(self, actor: Actor, at: datetime) -> None:
        """Count one act; raise ``too_fast`` (429), which says when to try again, when either bucket is empty."""
        second = at.timestamp()
        needed = ((f"person {actor.id}", OF_A_PERSON), (f"device {actor.device}", OF_A_DEVICE))
        left = {key: self._left(key, rate, second) for key, rate in needed}
        wait_s = max((1 - left[key]) / rate.per_s for key, rate in needed)
        if wait_s > 0:  # nothing is taken from the other: one person's flood keeps nobody else at the device waiting
            rule = "too_fast"
            headers = {"Retry-After": str(ceil(wait_s))}
            raise HubError(rule, TOO_MANY, "Too many acts at once; wait a little.", headers=headers)
        for key, tokens in left.items():
            self._buckets[key] = (tokens - 1, second)

    def _left(self, key: str, rate: Rate, second: float) -> float:
        tokens, since = self._buckets.get(key, (float(rate.burst), second))
        return min(rate.burst, tokens + max(0.0, second - since) * rate.per_s)
