"""Adds up the uncertainty of times, by one rule for every source. Pure.

`Bounds` are the two numbers of seconds between which the truth surely lies. Three rules, and no other:

1. What comes one after the other adds up (lens to camera's clock, camera's clock to the home's, the home's to UTC).
   Never as roots of squares: these are bounds, not chances that are independent of each other.
2. Witnesses of one thing: what all of them allow is the truth's place. Where they can't all be right, nobody knows who
   is wrong: all that any of them allows.
3. Who states one number states with it how far the truth may be from that number, on the side where that is more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

DRIFT = 100e-6
"""More than any crystal, of a machine or a camera, goes wrong by while it is left alone for an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The truth lies between these, in seconds."""

    low_s: float
    high_s: float

    @classmethod
    def around(cls, middle_s: float, doubt_s: float) -> Bounds:
        """Return the bounds of a number with its uncertainty."""
        return cls(low_s=middle_s - doubt_s, high_s=middle_s + doubt_s)

    @property
    def middle_s(self) -> float:
        """The midpoint."""
        return (self.low_s + self.high_s) / 2

    def allows(self, value_s: float) -> bool:
        """Whether a number may be the truth."""
        return self.low_s <= value_s <= self.high_s

    def doubt_of(self, value_s: float) -> float:
        """Return how far the truth may be from a stated number (rule 3)."""
        return max(value_s - self.low_s, self.high_s - value_s, 0.0)

    def then(self, other: Bounds) -> Bounds:
        """Add the bounds of a following duration (rule 1)."""
        return Bounds(low_s=self.low_s + other.low_s, high_s=self.high_s + other.high_s)

    def moved(self, by_s: float) -> Bounds:
        """Add a known number."""
        return Bounds(low_s=self.low_s + by_s, high_s=self.high_s + by_s)

    def wider(self, by_s: float) -> Bounds:
        """Widen on both sides."""
        return Bounds(low_s=self.low_s - by_s, high_s=self.high_s + by_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockAnswer:
    """A measurement of a device's clock: the offset to this home's clock, and when it was measured."""

    bounds: Bounds
    at_s: float


def met(one: Bounds, other: Bounds) -> Bounds | None:
    """Return the intersection, None where it is empty."""
    low_s, high_s = max(one.low_s, other.low_s), min(one.high_s, other.high_s)
    return Bounds(low_s=low_s, high_s=high_s) if low_s <= high_s else None


def agreed(witnesses: Iterable[Bounds]) -> Bounds | None:
    """Combine independent bounds of the same value (rule 2); None without any."""
    seen = tuple(witnesses)
    if not seen:
        return None
    low_s, high_s = max(one.low_s for one in seen), min(one.high_s for one in seen)
    if low_s > high_s:
        low_s, high_s = min(one.low_s for one in seen), max(one.high_s for one in seen)
    return Bounds(low_s=low_s, high_s=high_s)
