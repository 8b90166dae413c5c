"""Buckets of tokens, which fill again by themselves: how much of something a person and a device may have, how fast."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# The directory has 2,000 people at most, each at one device or two; a bucket takes about 200 bytes.
BUCKETS_MAX = 8_192


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """``burst`` at once, then ``per_s`` a second."""

    burst: int
    per_s: float


class Buckets:
    """The buckets of one hub, by name, in its memory: after a restart each is full again.

    Beyond ``most`` the one that was longest not used is forgotten, which is to say that it is full.
    """

    def __init__(self, most: int = BUCKETS_MAX) -> None:
        """Begin with none."""
        self._most = most
        self._left: dict[str, tuple[float, float]] = {}

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._left)

    def take(self, needed: Mapping[str, Rate], second: float, *, spare: int = 0) -> float:
        """Take one token of each and return 0.0, or take none and return the seconds until there is one in each.

        ``spare`` tokens are to stay in each. Nothing is taken from one while another lacks: one person's flood keeps
        nobody else at their device waiting.
        """
        left = {key: self._tokens(key, rate, second) for key, rate in needed.items()}
        wait_s = max((1 + spare - left[key]) / rate.per_s for key, rate in needed.items())
        for key, tokens in left.items():
            kept = self._left.pop(key, (tokens, second))
            self._left[key] = (tokens - 1, second) if wait_s <= 0 else kept  # the newest last
        while len(self._left) > self._most:
            del self._left[next(iter(self._left))]
        return max(0.0, wait_s)

    def _tokens(self, key: str, rate: Rate, second: float) -> float:
        tokens, since = self._left.get(key, (float(rate.burst), second))
        return min(rate.burst, tokens + max(0.0, second - since) * rate.per_s)
