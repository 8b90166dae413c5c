"""How late a track's packets come by now, by their stamps: behind the soonest of the last minutes. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from .wrapping import ticks

SPAN_S = 150.0
"""The soonest of one or two of these counts: a camera's stamps drift from this home's clock by 0.1 s in that."""
BACK_S = 0.4
"""Stamps that go back by more began anew. Pictures that are shown in another order go back by less."""


@dataclass(slots=True, kw_only=True)
class Lag:
    """Of one track. `rate_hz` is that of its stamps."""

    rate_hz: int
    heaps: int = 0
    """In how many heaps packets were."""
    _lates_s: tuple[float, float] = 0.0, 0.0
    """How late they came in the last two of these."""
    _stamp: int = 0
    _at_s: float | None = None
    _lag_s: float = 0.0
    """Against the first packet."""
    _soonest_s: float = 0.0
    _soonest_before_s: float = 0.0
    """Of the span before."""
    _span_s: float = 0.0
    """When the span began."""

    def came(self, stamp: int, now_s: float) -> float:
        """Take the stamp of a packet, which came by now; return by how much later than the soonest, in seconds."""
        since_s = ticks(stamp, self._stamp) / self.rate_hz
        if self._at_s is None or since_s < -BACK_S:
            self._lag_s = self._soonest_s = self._soonest_before_s = 0.0
            self._span_s = now_s
        else:
            self._lag_s += now_s - self._at_s - since_s
            if now_s - self._span_s >= SPAN_S:
                self._soonest_before_s, self._soonest_s, self._span_s = self._soonest_s, self._lag_s, now_s
            self._soonest_s = min(self._soonest_s, self._lag_s)
        self._stamp, self._at_s = stamp, now_s
        return self._lag_s - min(self._soonest_s, self._soonest_before_s)

    def heap(self, first: int, last: int, now_s: float) -> None:
        """Take the stamps of the first and the last packet that came by now."""
        self.heaps += 1
        self._lates_s = self._lates_s[1], max(self.came(first, now_s), self.came(last, now_s))

    @property
    def late_s(self) -> float:
        """How late packets came at most in the last two heaps that had some."""
        return max(self._lates_s)
