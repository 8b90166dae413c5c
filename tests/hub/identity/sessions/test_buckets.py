"""Buckets of tokens: bounded in number, and none is emptied for what another lacks."""

from __future__ import annotations

from hub.identity.sessions.buckets import Buckets, Rate

TWO = Rate(burst=2, per_s=1)


def test_a_bucket_fills_again_up_to_its_brim() -> None:
    """Two at once, then one each second, then two again after an hour; a clock that goes back changes nothing."""
    buckets = Buckets()
    assert [buckets.take({"a": TWO}, second) for second in (0, 0, 0, -50, 1, 1, 3_600, 3_600, 3_600)] == [
        *(0, 0, 1, 1, 0, 1),
        *(0, 0, 1),
    ]


def test_what_is_kept_spare_is_taken_by_nobody_who_keeps_it() -> None:
    """And the wait is until there is one beside it."""
    buckets = Buckets()
    assert buckets.take({"a": TWO}, 0, spare=1) == 0
    assert buckets.take({"a": TWO}, 0, spare=1) == 1
    assert buckets.take({"a": TWO}, 0) == 0


def test_nothing_is_taken_from_one_while_another_is_empty() -> None:
    """A person's flood leaves their device's bucket as it was."""
    buckets = Buckets()
    device = Rate(burst=3, per_s=0.001)
    took = [buckets.take({"ada": TWO, "desk": device}, 0) for _ in range(9)]
    assert [wait for wait in took if wait == 0] == [0, 0]
    assert buckets.take({"bob": TWO, "desk": device}, 0) == 0
    assert buckets.take({"cy": TWO, "desk": device}, 0) == 1_000


def test_only_so_many_are_kept_and_the_longest_unused_goes_first() -> None:
    """Who is in the middle of a flood is not forgotten for those who came since."""
    buckets = Buckets(most=3)
    for _ in range(2):
        assert buckets.take({"ada": TWO}, 0) == 0
    for name in ("b", "c", "d", "e"):
        assert buckets.take({"ada": TWO}, 0) > 0
        assert buckets.take({name: TWO}, 0) == 0
        assert len(buckets) <= 3
    assert buckets.take({"b": TWO}, 0) == 0
    assert len(buckets) == 3
