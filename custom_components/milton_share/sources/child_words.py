"""Numbers that a child said, which read hostile bytes: none is believed that can't be. Pure."""

from __future__ import annotations


def number_within(value: object, low: float, high: float) -> float:
    """Return a number between bounds; raises TypeError, ValueError."""
    if type(value) not in (int, float) or not isinstance(value, int | float):
        raise TypeError(value)
    if not low <= value <= high:  # nor NaN, nor a whole number that no float holds
        raise ValueError(value)
    return float(value)


def span_within(value: object, low: float, high: float) -> tuple[float, float]:
    """Return a pair of such numbers."""
    if not isinstance(value, list) or len(value) != 2:  # noqa: PLR2004  a pair
        raise TypeError(value)
    return number_within(value[0], low, high), number_within(value[1], low, high)
