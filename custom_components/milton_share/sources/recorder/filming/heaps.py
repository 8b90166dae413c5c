"""Packets read in heaps: the kernel collects for a quarter of a second what a camera sends. Pure, but that it waits.

Else a camera's process is woken for each piece of each picture, by turns with those of all the others. The heaps of all
cameras are due at the same moments: whatever runs in between takes code and data out of the processor's caches.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from av.packet import Packet

HEAP_S = 0.2489
"""A camera's pictures come so much later at most. With a fragment (`film.FRAGMENT_US`) it is what a kill may take. No
whole seconds of a segment, up to twenty, are a multiple, nor nearly: their ends meet every part of a heap, so that a
run's earliest arrival is hardly late (`anchor.py`)."""
WAITED_S = 0.004
"""A picture that took so long to come wasn't there: or this machine is busy, so it must be in time, too."""
BEHIND_S = 0.5
"""Who is farther behind than the soonest picture rests no more until it isn't."""
FORGOTTEN_S = 0.001
"""By so much the soonest counts less each time: a camera's clock drifts, and its stamps may be moved."""


def rested(packets: Iterator[Packet], now_s: Callable[[], float], sleep: Callable[[float], object]) -> Iterator[Packet]:
    """Pass packets on; rest until heaps are due where a picture had to be waited for."""
    soonest_s = float("inf")
    asked_s = now_s()
    for packet in packets:
        came_s = now_s()
        yield packet
        is_timed = packet.stream.type == "video" and packet.dts is not None
        if is_timed and came_s - asked_s > WAITED_S:
            lag_s = came_s - float((packet.dts or 0) * (packet.time_base or 0))
            soonest_s = min(soonest_s + FORGOTTEN_S, lag_s)
            if lag_s - soonest_s < BEHIND_S:
                sleep(until_heap_s(now_s()))
        asked_s = now_s()


def until_heap_s(now_s: float) -> float:
    """Return how long to wait until heaps are due: those of all cameras at once."""
    return HEAP_S - now_s % HEAP_S
