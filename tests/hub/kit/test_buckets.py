"""Buckets of tokens: bounded in number, and none is emptied for what another lacks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hub.kit.buckets import Buckets, RateLimit
from hub.kit.errors import HubError

TWO = RateLimit(name="two", rule="too_many", message="Wait {wait}.", burst=2, per_s=1)
HOURLY = RateLimit(name="hourly", rule="hourly", message="Wait.", burst=6, per_s=6 / 3_600, retry_min_s=900)


def at(second: float) -> datetime:
    """Return a time so many seconds after noon."""
    return datetime(2026, 11, 26, 12, tzinfo=UTC) + timedelta(seconds=second)


def wait_s(buckets: Buckets, who: str, second: float = 0, *, device: str | None = None, spare: int = 0) -> int:
    """Take one token; return the wait that was told, 0 where there was one."""
    try:
        buckets.count(TWO, who, at(second), device=device, spare=spare)
    except HubError as refused:
        return int(refused.headers["Retry-After"])
    return 0


def test_a_bucket_fills_again_up_to_its_brim() -> None:
    """Two at once, then one each second, then two again after an hour; a clock that goes back changes nothing."""
    buckets = Buckets()
    assert [wait_s(buckets, "a", second) for second in (0, 0, 0, -50, 1, 1, 3_600, 3_600, 3_600)] == [
        *(0, 0, 1, 1, 0, 1),
        *(0, 0, 1),
    ]


def test_a_refusal_names_its_rule_and_the_wait() -> None:
    """In the header and in words; a limit may tell a longer wait than until the next token."""
    buckets = Buckets()
    for _ in range(2):
        buckets.count(TWO, "a", at(0))
    with pytest.raises(HubError, match=r"too_many: Wait 1 second\.") as refused:
        buckets.count(TWO, "a", at(0))
    assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "1"})
    with pytest.raises(HubError, match=r"Wait 4 seconds\."):
        buckets.count(TWO, "a", at(0), spare=3)
    for _ in range(HOURLY.burst):
        buckets.count(HOURLY, "a", at(0))
    with pytest.raises(HubError, match="hourly") as refused:
        buckets.count(HOURLY, "a", at(599))
    assert refused.value.headers == {"Retry-After": "900"}
    buckets.count(HOURLY, "a", at(600))


def test_who_keeps_within_the_limit_of_each_hour_is_never_refused() -> None:
    """However they spread what they do: all at once each hour, or halves of it."""
    for apart_s, at_once in ((3_600, HOURLY.burst), (1_800, HOURLY.burst // 2), (600, 1)):
        buckets = Buckets()
        for second in range(0, 36_000, apart_s):
            for _ in range(at_once):
                buckets.count(HOURLY, "a", at(second))


def test_what_is_kept_spare_is_taken_by_nobody_who_keeps_it() -> None:
    """And the wait is until there is one beside it."""
    buckets = Buckets()
    assert wait_s(buckets, "a", spare=1) == 0
    assert wait_s(buckets, "a", spare=1) == 1
    assert wait_s(buckets, "a") == 0


def test_nothing_is_taken_from_one_while_another_is_empty() -> None:
    """A person's flood leaves their device's bucket, which holds two people's, as it was."""
    buckets = Buckets()
    took = [wait_s(buckets, "ada", device="desk") for _ in range(9)]
    assert [wait for wait in took if wait == 0] == [0, 0]
    assert [wait_s(buckets, "bob", device="desk") for _ in range(3)] == [0, 0, 1]
    assert wait_s(buckets, "cy", device="desk") == 1
    assert wait_s(buckets, "cy", device="another") == 0


def test_what_is_done_already_is_noted_and_has_to_be_waited_for() -> None:
    """Several that began while there was one token left are all counted."""
    buckets = Buckets()
    buckets.check(TWO, "a", at(0))
    for _ in range(4):
        buckets.note(TWO, "a", at(0))
    assert wait_s(buckets, "a") == 3


def test_each_limit_is_counted_for_itself() -> None:
    """Whoever used one up has the other whole."""
    buckets = Buckets()
    assert [wait_s(buckets, "a") for _ in range(3)] == [0, 0, 1]
    buckets.count(HOURLY, "a", at(0))


def test_only_so_many_are_kept_and_the_longest_unused_goes_first() -> None:
    """Who is in the middle of a flood is not forgotten for those who came since."""
    buckets = Buckets(most=3)
    for _ in range(2):
        assert wait_s(buckets, "ada") == 0
    for name in ("b", "c", "d", "e"):
        assert wait_s(buckets, "ada") > 0
        assert wait_s(buckets, name) == 0
        assert len(buckets) <= 3
    assert wait_s(buckets, "b") == 0
    assert len(buckets) == 3
