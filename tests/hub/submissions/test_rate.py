"""Counts of one home, in memory only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.errors import HubError
from hub.submissions.rate import HOMES_MAX, Homes, Places, ShareRate

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def test_the_rate_is_free_again_after_an_hour() -> None:
    """A count older than an hour is forgotten."""
    rate = ShareRate(Homes(), 1)
    rate.count("a", NOW)
    with pytest.raises(HubError, match="too_many_shares"):
        rate.count("a", NOW + timedelta(minutes=59))
    rate.count("b", NOW)
    rate.count("a", NOW + timedelta(minutes=61))


def test_the_home_that_was_not_seen_for_longest_is_forgotten_first() -> None:
    """A home that keeps announcing keeps its count, however long ago it began; many others don't free it."""
    rate = ShareRate(Homes(), 2)
    rate.count("first", NOW)
    rate.count("second", NOW)
    rate.count("second", NOW)
    for number in range(HOMES_MAX - 2):
        rate.count(str(number), NOW)
    rate.count("first", NOW)
    rate.count("one more", NOW)
    rate.count("second", NOW)  # forgotten, so its count begins again
    with pytest.raises(HubError, match="too_many_shares"):
        rate.count("first", NOW)


def test_places_are_given_back_also_after_a_failure() -> None:
    """A piece that fails frees its place; the hub's bound holds across homes."""
    places = Places(Homes(), at_once=2, for_one_home=1)
    with pytest.raises(ZeroDivisionError), places.one("a"):
        1 / 0  # noqa: B018 - stands for a piece that fails
    with places.one("a"), places.one("b"), pytest.raises(HubError, match="busy"), places.one("c"):
        pass
    with places.one("c"):
        pass


def test_two_processes_know_a_home_by_different_digests() -> None:
    """What one process remembers says nothing to another one."""
    assert Homes().digest("token") != Homes().digest("token")
