"""How fast one person, and one device, may act."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.identity.sessions.pace import OF_A_DEVICE, OF_A_PERSON, Pace
from hub.kit.access import Actor
from hub.kit.errors import HubError

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)


def person(name: str, device: str) -> Actor:
    """Return somebody at a device."""
    return Actor(id=f"person:{name}", roles=frozenset(), person_id=name, device=device)


def acts(pace: Pace, who: Actor, at: datetime) -> int:
    """Act until it is refused; return how often it was not."""
    for count in range(10_000):
        try:
            pace.count(who, at)
        except HubError:
            return count
    pytest.fail("it has no end")


def test_a_person_has_a_bucket_that_fills_again_and_has_a_brim() -> None:
    """Wherever they sit; another person's is untouched."""
    pace, ada, bob = Pace(), person("ada", "one"), person("bob", "two")
    assert acts(pace, ada, NOON) == OF_A_PERSON.burst
    with pytest.raises(HubError, match="too_fast") as refused:
        pace.count(person("ada", "three"), NOON)
    assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "1"})
    assert acts(pace, bob, NOON) == OF_A_PERSON.burst
    assert acts(pace, ada, NOON + timedelta(seconds=2)) == 2 * OF_A_PERSON.per_s
    assert acts(pace, ada, NOON + timedelta(days=1)) == OF_A_PERSON.burst


def test_a_device_has_one_for_all_who_sit_at_it() -> None:
    """Many people's sessions at one device are no way around."""
    pace = Pace()
    people = [person(f"person {number}", "desk") for number in range(3)]
    assert [acts(pace, each, NOON) for each in people] == [OF_A_PERSON.burst, OF_A_PERSON.burst, 0]
    assert OF_A_DEVICE.burst == 2 * OF_A_PERSON.burst


def test_a_clock_that_goes_back_gives_nothing_and_takes_nothing() -> None:
    """The bucket is as it was."""
    pace, ada = Pace(), person("ada", "one")
    assert acts(pace, ada, NOON) == OF_A_PERSON.burst
    assert acts(pace, ada, NOON - timedelta(hours=1)) == 0
