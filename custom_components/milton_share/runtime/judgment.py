"""Judges everything received from the city, and notifies at once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..city.verdicts import DOCUMENTS_MISSING, is_broken, is_closed
from ..outbox.worker import RequestStanding
from ..shared.milton_protocol.verification import VerifiedRequest
from ..sources.steady import SteadyClock

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..city.refusal_log import RefusalLog
    from ..city.service import CityWatch
    from ..city.verdicts import Assessment
    from ..hub_link.link import HubLink
    from ..notifications.service import Notifier
    from ..outbox.asking import Asking
    from ..outbox.worker import Outbox


@dataclass(kw_only=True, eq=False)
class Judgment:
    """The newest assessment.

    Its lock is the one of the update sequence: two that judge at once would keep a request twice, and the older
    judgment could overtake the newer. Inside it is what is decided in memory and written to the database, and nothing
    that waits for a network, a phone, a recording or a clip: what follows (`FollowUp`) comes after it, for law 1 has
    the next judgment wait for none of that.
    """

    city: CityWatch
    refusals: RefusalLog
    notifier: Notifier
    outbox: Outbox
    link: HubLink
    asking: Asking
    now: Callable[[], datetime]
    is_clock_set: Callable[[], bool]
    on_new: Callable[[], None]  # called once for each request that is verified for the first time
    assessment: Assessment | None = field(default=None, init=False)
    forgotten: set[str] = field(default_factory=set, init=False)  # requests whose cases are still to be dropped
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)

    def __post_init__(self) -> None:
        """Take the time of this moment."""
        self._steady = SteadyClock(lambda: self.now().timestamp(), is_set=self.is_clock_set)

    async def renew(self) -> Assessment:
        """Judge everything now and store new requests; acts on none yet."""
        async with self._lock:
            now = self.now()
            steady = datetime.fromtimestamp(self._steady.now_s(), UTC)
            self.forgotten |= await self.city.forget_old(min(now, steady))  # a clock put ahead destroys nothing
            assessment = self.assessment = await self.city.assess(now)
            self.outbox.stop_broken()  # at once: what follows takes a while on a busy machine
            for notification in await self.city.keep(assessment.verified(), assessment, now):
                self.notifier.add(notification)
                self.on_new()
            await self.refusals.say(assessment, now)
            if assessment.trust is not None:
                record = assessment.trust.city_record
                self.link.follow_city(record.hub.mqtt_url, record.hub_key)
                self.asking.wake()  # where the hub's key was replaced, what a stolen one ended goes on
        return assessment

    def standing(self, request_id: str) -> RequestStanding:
        """Return whether a request is still the one that was approved."""
        assessment = self.assessment
        if assessment is None or assessment.trust is None:
            return RequestStanding.UNCLEAR
        verdict = assessment.verdicts.get(request_id)
        if isinstance(verdict, VerifiedRequest):
            return RequestStanding.OPEN
        if is_broken(verdict):
            return RequestStanding.BROKEN
        return RequestStanding.CLOSED if verdict is None or is_closed(verdict) else RequestStanding.UNCLEAR

    @property
    def open_requests(self) -> int:
        """The number of verified requests."""
        return len(self.assessment.verified()) if self.assessment else 0

    @property
    def trust_rule(self) -> str | None:
        """The rule that refuses the city's current documents."""
        return self.assessment.rule if self.assessment else DOCUMENTS_MISSING

    @property
    def hub_key(self) -> bytes | None:
        """The hub's key in the trusted city record, or None."""
        trust = self.assessment.trust if self.assessment else None
        return trust.city_record.hub_key if trust else None

    @property
    def other_root(self) -> str | None:
        """The id of the city record's signing key if it isn't the pinned root, or None."""
        return self.assessment.other_root if self.assessment else None
