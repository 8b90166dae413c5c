"""What is recorded of one home."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Behaviour(StrEnum):
    """What a home does with every request."""

    LOOKS = "looks"
    IGNORES = "ignores"
    DECLINES = "declines"
    NO_MATCH = "no match"
    SHARES = "shares"  # looks at every one, and approves one clip at the very end


class Seen(StrEnum):
    """Who sees it."""

    HUB = "hub"  # the line to the hub's HTTP
    BROKER = "broker"  # the line to the broker
    RELAY = "relay"  # what goes to a phone maker's relay
    BUS = "bus"  # Home Assistant's own events and states
    LOG = "log"  # Home Assistant's log, at DEBUG
    ELSEWHERE = "elsewhere"  # any other connection, datagram or look-up of a name


@dataclass(slots=True)
class Sight:
    """One thing that was seen, after so many seconds."""

    at_s: float
    who: str
    kind: str
    connection: int = 0
    size_bytes: int = 0
    text: str = ""


@dataclass(kw_only=True)
class Trace:
    """One home over all its hours."""

    seed: int
    behaviour: str
    mqtt: bool
    hours: float
    published_s: list[float]
    acts: list[tuple[float, str]] = field(default_factory=list)
    sights: list[Sight] = field(default_factory=list)
    approved_s: float | None = None
    longest_turn_s: float = 0.0


def save(path: Path, traces: Iterable[Trace]) -> None:
    """Write traces down."""
    path.write_text(json.dumps([asdict(trace) for trace in traces]))


def load(path: Path) -> list[Trace]:
    """Read them again."""
    return [
        Trace(**{**kept, "sights": [Sight(**sight) for sight in kept["sights"]]})
        for kept in json.loads(path.read_text())
    ]
