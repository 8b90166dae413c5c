"""One thing at a time in a thread: also beside what somebody gave up waiting for."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from custom_components.milton_share.sources.one_thread import OneThread


async def test_what_comes_next_waits_for_what_nobody_waits_for_any_more() -> None:
    """And what that one raises is nobody's: neither theirs who come next, nor the event loop's."""
    said: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: said.append(context))
    thread, going_on, done = OneThread(), threading.Event(), []

    def fails() -> None:
        going_on.wait(30)
        done.append("first")
        raise OSError

    first = asyncio.create_task(thread.do(fails))
    await asyncio.sleep(0.05)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    second = asyncio.create_task(thread.do(done.append, "second"))
    await asyncio.sleep(0.05)
    assert done == []
    going_on.set()
    await second
    assert done == ["first", "second"]
    await asyncio.sleep(0)
    assert said == []


async def test_who_waits_is_told_what_failed_and_the_next_has_its_turn() -> None:
    """Also where there are no threads any more."""

    def fails() -> None:
        message = "gone"
        raise OSError(message)

    thread = OneThread()
    with pytest.raises(OSError, match="gone"):
        await thread.do(fails)
    assert await thread.do(int, "7") == 7
    loop = asyncio.get_running_loop()
    own, loop.run_in_executor = loop.run_in_executor, _refused  # type: ignore[method-assign,assignment]
    with pytest.raises(RuntimeError):
        await thread.do(int, "7")
    loop.run_in_executor = own  # type: ignore[method-assign]
    assert await thread.do(int, "7") == 7


def _refused(*_: object) -> None:
    message = "shut down"
    raise RuntimeError(message)
