"""Drives one home and its hub through their hours: what is due happens, and then the clock jumps to what is next."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from custom_components.milton_share.household.model import Pause
from custom_components.milton_share.notifications.messages import LATER

from .clock import settled
from .life import PRESSED

if TYPE_CHECKING:
    from tests.milton_share.conftest import EnrolledHome

    from .life import Life
    from .peer import Peer
    from .wiretap import Wiretap

TICK_S = 3_600.0  # how often a home judges anew without a word of the hub: it shows nowhere, and costs most
PATIENCE_TURNS = 5_000  # of a millisecond or more each: a broker that doesn't answer then is a failure


class Simulation:
    """Drives one home."""

    def __init__(self, life: Life, peer: Peer, lines: tuple[Wiretap, ...]) -> None:
        """Keep what is driven; the line to the broker, where there is one, is the second."""
        self._life, self._peer, self._lines = life, peer, lines
        self._looked_at = 0
        self.tags: list[str] = []  # of each request's first message, as the owner's phone has it
        self.home: EnrolledHome | None = None

    async def settle(self) -> None:
        """Wait until nobody does anything; then look at what the hub's log and disk show of it."""
        await settled(
            lambda: self._life.executor.at_work > 0 or any(line.is_owed for line in self._lines),
            self._moved,
        )
        if self._moved() != self._looked_at:
            self._looked_at = self._moved()
            await self._peer.tell("look", packets=sum(line.packets for line in self._lines))

    def _moved(self) -> int:
        return sum(line.moved for line in self._lines)

    async def city(self, what: str, at_s: float, **more: object) -> dict[str, Any]:
        """Have the city do something, and wait until the broker has brought it."""
        answer = await self._peer.tell(what, at_s=at_s, **more)
        assert self.home is not None
        if len(self._lines) > 1:
            broker, mark, patience = self._lines[1], answer["mark"].encode(), PATIENCE_TURNS
            while not broker.has_brought(mark):
                await asyncio.sleep(0.001)
                patience -= 1
                assert patience, (what, self.home.state().snapshot)
        return answer

    async def until(self, passed_s: float) -> None:
        """Go through all that is due until then."""
        clock, life = self._life.clock, self._life
        while True:
            await self.settle()
            now_s = clock.passed_s()
            life.deadlines = [due for due in life.deadlines if due > now_s - 0.001]
            next_tick = (now_s // TICK_S + 1) * TICK_S
            goal = min([passed_s, next_tick, *(due + 0.0005 for due in life.deadlines), *self._closings(now_s)])
            if goal > now_s:
                clock.jump_to(goal)
            else:
                life.deadlines = [due for due in life.deadlines if due > now_s]
            if goal >= passed_s:
                await self.settle()
                return

    def _closings(self, now_s: float) -> list[float]:
        """Return when idle connections will be closed."""
        loop = asyncio.get_running_loop()
        ahead = now_s - loop.time()
        return [
            handle.when() + ahead + 0.0005
            for handle in loop._scheduled  # type: ignore[attr-defined]  # noqa: SLF001  there is no other way to ask
            if not handle.cancelled() and getattr(handle._callback, "__name__", "") == "_weakref_handle"  # noqa: SLF001
        ]

    async def act(self, what: str, request_id: str) -> None:
        """Let the owner do one thing; the longest time that the loop was held up by it is kept."""
        home, life = self.home, self._life
        assert home is not None
        life.trace.acts.append((life.clock.passed_s(), what))
        beat = asyncio.create_task(self._beat())
        try:
            await getattr(self, f"_{what}")(home, request_id)
        finally:
            beat.cancel()
            with suppress(asyncio.CancelledError):
                await beat
        await self.settle()

    async def _beat(self) -> None:
        while True:
            before_s = time.monotonic()
            await asyncio.sleep(0)
            self._life.trace.longest_turn_s = max(self._life.trace.longest_turn_s, time.monotonic() - before_s)
            await asyncio.sleep(0.002)

    async def _look(self, home: EnrolledHome, request_id: str) -> None:
        case = home.case(request_id)
        assert case.footage_from is not None, case
        start = case.footage_from + timedelta(seconds=2)
        await home.panel.review.look(home.owner.session, case.case_id, start, start + timedelta(seconds=8), audio=False)

    async def _later(self, home: EnrolledHome, _request_id: str) -> None:
        """Press "remind me later" on the newest message: the app tells Home Assistant, not the relay."""
        if self.tags:  # by the feed alone the first may not have come yet
            home.hass.bus.async_fire(PRESSED, {"action": f"{LATER}{self.tags[-1]}"})

    async def _pause(self, home: EnrolledHome, _request_id: str) -> None:
        await home.panel.household.set(home.owner.session, pause=Pause(until=None))

    async def _resume(self, home: EnrolledHome, _request_id: str) -> None:
        await home.panel.household.set(home.owner.session, pause=None)

    async def _decline(self, home: EnrolledHome, request_id: str) -> None:
        await home.panel.decisions.not_this_time(home.owner.session, request_id)

    async def _approve(self, home: EnrolledHome, request_id: str) -> None:
        self._life.trace.approved_s = self._life.clock.passed_s()
        await home.approve(home.case(request_id))
        async with asyncio.timeout(60):
            while not (await self._peer.tell("receipted"))["is_receipted"]:  # noqa: ASYNC110  it rings no bell here
                await asyncio.sleep(0.01)
