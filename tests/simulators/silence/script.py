"""What happens when: the city by its script, the same for every home, and the owner by theirs."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .trace import Behaviour

if TYPE_CHECKING:
    from .trace import Trace

HOUR_S = 3_600.0
EXPIRES_IN_H = 144  # of each request
EXPIRY_S = 30.0  # after it a hub has noticed
NEW_MAP_WITH = 3  # requests: the city draws itself anew while owners decide


@dataclass(frozen=True, slots=True, kw_only=True)
class City200:
    """What the city does, the same for every home."""

    hours: float
    published_s: tuple[float, ...]

    @classmethod
    def of(cls, hours: float, requests: int, seed: str) -> City200:
        """Publish at random times, one in each of equal parts of the time, the last long enough before the end."""
        chance = random.Random(seed)  # noqa: S311  a script that can be repeated
        part_s = (hours - 9) * HOUR_S / requests
        times = (HOUR_S + number * part_s + chance.uniform(0, part_s) for number in range(requests))
        return cls(hours=hours, published_s=tuple(times))


def paused(requests: int) -> list[int]:
    """Return the requests at which the home of who ignores them doesn't even look, for it is paused: two of three."""
    return [number for number in range(requests) if number % 3]


def plan(trace: Trace) -> list[tuple[float, str, int]]:
    """Return when what happens, and its number: by the hour the hub's word, its requests, the owner's acts on them."""
    chance = random.Random(f"owner {trace.seed}")  # noqa: S311  as above
    events = [(hour * HOUR_S + 1, "word", hour) for hour in range(1, int(trace.hours), trace.word_each_h)]
    for number, published_s in enumerate(trace.published_s):
        events.append((published_s, "publish", number))
        expired_s = published_s + EXPIRES_IN_H * HOUR_S + EXPIRY_S
        events.extend([(expired_s, "expire", number)] if expired_s < trace.hours * HOUR_S else [])
        first_s = published_s + chance.uniform(0.5 * HOUR_S, 4 * HOUR_S)
        second_s = first_s + chance.uniform(60, HOUR_S)
        looks, again = chance.random() < 0.5, chance.random() < 0.5
        if trace.behaviour in {Behaviour.LOOKS, Behaviour.SHARES}:
            events.append((published_s + chance.uniform(120, 0.4 * HOUR_S), "later", number))
            events.append((first_s, "look", number))
            events.extend([(second_s, "look", number)] if again else [])
        if trace.behaviour == Behaviour.IGNORES and number in paused(len(trace.published_s)):
            events.append((published_s - 300, "pause", number - 1))
            events.append((second_s, "resume", number))
        if trace.behaviour == Behaviour.DECLINES:
            events.extend([(first_s, "look", number)] if looks else [])
            events.append((second_s, "decline", number))
    if trace.behaviour == Behaviour.SHARES:
        events.append((trace.published_s[-1] + 7 * HOUR_S, "approve", len(trace.published_s) - 1))
    return sorted(events)
