"""Counting by numbers that begin anew where their bits end. Pure."""

from __future__ import annotations

HALF = 1 << 31
"""Of all time stamps: farther apart, one is before the other."""


def ticks(stamp: int, since: int, half: int = HALF) -> int:
    """Count from one number to another, which is the later one where that is less than `half` of all, the stamps'."""
    return (stamp - since + half) % (2 * half) - half
