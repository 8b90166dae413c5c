"""Whose clip is cut: one at a time, a request's before the owner's own."""

from __future__ import annotations

import asyncio

import pytest

from custom_components.milton_share.review.queue import CutterQueue


class Cut:
    """A cut that takes until it is let go; it keeps what happened to it."""

    def __init__(self, said: list[str]) -> None:
        """Begin nothing."""
        self.said, self.begun, self.go = said, asyncio.Event(), asyncio.Event()

    async def __call__(self) -> str:
        """Cut for the owner."""
        self.said.append("own begins")
        self.begun.set()
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.said.append("own ends")
            self.begun.clear()
            raise
        self.said.append("own is cut")
        return "clip"


async def for_request(queue: CutterQueue, said: list[str], name: str, go: asyncio.Event) -> None:
    """Cut for a request until it is let go."""
    async with queue.for_request():
        said.append(f"{name} begins")
        await go.wait()
        said.append(f"{name} is cut")


async def test_a_request_ends_the_owners_own_which_begins_again_after_it() -> None:
    """Also after a second request that came meanwhile; never two at a time."""
    said: list[str] = []
    queue, own, go = CutterQueue(), Cut(said), asyncio.Event()
    mine = asyncio.create_task(queue.for_owner(own))
    await own.begun.wait()
    first = asyncio.create_task(for_request(queue, said, "first", go))
    await asyncio.sleep(0)
    second = asyncio.create_task(for_request(queue, said, "second", go))
    go.set()
    await asyncio.gather(first, second)
    await own.begun.wait()
    own.go.set()
    assert await mine == "clip"
    assert said == [
        *("own begins", "own ends", "first begins", "first is cut", "second begins", "second is cut"),
        *("own begins", "own is cut"),
    ]


async def test_the_owners_own_waits_behind_requests_that_wait_already() -> None:
    """Though it asked first."""
    said: list[str] = []
    queue, own, go = CutterQueue(), Cut(said), asyncio.Event()
    own.go.set()
    first = asyncio.create_task(for_request(queue, said, "first", go))
    await asyncio.sleep(0)
    mine = asyncio.create_task(queue.for_owner(own))
    await asyncio.sleep(0)
    second = asyncio.create_task(for_request(queue, said, "second", go))
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(first, second, mine)
    assert [each for each in said if each.endswith("begins")] == ["first begins", "second begins", "own begins"]


async def test_the_owners_word_ends_it_for_good_and_a_failure_is_passed_on() -> None:
    """And the next one has its turn; a request that gives up while it waits is in nobody's way."""
    said: list[str] = []
    queue, own = CutterQueue(), Cut(said)
    mine = asyncio.create_task(queue.for_owner(own))
    await own.begun.wait()
    mine.cancel()
    with pytest.raises(asyncio.CancelledError):
        await mine
    assert said == ["own begins", "own ends"]

    words = "the disk"

    async def fails() -> str:
        raise OSError(words)

    with pytest.raises(OSError, match="disk"):
        await queue.for_owner(fails)
    async with queue.for_request():
        waits = asyncio.create_task(for_request(queue, said, "waits", asyncio.Event()))
        await asyncio.sleep(0)
        waits.cancel()
        await asyncio.wait([waits])
    own.go.set()
    assert await queue.for_owner(own) == "clip"


async def test_a_request_that_gives_up_as_the_owner_has_its_turn_stops_nothing() -> None:
    """At that moment it still waits: to look again and again whether it does would leave it no time to say that not."""
    said: list[str] = []
    queue, own, go = CutterQueue(), Cut(said), asyncio.Event()
    own.go.set()

    async def before() -> None:
        await for_request(queue, said, "before", go)
        waits.cancel()  # nobody had time to see that the turn is free again

    first = asyncio.create_task(before())
    await asyncio.sleep(0)
    mine = asyncio.create_task(queue.for_owner(own))
    await asyncio.sleep(0)
    waits = asyncio.create_task(for_request(queue, said, "waits", asyncio.Event()))
    await asyncio.sleep(0)
    go.set()
    async with asyncio.timeout(5):
        assert await mine == "clip"
    await asyncio.wait([first, waits])
    assert [each for each in said if each.endswith("begins")] == ["before begins", "own begins"]
