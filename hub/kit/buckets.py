"""Buckets of tokens, which fill again by themselves: how often one person, one device, or one home may do a thing.

Invariants: counts are in memory only and their number is bounded; after a restart every bucket is full. Nothing is
taken from one bucket while another lacks: one person's flood keeps nobody else at their device waiting.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from hub.kit.errors import too_many

if TYPE_CHECKING:
    from datetime import datetime

# The directory has 2,000 people at most, each at one device or two; a bucket takes about 200 bytes.
BUCKETS_MAX = 8_192
PEOPLE_AT_DEVICE = 2  # a device at a front desk is shared by two people of one shift


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """``burst`` at once, then ``per_s`` a second; beyond it ``rule`` (429).

    ``message`` may name the wait as ``{wait}``. Whoever is refused is told to try again in ``retry_min_s`` at least.
    """

    name: str
    rule: str
    message: str
    burst: int
    per_s: float
    retry_min_s: int = 1


class Buckets:
    """The buckets of all limits; beyond ``most`` the one longest unused is forgotten, so it counts as full."""

    def __init__(self, most: int = BUCKETS_MAX) -> None:
        """Begin with none."""
        self._most = most
        self._left: dict[tuple[str, str], tuple[float, float]] = {}

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._left)

    def count(self, limit: RateLimit, who: str, at: datetime, *, device: str | None = None, spare: int = 0) -> None:
        """Take a token of ``who`` and of their ``device``, or none and raise the limit's rule with ``Retry-After``.

        ``spare`` tokens are to stay in each. A device has as many as :data:`PEOPLE_AT_DEVICE` people.
        """
        self.check(limit, who, at, device=device, spare=spare)
        self.note(limit, who, at, device=device)

    def check(self, limit: RateLimit, who: str, at: datetime, *, device: str | None = None, spare: int = 0) -> None:
        """Raise what :meth:`count` would, and take nothing."""
        needed = _needed(limit, who, device)
        wait_s = max(
            (1 + spare - self._tokens(limit, key, people, at)) / (limit.per_s * people) for key, people in needed
        )
        for key, _ in needed:  # somebody who goes on trying isn't forgotten
            if key in self._left:
                self._left[key] = self._left.pop(key)
        if wait_s > 0:
            told_s = max(ceil(wait_s), limit.retry_min_s)
            wait = "1 second" if told_s == 1 else f"{told_s} seconds"
            raise too_many(limit.rule, limit.message.format(wait=wait), wait_s=told_s)

    def note(self, limit: RateLimit, who: str, at: datetime, *, device: str | None = None) -> None:
        """Take a token for what is done already, even where there is none left."""
        for key, people in _needed(limit, who, device):
            tokens = self._tokens(limit, key, people, at)
            self._left.pop(key, None)
            self._left[key] = (tokens - 1, at.timestamp())  # the newest last
        while len(self._left) > self._most:
            del self._left[next(iter(self._left))]

    def _tokens(self, limit: RateLimit, key: tuple[str, str], people: int, at: datetime) -> float:
        burst, second = limit.burst * people, at.timestamp()
        tokens, since = self._left.get(key, (float(burst), second))
        return min(burst, tokens + max(0.0, second - since) * limit.per_s * people)


def _needed(limit: RateLimit, who: str, device: str | None) -> list[tuple[tuple[str, str], int]]:
    """Return each bucket's key, and how many people it is for."""
    needed = [((limit.name, who), 1)]
    if device is not None:
        needed.append(((f"{limit.name} of a device", device), PEOPLE_AT_DEVICE))
    return needed
