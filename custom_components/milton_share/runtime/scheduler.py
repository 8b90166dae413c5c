"""The update loop: judge everything, then follow up. Runs every minute and when something arrives."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from ..city.service import LOG_NOT_CHECKED
from ..city.verdicts import is_closed
from ..const import LOGGER
from ..errors import MiltonShareError
from ..notifications.schedule import RequestStage as ToTell
from ..shared.milton_protocol.verification import VerifiedRequest

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from ..city.service import CityWatch
    from ..city.verdicts import Assessment
    from ..notifications.service import Notifier
    from ..outbox.worker import Outbox
    from ..storage.health import StorageHealth
    from .follow_up import FollowUp
    from .judgment import Judgment

EVERY_S = 60.0  # requests expire, revocations begin and statements go stale without a message
# A hub that did not say how its log grew is asked again after so long, then after twice as long: until it does, no
# request can be answered. One that ended just then is mostly back at once.
ASK_AGAIN_S = 5.0
# Messages that come together are judged together. Homes don't all ask at once how the log grew, and what a busy home
# is late by is lost in it. Nobody waits for that in a demonstration.
GATHER_S = (1.0, 10.0)
GATHER_IN_DEMO_S = (0.05, 0.05)
OWNER_GATHER_S = 0.05


@dataclass(kw_only=True, eq=False)
class Scheduler:
    """`listen` judges what arrived, `run` follows up.

    One after the other: a judgment, under its lock; then a round of what follows from the newest, under none, for
    `run` alone begins one and begins the next when it is over. Who needs a round done waits for its end.

    Law 1: only `listen` speaks to the hub and tells phones, when the hub has spoken and by the clock. It waits for
    nothing that this home does with a request: not for footage that is being held, not for a clip, not for the owner.
    Else a late question to the hub, or a late message to a phone, would say that a camera matched.
    """

    judgment: Judgment
    follow_up: FollowUp
    city: CityWatch
    notifier: Notifier
    outbox: Outbox
    health: StorageHealth
    now: Callable[[], datetime]
    gather_s: Callable[[], float]  # how long what comes together is waited for
    on_change: Callable[[], None]
    _heard: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _wake: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _over: asyncio.Event = field(default_factory=asyncio.Event, init=False)  # the round that begins next
    _broken: dict[str, Exception] = field(default_factory=dict, init=False)  # by work that failed the last time
    _owner_spoke: bool = field(default=False, init=False)
    _caught_up: asyncio.Event = field(default_factory=asyncio.Event, init=False)

    def hub_spoke(self) -> None:
        """Schedule a judgment: something arrived."""
        self._caught_up.clear()
        self._heard.set()

    def owner_spoke(self) -> None:
        """Schedule a local update; no network."""
        self._owner_spoke = True
        self._wake.set()

    async def listen(self) -> None:
        """Judge when something arrives, and every minute, until canceled; fetch the log's consistency proofs."""
        loop = asyncio.get_running_loop()
        again_s = ASK_AGAIN_S
        while True:
            self._heard.clear()
            began_s = loop.time()
            await self.city.ask_log(self.now())
            await self._kept_going(self.judge, "judge")
            waits_for_log = self.judgment.trust_rule == LOG_NOT_CHECKED or self.city.has_questions
            next_s = began_s + (again_s if waits_for_log else EVERY_S)
            again_s = min(again_s * 2, EVERY_S) if waits_for_log else ASK_AGAIN_S
            await self._kept_going(self._tell, "tell")
            if not self._heard.is_set():
                self._caught_up.set()
            self._wake.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._heard.wait(), max(0.0, next_s - loop.time()))
            await asyncio.sleep(self.gather_s())

    async def run(self) -> None:
        """Follow up on judgments, round by round, until canceled."""
        try:
            while True:
                await self._wake.wait()
                await asyncio.sleep(OWNER_GATHER_S)
                self._wake.clear()
                over, self._over = self._over, asyncio.Event()
                try:
                    await self._kept_going(self._round, "act")
                finally:
                    over.set()
        finally:
            self._over.set()  # there is no next one

    async def _round(self) -> None:
        owner_spoke, self._owner_spoke = self._owner_spoke, False
        if owner_spoke:
            await self.judge()
        try:
            await self.follow_up.go(self.now())
        finally:
            self.outbox.wake()
            self.on_change()

    async def acted(self) -> None:
        """Wait for the end of a round that begins from now on; raises OSError, sqlite3.Error if its storage failed."""
        self._wake.set()
        await self._over.wait()
        if "act" in self._broken:
            raise self._broken["act"]

    async def _kept_going(self, work: Callable[[], Awaitable[object]], name: str) -> None:
        try:
            await work()
        except (OSError, sqlite3.Error) as error:
            if not self._broken:
                LOGGER.warning("This home's own storage failed, trying again: %s", error)
            self._broken[name] = error
            self.health.failed(name, error)
        else:
            self._broken.pop(name, None)
            self.health.works(name)

    async def judge(self) -> Assessment:
        """Judge everything now; acts on nothing yet."""
        assessment = await self.judgment.renew()
        self.on_change()
        return assessment

    async def _tell(self) -> None:
        if self.judgment.assessment is not None:
            await self.notifier.go(partial(standing_to_tell, self.judgment.assessment), self.now())

    async def verified(self, request_id: str) -> VerifiedRequest:
        """Return a request verified at this moment; raises MiltonShareError with the rule that refuses it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(EVERY_S):
                await self._caught_up.wait()
        verdict = (await self.judge()).verdicts.get(request_id)
        self._wake.set()
        if verdict is None:
            rule = "unknown_request"
            raise MiltonShareError(rule)
        if not isinstance(verdict, VerifiedRequest):
            await self.acted()  # what is over is gone before anybody hears that it is
            raise MiltonShareError(verdict.rule)
        return verdict


def standing_to_tell(assessment: Assessment, request_id: str) -> ToTell:
    """Return what notifications depend on: only the city's statements, as at every home."""
    verdict = assessment.verdicts.get(request_id)
    if isinstance(verdict, VerifiedRequest):
        return ToTell.OPEN
    if assessment.trust is None or verdict is None or not is_closed(verdict):
        return ToTell.UNCLEAR
    return ToTell.CLOSED
