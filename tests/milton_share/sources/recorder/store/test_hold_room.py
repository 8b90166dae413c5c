"""One room for all that a home keeps from being overwritten, whoever keeps it. Pure, and with real libraries."""

from __future__ import annotations

import asyncio
import threading
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.sources.hold_room import HoldBudget, HoldRoom, room_of
from custom_components.milton_share.sources.recorder import Recorder
from custom_components.milton_share.sources.recorder.errors import RecorderError
from custom_components.milton_share.sources.recorder.store.library import Library
from custom_components.milton_share.sources.recorder.store.timeline import from_ms

from .test_library import CAMERA, LIMITS, NOON_MS, SIZE_BYTES, enter, hold

if TYPE_CHECKING:
    from pathlib import Path


def test_what_one_keeps_is_taken_from_what_others_may() -> None:
    """And comes back when it lets go; a room that became smaller leaves nothing."""
    budget = HoldBudget(1000)
    one, other = budget.room(), budget.room()
    one.holds(700)
    assert (one.left_bytes(), other.left_bytes()) == (300, 300)
    other.holds(300)
    one.holds(0)
    assert other.left_bytes() == 700
    budget.total_bytes = 10
    assert one.left_bytes() == 0


def test_a_keeper_alone_has_a_room_of_its_own() -> None:
    """Of so many bytes."""
    room = HoldBudget(7).room()
    assert room_of(room) is room
    assert room_of(5).left_bytes() == 5


def test_two_libraries_keep_no_more_than_the_room_together(tmp_path: Path) -> None:
    """Also after a restart, which counts what is there."""
    budget = HoldBudget(2 * SIZE_BYTES)
    first, second = (Library(tmp_path / name, LIMITS, budget.room()) for name in ("a", "b"))
    enter(first, 2)
    enter(second, 2)
    first.holds.hold(hold(0, 2))
    with pytest.raises(RecorderError, match="hold_quota"):
        second.holds.hold(hold(0, 1))
    first.close()
    second.close()
    again = HoldBudget(2 * SIZE_BYTES)
    first, second = (Library(tmp_path / name, LIMITS, again.room()) for name in ("a", "b"))
    with pytest.raises(RecorderError, match="hold_quota"):
        second.holds.hold(hold(0, 1))
    first.make_room(NOON_MS + 3_600_000)  # its deadline
    assert second.holds.hold(hold(0, 1))
    first.close()
    second.close()


def test_a_hold_that_had_no_room_for_all_is_given_the_rest_when_there_is(tmp_path: Path) -> None:
    """A segment that comes while the room is full isn't lost as long as the ring has it."""
    budget = HoldBudget(2 * SIZE_BYTES)
    library = Library(tmp_path / "r", LIMITS, budget.room())
    enter(library, 2)
    assert library.holds.hold(hold(0, 4))
    enter(library, 4)
    assert len(library.holds.held(hold(0, 4))) == 2
    assert not library.holds.hold(hold(0, 4))
    budget.total_bytes = 10 * SIZE_BYTES
    assert library.holds.hold(hold(0, 4))
    assert len(library.holds.held(hold(0, 4))) == 4
    library.close()


async def test_what_is_let_go_while_it_is_still_begun_is_not_there_after_it(tmp_path: Path) -> None:
    """An owner stops their own clip at once, on a slow card: it was held behind the wiping, for twelve hours."""
    begun, go_on, filled = threading.Event(), threading.Event(), threading.Event()

    class Slow(HoldRoom):
        def left_bytes(self) -> int:
            begun.set()
            go_on.wait(5)
            return super().left_bytes()

        def holds(self, size_bytes: int) -> None:
            super().holds(size_bytes)
            if size_bytes:
                filled.set()

    ages = timedelta(days=36_500)
    with closing(Library(tmp_path / "r", LIMITS)) as library:
        enter(library, 2)
    recorder = Recorder(tmp_path / "r", replace(LIMITS, age=ages), room=Slow(HoldBudget(10 * SIZE_BYTES)))
    await recorder.start()
    try:
        start = from_ms(NOON_MS)
        asking = asyncio.create_task(recorder.hold("own", CAMERA, start, start + timedelta(seconds=20), start + ages))
        await asyncio.to_thread(begun.wait, 5)
        asking.cancel()
        letting_go = asyncio.create_task(recorder.release("own"))
        await asyncio.wait([asking, letting_go], timeout=0.1)
        go_on.set()
        await letting_go
        await asyncio.to_thread(filled.wait, 5)
        with pytest.raises(RecorderError, match="hold_unknown"):
            await recorder.held("own")
        assert not [*(tmp_path / "r" / "holds").iterdir()]
    finally:
        await recorder.stop()
