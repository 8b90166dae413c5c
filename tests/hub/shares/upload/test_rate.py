"""Counts of one home, in memory only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.kit.errors import HubError
from hub.shares.upload.rate import HOMES_MAX, Homes, Places, Promises, ShareRate

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def test_the_rate_is_free_again_after_an_hour() -> None:
    """A count older than an hour is forgotten."""
    rate = ShareRate(Homes(), 1)
    rate.count("a", NOW)
    with pytest.raises(HubError, match="too_many_shares"):
        rate.count("a", NOW + timedelta(minutes=59))
    rate.count("b", NOW)
    rate.count("a", NOW + timedelta(minutes=61))


def test_each_share_is_counted_for_an_hour_of_its_own() -> None:
    """What was announced later is forgotten later."""
    rate = ShareRate(Homes(), 2)
    rate.count("a", NOW)
    rate.count("a", NOW + timedelta(minutes=30))
    rate.count("a", NOW + timedelta(minutes=61))
    with pytest.raises(HubError, match="too_many_shares"):
        rate.count("a", NOW + timedelta(minutes=62))
    rate.count("a", NOW + timedelta(minutes=91))


def test_one_home_is_promised_half_of_the_room_and_no_more() -> None:
    """To the byte; what is refused is promised to nobody, and another home has a half of its own."""
    promises = Promises(Homes(), timedelta(days=7), at_once=8)
    promises.count("a", 30, 100, NOW)
    with pytest.raises(HubError, match="hub_full") as refused:
        promises.count("a", 21, 100, NOW)
    assert refused.value.status == 507
    promises.count("a", 20, 100, NOW)
    with pytest.raises(HubError, match="hub_full"):
        promises.count("a", 1, 100, NOW)
    promises.count("b", 50, 100, NOW)


def test_one_home_has_so_many_announcements_that_wait_for_bytes() -> None:
    """However small they are, until one has come or a week is over."""
    promises = Promises(Homes(), timedelta(days=7), at_once=2)
    promises.count("a", 1, 100, NOW)
    promises.count("a", 1, 100, NOW + timedelta(days=1))
    with pytest.raises(HubError, match="hub_full"):
        promises.count("a", 1, 100, NOW + timedelta(days=7) - timedelta(seconds=1))
    promises.count("a", 1, 100, NOW + timedelta(days=7))
    with pytest.raises(HubError, match="hub_full"):
        promises.count("a", 1, 100, NOW + timedelta(days=7))
    promises.came("a", 1)
    promises.count("a", 1, 100, NOW + timedelta(days=7))


def test_what_has_come_is_no_promise_any_more() -> None:
    """Of what was announced first; more than was announced frees nothing else."""
    promises = Promises(Homes(), timedelta(days=7), at_once=2)
    promises.count("a", 30, 100, NOW)
    promises.count("a", 20, 100, NOW)
    promises.came("a", 29)
    with pytest.raises(HubError, match="hub_full"):
        promises.count("a", 1, 100, NOW)  # both still wait
    promises.came("a", 11)
    with pytest.raises(HubError, match="hub_full"):
        promises.count("a", 41, 100, NOW)  # ten of the second have come, ten are left
    promises.count("a", 40, 100, NOW)
    promises.came("a", 1_000)
    promises.came("nobody", 5)
    promises.count("a", 50, 100, NOW)


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


def test_one_home_takes_no_others_places() -> None:
    """Though there are some left."""
    places = Places(Homes(), at_once=3, for_one_home=2)
    with places.one("a"), places.one("a"):
        with pytest.raises(HubError, match="busy") as refused, places.one("a"):
            pass
        with places.one("b"):
            pass
    assert refused.value.status == 503
    with places.one("a"):
        pass


def test_two_processes_know_a_home_by_different_digests() -> None:
    """What one process remembers says nothing to another one."""
    assert Homes().digest("token") != Homes().digest("token")
