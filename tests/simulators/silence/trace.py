"""What is recorded of one home."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

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

    HUB = "hub"  # the line to the hub's HTTP: all that goes up, and the status and size of what comes down
    BROKER = "broker"  # the line to the broker
    BROKERS_LOG = "broker's log"  # all that it can be told to log
    HUBS_LOG = "hub's log"  # as its operator can have it, and what is its own at DEBUG
    HUBS_TABLES = "hub's tables"  # each row that comes, changes, goes; and each other file of the hub
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
    word_each_h: int
    published_s: list[float]
    acts: list[tuple[float, str]] = field(default_factory=list)
    sights: list[Sight] = field(default_factory=list)
    approved_s: float | None = None
    longest_turn_s: float = 0.0
    faults: dict[str, list[Sight]] = field(default_factory=dict)  # what its hub shows of a home with a fault


def save(path: Path, traces: Iterable[Trace]) -> None:
    """Write traces down."""
    path.write_text(json.dumps([asdict(trace) for trace in traces]))


def load(path: Path) -> list[Trace]:
    """Read them again."""
    return [_trace(kept) for kept in json.loads(path.read_text())]


def _trace(kept: dict[str, Any]) -> Trace:
    faults = {name: _sights(shown) for name, shown in kept["faults"].items()}
    return Trace(**{**kept, "sights": _sights(kept["sights"]), "faults": faults})


def _sights(kept: Iterable[dict[str, Any]]) -> list[Sight]:
    return [Sight(**sight) for sight in kept]
