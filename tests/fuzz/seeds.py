"""Messages to begin with: any that the protocol allows, and a city's real ones."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

from tests.protocol.message_strategies import MESSAGES
from tests.simulators.city import OTHER_OFFICER, SUPERVISOR, City

SAMPLES = 8  # of each kind, however its strategy fills it


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
