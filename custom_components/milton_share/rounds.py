"""The home's own clock: judge everything, then let each part do what follows. Every minute, and when something came."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from .consent import ENDED, State
from .const import LOGGER
from .errors import MiltonShareError
from .hub_link import inbox as topic
from .outbox.worker import Standing
from .shared.milton_protocol.verification import VerifiedRequest
from .verdicts import PAPERS_MISSING, is_closed

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from .parts import Parts
    from .verdicts import Assessment

EVERY_S = 60.0  # requests expire, revocations begin and statements go stale without a message
GATHER_S = 0.05  # messages that come together are judged together


class Rounds:
    """Keeps the newest assessment.

    Law 1: a round may ask the hub for a proof of its log, so only rounds that follow what the hub said, or the clock,
    ask. A round because of the owner asks nothing, or a hub that keeps proofs back would learn when somebody clicks.
    """

    def __init__(
        self,
        parts: Parts,
        now: Callable[[], datetime],
        on_new: Callable[[], None],
        on_change: Callable[[], None],
    ) -> None:
        """Do nothing yet. ``on_new`` is called once for each request that was verified for the first time."""
        self._parts = parts
        self._now = now
        self._on_new = on_new
        self._on_change = on_change
        self._wake = asyncio.Event()
        self._lock = asyncio.Lock()
        self._broken = False
        self._heard = True
        self._caught_up = asyncio.Event()
        self.assessment: Assessment | None = None

    def hub_spoke(self) -> None:
        """Go round soon: something came."""
        self._heard = True
        self._caught_up.clear()
        self._wake.set()

    def owner_spoke(self) -> None:
        """Go round soon, and ask the hub nothing."""
        self._wake.set()

    async def run(self) -> None:
        """Go round until cancelled."""
        loop = asyncio.get_running_loop()
        next_s = loop.time()
        while True:
            self._wake.clear()
            ask_hub = self._heard or loop.time() >= next_s
            self._heard = False
            if ask_hub:
                next_s = loop.time() + EVERY_S
            try:
                await self.go(ask_hub=ask_hub)
            except (OSError, sqlite3.Error) as error:
                if not self._broken:
                    LOGGER.warning("This home's own storage failed, trying again: %s", error)
                self._broken = True
            else:
                self._broken = False
            if not self._heard:
                self._caught_up.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), max(0.0, next_s - loop.time()))
            await asyncio.sleep(GATHER_S)

    async def go(self, *, ask_hub: bool = False) -> Assessment:
        """Judge everything now, and act on it; one round at a time."""
        async with self._lock:
            now = self._now()
            parts = self._parts
            await self._forget(now)
            assessment = self.assessment = await parts.city.assess(now, ask_hub=ask_hub)
            for _ in await parts.city.keep(assessment.verified(), assessment, now):
                self._on_new()
            if assessment.trust is not None:
                record = assessment.trust.city_record
                parts.link.follow_city(record.hub.mqtt_url)
                await parts.outbox.take_receipts(parts.inbox.under(topic.RECEIPTS), record.hub_key)
            await parts.record()
            await parts.journey.update(assessment, parts.cameras.settings)
            await self._settle(assessment)
            parts.outbox.wake()
            self._on_change()
            return assessment

    async def verified(self, request_id: str) -> VerifiedRequest:
        """Return a request as judged at this very moment; raise MiltonShareError with the rule it is refused by."""
        with suppress(TimeoutError):
            async with asyncio.timeout(EVERY_S):
                await self._caught_up.wait()
        verdict = (await self.go(ask_hub=False)).verdicts.get(request_id)
        if verdict is None:
            rule = "unknown_request"
            raise MiltonShareError(rule)
        if not isinstance(verdict, VerifiedRequest):
            raise MiltonShareError(verdict.rule)
        return verdict

    def standing(self, request_id: str) -> Standing:
        """Whether a request still is what an approver said yes to."""
        assessment = self.assessment
        if assessment is None or assessment.trust is None:
            return Standing.UNCLEAR
        verdict = assessment.verdicts.get(request_id)
        if isinstance(verdict, VerifiedRequest):
            return Standing.OPEN
        return Standing.CLOSED if verdict is None or is_closed(verdict) else Standing.UNCLEAR

    @property
    def open_requests(self) -> int:
        """How many requests are verified now."""
        return len(self.assessment.verified()) if self.assessment else 0

    @property
    def trust_rule(self) -> str | None:
        """The rule by which the city's papers are refused now."""
        return self.assessment.rule if self.assessment else PAPERS_MISSING

    async def _settle(self, assessment: Assessment) -> None:
        if assessment.trust is None:  # why a case ended isn't clear now
            return
        parts = self._parts
        for case in tuple(parts.book.cases.values()):
            if case.state in ENDED or case.state is State.RECEIPTED:
                verdict = assessment.verdicts.get(case.request_id)
                await parts.settling.settle(case, parts.city.keep_until(case.request_id), verdict)

    async def _forget(self, now: datetime) -> None:
        parts = self._parts
        gone = await parts.city.forget_old(now)
        if gone:
            for case in [case for case in parts.book.cases.values() if case.request_id in gone]:
                await parts.run_blocking(partial(parts.folder.wipe_clips, case.case_id))
            parts.book.drop(gone)
