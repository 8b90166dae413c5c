"""The newest trust documents that this home accepted: nothing older is accepted again."""

from __future__ import annotations

from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING

from ..hub_link.inbox import CITY_RECORD, DIRECTORY, LIVE
from ..storage.durable_steps import Step
from . import pins_table
from .verdicts import claimed_number, is_signed_by

if TYPE_CHECKING:
    from ..storage.database import HomeDatabase
    from .pins_table import Seen


_NUMBERED = MappingProxyType({CITY_RECORD: "serial", DIRECTORY: "serial", LIVE: "sequence"})


class PinRepository:
    """Reads and writes the pins; nothing else writes them."""

    def __init__(self, database: HomeDatabase) -> None:
        """Do nothing yet; `load` reads."""
        self._database = database
        self.seen = pins_table.Seen()

    async def load(self) -> None:
        """Read what was kept."""
        self.seen = await self._database.read(pins_table.seen)

    def claims(self, topic: str, envelope: bytes) -> int | None:
        """Return the number by which a document says how new it is, unverified; None when it says none.

        A live statement by another hub key than the one in force says none: the keys' sequences have nothing in common.
        """
        if topic == LIVE and self.seen.hub_key and not is_signed_by(envelope, bytes.fromhex(self.seen.hub_key)):
            return None
        return claimed_number(envelope, _NUMBERED[topic])

    async def keep(self, seen: Seen) -> None:
        """Keep what was believed now."""
        if seen != self.seen:
            await self._database.run(Step.DOCUMENTS_BELIEVED, partial(pins_table.save, seen=seen))
            self.seen = seen

    def believed(self, topic: str) -> int:
        """Return the number of the document that was believed last; 0 before the first."""
        return {
            CITY_RECORD: self.seen.city_record_serial,
            DIRECTORY: self.seen.directory_serial,
            LIVE: self.seen.live_sequence,
        }[topic]
