"""The home's own clock: judge everything; then let each part do what follows. Every minute, and when something came."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from ..cases.state import ENDED, SENDING, UNDECIDED, State
from ..city.service import LOG_NOT_CHECKED
from ..city.verdicts import PAPERS_MISSING, is_broken, is_closed
from ..const import LOGGER
from ..errors import MiltonShareError
from ..notifications.schedule import Standing as ToTell
from ..outbox.worker import Standing
from ..shared.milton_protocol.verification import VerifiedRequest
from ..sources.steady import SteadyClock
from ..storage.try_each import OneByOne

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ..city.verdicts import Assessment
    from .parts import Parts

EVERY_S = 60.0  # requests expire, revocations begin and statements go stale without a message
# A hub that did not say how its log grew is asked again after so long, then after twice as long: until it does, no
# request can be answered. One that ended just then is mostly back at once.
ASK_AGAIN_S = 5.0
# Messages that come together are judged together. Homes don't all ask at once how the log grew, and what a busy home
# is late by is lost in it. Nobody waits for that in a demonstration.
GATHER_S = (1.0, 10.0)
GATHER_IN_DEMO_S = (0.05, 0.05)
OWNER_GATHER_S = 0.05


class Rounds:
    """Keeps the newest assessment: `listen` judges what came, `run` lets each part do what follows.

    Law 1: only `listen` speaks to the hub and tells phones, when the hub has spoken and by the clock. It waits for
    nothing that this home does with a request: not for footage that is being held, not for a clip, not for the owner.
    Else a late question to the hub, or a late message to a phone, would say that a camera matched.
    """

    def __init__(
        self,
        parts: Parts,
        now: Callable[[], datetime],
        on_new: Callable[[], None],
        on_change: Callable[[], None],
        *,
        demo: bool,
    ) -> None:
        """Do nothing yet. ``on_new`` is called once for each request that was verified for the first time."""
        self._parts = parts
        self._now = now
        self._on_new = on_new
        self._on_change = on_change
        self._gather_s = GATHER_IN_DEMO_S if demo else GATHER_S
        self._steady = SteadyClock(lambda: self._now().timestamp(), is_set=parts.is_clock_set)
        self._heard = asyncio.Event()
        self._wake = asyncio.Event()
        self._judging = asyncio.Lock()
        self._acting = asyncio.Lock()
        self._broken: set[str] = set()  # work that failed the last time, said once
        self._owner_spoke = False
        self._caught_up = asyncio.Event()
        self._gone: set[str] = set()  # requests that were forgotten and whose clips are still to be wiped
        self.assessment: Assessment | None = None

    def hub_spoke(self) -> None:
        """Judge soon: something came."""
        self._caught_up.clear()
        self._heard.set()

    def owner_spoke(self) -> None:
        """Go round soon, and ask the hub nothing."""
        self._owner_spoke = True
        self._wake.set()

    async def listen(self) -> None:
        """Judge when the hub has spoken, and every minute, until cancelled; ask the hub how its log grew."""
        loop = asyncio.get_running_loop()
        again_s = ASK_AGAIN_S
        while True:
            self._heard.clear()
            began_s = loop.time()
            await self._parts.city.ask_log(self._now())
            await self._kept_going(self.judge, "judge")
            waits_for_log = self.trust_rule == LOG_NOT_CHECKED or self._parts.city.has_questions
            next_s = began_s + (again_s if waits_for_log else EVERY_S)
            again_s = min(again_s * 2, EVERY_S) if waits_for_log else ASK_AGAIN_S
            await self._kept_going(self._tell, "tell")
            if not self._heard.is_set():
                self._caught_up.set()
            self._wake.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._heard.wait(), max(0.0, next_s - loop.time()))
            await asyncio.sleep(self._parts.uniform(*self._gather_s))

    async def run(self) -> None:
        """Act on what was judged, until cancelled."""
        while True:
            await self._wake.wait()
            await asyncio.sleep(OWNER_GATHER_S)
            self._wake.clear()
            owner_spoke, self._owner_spoke = self._owner_spoke, False
            await self._kept_going(self.go if owner_spoke else self.act, "act")

    async def _kept_going(self, work: Callable[[], Awaitable[object]], name: str) -> None:
        try:
            await work()
        except (OSError, sqlite3.Error) as error:
            if not self._broken:
                LOGGER.warning("This home's own storage failed, trying again: %s", error)
            self._broken.add(name)
            self._parts.health.failed(name, error)
        else:
            self._broken.discard(name)
            self._parts.health.works(name)

    async def judge(self) -> Assessment:
        """Judge everything now, and keep requests that are new; nothing is done about them yet."""
        async with self._judging:
            now = self._now()
            parts = self._parts
            steady = datetime.fromtimestamp(self._steady.now_s(), UTC)
            self._gone |= await parts.city.forget_old(min(now, steady))  # a clock that was put ahead destroys nothing
            assessment = self.assessment = await parts.city.assess(now)
            parts.outbox.stop_broken()  # at once: what follows takes a while on a busy machine
            for notification in await parts.city.keep(assessment.verified(), assessment, now):
                parts.notifier.add(notification)
                self._on_new()
            await parts.refusals.say(assessment, now)
            if assessment.trust is not None:
                record = assessment.trust.city_record
                parts.link.follow_city(record.hub.mqtt_url, record.hub_key)
                parts.asking.wake()  # where the hub's key was replaced, what a stolen one ended goes on
        self._on_change()
        return assessment

    async def _tell(self) -> None:
        if self.assessment is not None:
            await self._parts.notifier.go(partial(standing_to_tell, self.assessment), self._now())

    async def act(self) -> None:
        """Let each part do what follows from the newest assessment; one round at a time.

        Raises OSError, sqlite3.Error where this home's own storage failed at some of it; all was tried.
        """
        both = OneByOne()
        async with self._acting:
            parts, assessment = self._parts, self.assessment
            await self._forget()
            if assessment is None:
                return
            await parts.recording.update()
            paused = parts.household.settings.paused(self._now()) is not None
            with both.trying():
                await parts.journey.update(assessment, parts.cameras.settings, paused=paused)
            with both.trying():
                await self._settle(assessment)
            in_use = parts.book.clips_in_use()
            parts.stills.keep_only(
                frozenset(parts.folder.clip(case_id, sha256) for case_id, files in in_use.items() for sha256 in files)
            )
            parts.served.keep_only(frozenset().union(*in_use.values()))
            parts.rough.keep_only(
                frozenset(case.case_id for case in parts.book.cases.values() if case.state in UNDECIDED)
            )
        parts.outbox.wake()
        self._on_change()
        both.require_all()

    async def go(self) -> None:
        """Judge everything now, and act on it."""
        await self.judge()
        await self.act()

    async def verified(self, request_id: str) -> VerifiedRequest:
        """Return a request as judged at this very moment; raise MiltonShareError with the rule it is refused by."""
        with suppress(TimeoutError):
            async with asyncio.timeout(EVERY_S):
                await self._caught_up.wait()
        verdict = (await self.judge()).verdicts.get(request_id)
        self._wake.set()
        if verdict is None:
            rule = "unknown_request"
            raise MiltonShareError(rule)
        if not isinstance(verdict, VerifiedRequest):
            await self.act()  # what is over is gone before anybody hears that it is
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
        if is_broken(verdict):
            return Standing.BROKEN
        return Standing.CLOSED if verdict is None or is_closed(verdict) else Standing.UNCLEAR

    @property
    def open_requests(self) -> int:
        """How many requests are verified now."""
        return len(self.assessment.verified()) if self.assessment else 0

    @property
    def trust_rule(self) -> str | None:
        """The rule by which the city's papers are refused now."""
        return self.assessment.rule if self.assessment else PAPERS_MISSING

    @property
    def hub_key(self) -> bytes | None:
        """The hub's key of the city record that is believed now, or None."""
        trust = self.assessment.trust if self.assessment else None
        return trust.city_record.hub_key if trust else None

    @property
    def other_root(self) -> str | None:
        """The id of another key than the pinned root's that the city record names as its signer, or None."""
        return self.assessment.other_root if self.assessment else None

    async def _settle(self, assessment: Assessment) -> None:
        if assessment.trust is None:  # why a case ended isn't clear now
            return
        parts, all_cases = self._parts, OneByOne()
        for case in tuple(parts.book.cases.values()):
            with all_cases.trying():
                if case.state in ENDED or case.state is State.RECEIPTED:
                    verdict = assessment.verdicts.get(case.request_id)
                    await parts.settling.settle(case, parts.city.keep_until(case.request_id), verdict)
                elif case.state in SENDING:
                    await parts.settling.keep_promise(case)
        with all_cases.trying():
            await parts.lapsed.look(assessment.verdicts)
        all_cases.require_all()

    async def _forget(self) -> None:
        parts = self._parts
        gone = set(self._gone)
        if gone:
            for case in [case for case in parts.book.cases.values() if case.request_id in gone]:
                await parts.run_blocking(partial(parts.folder.wipe_clips, case.case_id))
            parts.book.drop(gone)
            self._gone -= gone


def standing_to_tell(assessment: Assessment, request_id: str) -> ToTell:
    """Return what phones are told by: the city's word alone, as at every home."""
    verdict = assessment.verdicts.get(request_id)
    if isinstance(verdict, VerifiedRequest):
        return ToTell.OPEN
    if assessment.trust is None or verdict is None or not is_closed(verdict):
        return ToTell.UNCLEAR
    return ToTell.CLOSED
