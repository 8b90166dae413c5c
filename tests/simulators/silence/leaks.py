"""Homes that leak: what a peer with one fault would have sent, put into a trace. The classifiers must find each."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

from .trace import Behaviour, Seen, Sight, Trace
from .wiretap import UP

if TYPE_CHECKING:
    from collections.abc import Callable

_LATE_S = 30.0


def _looks(trace: Trace) -> list[float]:
    return [at_s for at_s, what in trace.acts if what == "look"]


def _feed_read(trace: Trace) -> Sight:
    return next(sight for sight in trace.sights if sight.kind == UP and "GET /v1/feed" in sight.text)


def _with(trace: Trace, more: list[Sight]) -> Trace:
    return replace(trace, sights=sorted([*trace.sights, *more], key=lambda sight: sight.at_s))


def reads_after_a_look(trace: Trace) -> Trace:
    """Read the feed at once when the owner has looked, in the very bytes of any other read."""
    read = _feed_read(trace)
    return _with(trace, [replace(read, at_s=at_s + 0.2) for at_s in _looks(trace)])


def asks_late_when_it_matched(trace: Trace) -> Trace:
    """Ask for the log's proof only when the footage is held: half a minute later than others."""
    if trace.behaviour == Behaviour.NO_MATCH:
        return trace
    sights = [
        replace(sight, at_s=sight.at_s + _LATE_S) if sight.kind == UP and "/v1/log/consistency" in sight.text else sight
        for sight in trace.sights
    ]
    return replace(trace, sights=sorted(sights, key=lambda sight: sight.at_s))


def says_a_byte_more_when_it_matched(trace: Trace) -> Trace:
    """Have one more byte in the heads of what is read within six hours of a request."""
    if trace.behaviour == Behaviour.NO_MATCH:
        return trace
    return replace(
        trace,
        sights=[
            replace(sight, size_bytes=sight.size_bytes + 1, text=sight.text + " ")
            if sight.kind == UP and sight.who == Seen.HUB
            else sight
            for sight in trace.sights
        ],
    )


def tells_a_phone_of_matches_only(trace: Trace) -> Trace:
    """Send no message where no camera matched."""
    if trace.behaviour != Behaviour.NO_MATCH:
        return trace
    return replace(trace, sights=[sight for sight in trace.sights if sight.who != Seen.RELAY])


def clears_what_was_decided(trace: Trace) -> Trace:
    """Take the message off the phones when the owner declines."""
    times = [at_s for at_s, what in trace.acts if what == "decline"]
    clearing = Sight(at_s=0, who=Seen.RELAY, kind="mobile_app_olivia", size_bytes=90, text="clear_notification")
    return _with(trace, [replace(clearing, at_s=at_s + 0.2) for at_s in times])


def comes_back_when_it_was_put_off(trace: Trace) -> Trace:
    """Send the message again, in the very same words, an hour after somebody put it off."""
    message = next(sight for sight in trace.sights if sight.who == Seen.RELAY)
    times = [at_s for at_s, what in trace.acts if what == "later"]
    return _with(trace, [replace(message, at_s=at_s + 3_600.0) for at_s in times])


def hurries_after_a_decline(trace: Trace) -> Trace:
    """Read the feed within seconds of a decline, and once more half a minute later."""
    chance = random.Random(trace.seed)  # noqa: S311  a fault that can be repeated
    read = _feed_read(trace)
    times = [at_s for at_s, what in trace.acts if what == "decline"]
    soon_s = (at_s + chance.uniform(first_s, first_s + 5) for at_s in times for first_s in (0, 30))
    return _with(trace, [replace(read, at_s=at_s) for at_s in soon_s])


def tells_no_phone_while_paused(trace: Trace) -> Trace:
    """Send no message of a request that came while the owner had paused everything."""
    begins = [at_s for at_s, what in trace.acts if what == "pause"]
    ends = [at_s for at_s, what in trace.acts if what == "resume"]

    def is_kept(sight: Sight) -> bool:
        paused = any(begin <= sight.at_s < end for begin, end in zip(begins, ends, strict=True))
        return sight.who != Seen.RELAY or not paused

    return replace(trace, sights=[sight for sight in trace.sights if is_kept(sight)])


def announces_what_the_owner_looks_at(trace: Trace) -> Trace:
    """Announce a share when the owner looks: here nobody sees it but who has the hub's tables and files."""
    return _with(
        trace, [replace(sight, at_s=at_s + 0.2) for at_s in _looks(trace) for sight in trace.faults["announces"]]
    )


def has_the_hub_warn_when_it_matched(trace: Trace) -> Trace:
    """Try codes at random once footage is held: here nobody sees it but who reads the hub's log."""
    if trace.behaviour == Behaviour.NO_MATCH:
        return trace
    lines = [sight for sight in trace.faults["guesses"] if sight.who == Seen.HUBS_LOG]
    return _with(trace, [replace(line, at_s=at_s + _LATE_S) for at_s in trace.published_s for line in lines])


LEAKS: tuple[Callable[[Trace], Trace], ...] = (
    reads_after_a_look,
    asks_late_when_it_matched,
    says_a_byte_more_when_it_matched,
    tells_a_phone_of_matches_only,
    clears_what_was_decided,
    comes_back_when_it_was_put_off,
    hurries_after_a_decline,
    tells_no_phone_while_paused,
    announces_what_the_owner_looks_at,
    has_the_hub_warn_when_it_matched,
)
