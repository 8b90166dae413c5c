"""Where the agency's borders come from: the city record that brought them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.directory.model import TrustDocument
from hub.directory.service import CITY_RECORD
from hub.directory.trust import open_city_record

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.directory.service import DirectoryService
    from milton_protocol.messages.city.record import CityRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Borders:
    """The city record in force, and the first one since which its borders are what they are."""

    record: CityRecord
    since: CityRecord


async def borders(session: AsyncSession, directory: DirectoryService) -> Borders:
    """Return them; raise ``not_initialised`` (503) in an empty database."""
    record = (await directory.current(session)).city_record
    rows = select(TrustDocument.envelope).where(TrustDocument.kind == CITY_RECORD)
    since = record
    for envelope in await session.scalars(rows.order_by(TrustDocument.serial.desc())):
        earlier = open_city_record(envelope, directory.root_public_key)
        if earlier.jurisdiction != record.jurisdiction:
            break
        since = earlier
    return Borders(record=record, since=since)
