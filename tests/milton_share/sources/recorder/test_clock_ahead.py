"""A start with a clock that is ahead and that nobody set yet: nothing is too old, and no hold has ended."""

from __future__ import annotations

import os
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.sources.recorder import Limits, Recorder
from custom_components.milton_share.sources.recorder.store.library import Library
from custom_components.milton_share.sources.steady import SteadyClock

from .store.test_library import LIMITS, enter, hold

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("is_set", [False, True])
async def test_a_clock_that_nobody_set_takes_nothing_for_too_old(tmp_path: Path, *, is_set: bool) -> None:
    """Neither the ring, nor what is held, nor the last seconds before the power went, which are in no index yet."""
    with closing(Library(tmp_path / "r", LIMITS)) as library:
        enter(library, 4)
        held = hold(0, 2)
        library.holds.hold(held)
        (row, *_) = library.index.everything()
        stranger = (library.ring / row.name).with_name("1800000000000-000009.mp4")
        stranger.write_bytes(b"x")
        os.utime(stranger, (row.until_ms / 1000,) * 2)
    clock = SteadyClock(lambda: held.deadline_ms / 1000 + 400 * 86_400, time.monotonic, lambda: is_set)
    recorder = Recorder(tmp_path / "r", Limits(), clock=clock)
    await recorder.start()
    try:
        opened = recorder._library  # noqa: SLF001  what lies on the disk
        there = len(opened.index.everything()), opened.holds.find(held.hold_id) is not None, stranger.exists()
        assert there == ((0, False, False) if is_set else (4, True, True))
    finally:
        await recorder.stop()
