"""Keeps what phones are told of each request, and sends what is due (law 1: `notification_times`).

What was sent is written down after it went out: a message may come twice after a sudden end, under the tag of the
first, which it replaces on the phone. None is lost.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from ..storage.durable_steps import Step
from . import repository
from .schedule import Clock, is_past, shown_in_week, step, will_remind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime, tzinfo
    from sqlite3 import Connection

    from ..household.service import HouseholdService
    from ..storage.database import HomeDatabase
    from .schedule import Kind, Notification, RequestStage


class Tell(Protocol):
    """Sends one message, by its tag, to the phones; ``reminds``: a reminder follows it."""

    async def __call__(self, kind: Kind, tag: str, *, reminds: bool) -> None:
        """Send it."""


class Notifier:
    """The only writer of notifications, once `CityWatch.keep` made them."""

    def __init__(
        self,
        database: HomeDatabase,
        household: HouseholdService,
        *,
        tell: Tell,
        zone: Callable[[], tzinfo],
        is_ready: Callable[[], bool],
    ) -> None:
        """Do nothing yet; `load` reads. ``is_ready``: whether there are phones to speak to yet."""
        self._database, self._household = database, household
        self._tell, self._zone, self._is_ready = tell, zone, is_ready
        self._kept: dict[str, Notification] = {}
        self._unsaved: set[str] = set()

    async def load(self) -> None:
        """Read what was kept."""
        self._kept = await self._database.read(repository.all_notifications)

    def add(self, one: Notification) -> None:
        """Take one that was just kept with its request."""
        self._kept[one.tag] = one

    def knows(self, tag: str) -> bool:
        """Whether a message with this tag may be on a phone."""
        return tag in self._kept

    def tags(self) -> Mapping[str, str]:
        """Return each request's tag."""
        return {one.request_id: one.tag for one in self._kept.values()}

    async def go(self, standing_of: Callable[[str], RequestStage], now: datetime) -> None:
        """Send what is due, and write down what was sent; ``standing_of`` a request, by its id."""
        if not self._is_ready():
            return
        clock = Clock(now=now, zone=self._zone())
        household = self._household.settings
        for one in sorted(self._kept.values(), key=lambda kept: (kept.verified_at, kept.tag)):
            shown = shown_in_week(self._kept.values(), now)
            moved, kind = step(one, household, clock, standing_of(one.request_id), shown)
            if moved is one:
                continue
            if kind is not None:
                await self._tell(kind, one.tag, reminds=will_remind(moved, household, clock))
            self._kept[one.tag] = moved
            self._unsaved.add(one.tag)
        await self.save(now)

    async def save(self, now: datetime) -> None:
        """Write down what was sent and isn't yet: at an orderly end, too, else it would be said again."""
        past = {tag for tag, one in self._kept.items() if is_past(one, now)}
        changed = [self._kept[tag] for tag in sorted(self._unsaved - past)]
        if not changed and not past:
            return
        await self._database.run(Step.NOTIFICATIONS_KEPT, partial(_write, changed=changed, past=past))
        self._unsaved.clear()
        for tag in past:
            del self._kept[tag]


def _write(connection: Connection, changed: list[Notification], past: set[str]) -> None:
    repository.save(connection, changed)
    repository.forget(connection, past)
