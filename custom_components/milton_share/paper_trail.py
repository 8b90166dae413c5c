"""How new the city's papers were that this home believed last: nothing older is believed again."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from .hub_link.inbox import CITY_RECORD, DIRECTORY, LIVE
from .steps import Step
from .store import pins
from .verdicts import claimed_number

if TYPE_CHECKING:
    from .store.database import HomeDatabase
    from .store.pins import Seen


_NUMBERED = MappingProxyType({CITY_RECORD: "serial", DIRECTORY: "serial", LIVE: "sequence"})


def claims(topic: str, envelope: bytes) -> int | None:
    """Return the number by which a paper says how new it is, unverified; None when it says none."""
    return claimed_number(envelope, _NUMBERED[topic])


class PaperTrail:
    """The only writer of what was seen."""

    def __init__(self, database: HomeDatabase) -> None:
        """Do nothing yet; `load` reads."""
        self._database = database
        self.seen = pins.Seen()

    async def load(self) -> None:
        """Read what was kept."""
        self.seen = await self._database.read(pins.seen)

    async def keep(self, seen: Seen) -> None:
        """Keep what was believed now."""
        if seen != self.seen:
            await self._database.run(Step.PAPERS_BELIEVED, partial(pins.save, seen=seen))
            self.seen = seen

    def is_older(self, topic: str, envelope: bytes) -> bool:
        """Whether a paper says of itself that it is older than the one that was believed last.

        It is only dropped by that, never believed: what has no number, or a false one, is judged like any other.
        """
        number = claims(topic, envelope)
        return number is not None and number < self._believed(topic)

    def is_newer(self, topic: str, envelope: bytes) -> bool:
        """Whether a paper says of itself that it is newer than the one that was believed last."""
        number = claims(topic, envelope)
        return number is not None and number > self._believed(topic)

    def _believed(self, topic: str) -> int:
        return {
            CITY_RECORD: self.seen.city_record_serial,
            DIRECTORY: self.seen.directory_serial,
            LIVE: self.seen.live_sequence,
        }[topic]
