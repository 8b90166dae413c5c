"""Inputs to begin with: any message that the protocol allows, a city's real ones, and what is long or deep."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given, settings

from tests.protocol.message_strategies import MESSAGES
from tests.simulators.city import OTHER_OFFICER, SUPERVISOR, City

if TYPE_CHECKING:
    from collections.abc import Iterator

SAMPLES = 8  # of each kind, however its strategy fills it
FLOOD_BYTES = 70_000  # more than a message may have


@cache
def samples(name: str) -> tuple[Any, ...]:
    """Return some messages of a kind, always the same."""
    found: list[Any] = []

    @settings(
        max_examples=SAMPLES,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(MESSAGES[name])
    def collect(message: object) -> None:
        found.append(message)

    collect()
    return tuple(found)


@cache
def city() -> City:
    """Return a city with two requests, one of them with an approver, a withdrawal and a revocation."""
    made = City(witnesses=("university", "newspaper"))
    made.publish()
    made.publish(urgency=made.draft().urgency, approver=SUPERVISOR)
    made.publish()
    made.withdrawn.add(next(iter(made.bundles)))
    made.revoke("person", OTHER_OFFICER)
    return made


@cache
def real() -> dict[str, tuple[bytes, ...]]:
    """Return a city's own messages by kind."""
    here = city()
    return {
        "bundle": tuple(here.bundles.values()),
        "city_record": (here.record.to_bytes(),),
        "directory": (here.directory.to_bytes(),),
        "leaf": tuple(here.leaves),
        "live": (here.live_statement().to_bytes(),),
        "request": (here.draft().to_bytes(),),
    }


def floods() -> Iterator[bytes]:
    """Yield what is long or deep in one simple way: a parser that takes more than its share of time shows it here."""
    yield b""
    yield b"[" * FLOOD_BYTES
    yield b'{"a":' * (FLOOD_BYTES // 5)
    yield b"9" * FLOOD_BYTES
    yield b'"' + b"\\u0000" * (FLOOD_BYTES // 6) + b'"'
    yield b"{" + b",".join(b'"%d":0' % number for number in range(FLOOD_BYTES // 9)) + b"}"
    yield b"[" + b"0," * (FLOOD_BYTES // 2) + b"0]"
    yield from (piece * (FLOOD_BYTES // len(piece)) for piece in (b"\n", b"A", b"\0", b"a b\n", b"-> X25519 A\n"))
