"""What an observer who keeps everything can make numbers of: per request, and per home over all its hours.

All that the observers have is in a trace: the hub's and the broker's lines with every byte, what the hub and its broker
log, what changes in the hub's tables and files, the relay's messages, Home Assistant's bus and log, and anything else
that the process spoke to.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from .trace import Behaviour, Seen, Sight, Trace
from .wiretap import CLOSE, DOWN, OPEN, UP

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HOUR_S = 3_600.0
BEFORE_S = HOUR_S
AFTER_S = 6 * HOUR_S
STEP_S = 0.1  # what a network adds by itself is more

# What only counts what the hub itself published, and which home it is: the same for each behavior.
_OWN = re.compile(
    r"(?<=after=)\d+|(?<=from=)\d+|(?<=&to=)\d+|(?<=If-None-Match: )\S+|(?<=Bearer )\S+|(?<=Host: )\S+|home-\d+"
)

_TAG = re.compile(r"[0-9a-f]{32}")  # of a message: chance
_CHANCE_IN_LOG = re.compile(  # names that were drawn, numbers of packets, ports, lengths of what the city says
    r"[0-9A-Za-z_-]{16,}|\bm\d+|(?<=Mid: )\d+|(?<=127\.0\.0\.1:)\d+|(?<=port )\d+|(?<=\()\d+(?= bytes)|(?<=home-)\d+"
)
_CHANCE_ON_DISK = re.compile(  # ids, keys and digests that were drawn, no columns; times; lengths of what is signed
    r"\b(?=[A-Za-z_-]*\d)[0-9A-Za-z_-]{16,}\b(?!=)|\d{4}-\d\d-\d\d[ T][\d:.+]+|(?<=\()\d+(?= chars)"
)


def shape(sight: Sight) -> str:
    """Return a sight without its time and its counters: its length and all its other bytes."""
    return _shape(sight.who, sight.kind, sight.text)


@lru_cache(maxsize=2**18)
def _shape(who: str, kind: str, text: str) -> str:
    if who == Seen.HUB:
        text = "" if kind == DOWN else _OWN.sub("N", text)  # of an answer its size, which is counted apart
    if who == Seen.RELAY:
        text = _TAG.sub("N", text)
    if who == Seen.BROKER:
        text = text[:1]  # a packet's kind; acknowledgements number what the broker sent
    if who == Seen.BROKERS_LOG:
        text = _CHANCE_IN_LOG.sub("N", text)
    if who in {Seen.HUBS_LOG, Seen.HUBS_TABLES}:
        text = _CHANCE_ON_DISK.sub("N", text)
    return f"{who} {kind} {hashlib.sha256(text.encode()).hexdigest()[:16]}"


def vocabulary(traces: Iterable[Trace]) -> list[str]:
    """Return every shape that any home ever showed."""
    return sorted({shape(sight) for trace in traces for sight in before_approval(trace)})


def before_approval(trace: Trace) -> list[Sight]:
    """Return all sights but those that follow an approval: sharing is no secret to the hub."""
    end_s = trace.approved_s if trace.approved_s is not None else float("inf")
    return [sight for sight in trace.sights if sight.at_s < end_s]


def of_requests(trace: Trace, words: Sequence[str]) -> np.ndarray:
    """Return a row of numbers for each request: an hour before it until six hours after."""
    sights = before_approval(trace)
    reads_s = np.array([sight.at_s for sight in sights if sight.kind == UP and "GET /v1/feed" in sight.text])
    rows = []
    for published_s in trace.published_s:
        near = [sight for sight in sights if -BEFORE_S <= sight.at_s - published_s < AFTER_S]
        rows.append(_numbers(near, published_s, words) + _gaps(reads_s, published_s))
    return np.array(rows)


def _gaps(reads_s: np.ndarray, published_s: float) -> list[float]:
    """Return the shortest and the middle pause before a read of the feed in the six hours, in half minutes."""
    pauses_s = np.diff(reads_s)[(reads_s[1:] >= published_s) & (reads_s[1:] < published_s + AFTER_S)]
    if not len(pauses_s):
        return [AFTER_S, AFTER_S]
    return [float(np.round(number / 30) * 30) for number in (pauses_s.min(), np.median(pauses_s))]


def of_home(trace: Trace, words: Sequence[str], rows: np.ndarray) -> np.ndarray:
    """Return one row for all hours that every home has: means of its requests' ``rows``, and its totals."""
    end_s = trace.published_s[-1] + AFTER_S
    sights = [sight for sight in before_approval(trace) if sight.at_s < end_s]
    return np.concatenate([rows.mean(axis=0), rows.std(axis=0), _numbers(sights, 0.0, words)])


def _numbers(sights: Sequence[Sight], zero_s: float, words: Sequence[str]) -> list[float]:
    counts = dict.fromkeys(words, 0)
    for sight in sights:
        counts[shape(sight)] += 1
    numbers: list[float] = [*counts.values()]
    for who in Seen:
        numbers += _times([sight for sight in sights if sight.who == who and sight.kind not in {OPEN, CLOSE}], zero_s)
    numbers += _times([sight for sight in sights if sight.kind == OPEN], zero_s)
    numbers += _times([sight for sight in sights if sight.kind == CLOSE], zero_s)
    proofs = [sight for sight in sights if sight.kind == UP and "/v1/log/" in sight.text]
    return numbers + _times(proofs, zero_s)


def _times(sights: Sequence[Sight], zero_s: float) -> list[float]:
    """Return count, bytes, the first three after zero, the gaps' shape, and how the hours share them."""
    at_s = np.round(np.array([sight.at_s - zero_s for sight in sights]) / STEP_S) * STEP_S
    after_s = at_s[at_s >= 0]
    first = [float(after_s[place]) if len(after_s) > place else AFTER_S for place in range(3)]
    gaps_s = np.diff(at_s) if len(at_s) > 1 else np.array([0.0])
    bins, _ = np.histogram(at_s, bins=14, range=(-BEFORE_S, AFTER_S))
    size_bytes = [sight.size_bytes for sight in sights]
    return [
        len(sights),
        sum(size_bytes),
        max(size_bytes, default=0),
        *first,
        float(gaps_s.min()),
        float(gaps_s.max()),
        float(gaps_s.mean()),
        float(gaps_s.std()),
        float(np.median(gaps_s)),
        *map(float, bins),
    ]


def labels(traces: Sequence[Trace], names: Sequence[Behaviour] = tuple(Behaviour)) -> np.ndarray:
    """Return each home's behavior as a number."""
    return np.array([names.index(Behaviour(trace.behaviour)) for trace in traces])
