"""What putting a device out has in common, whether it is known by a passkey or by a certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, update

from hub.identity.model import OfficerSession
from hub.kit.errors import HubError

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import InstrumentedAttribute

NOT_FOUND, CONFLICT = 404, 409


async def one_beginning[Row](
    session: AsyncSession, devices: Select[Row], column: InstrumentedAttribute[str], prefix: str, word: str
) -> Row:
    """Return the one of ``devices`` whose ``column`` begins with ``prefix``, its row locked; ``word`` names the column.

    Raises ``device_unknown`` (404) and ``device_ambiguous`` (409).
    """
    begins = func.substr(column, 1, len(prefix)) == prefix  # LIKE would ignore case
    found = devices.where(begins).with_for_update().limit(2)
    matching = (await session.scalars(found)).all() if prefix else ()
    if not matching:
        rule = "device_unknown"
        raise HubError(rule, NOT_FOUND, f"No device has {word} that begins so; see milton-hub device list.")
    if len(matching) > 1:
        rule = "device_ambiguous"
        raise HubError(rule, CONFLICT, f"More than one device has {word} that begins so; give more of it.")
    return matching[0]


async def end_sessions(session: AsyncSession, of: ColumnElement[bool], at: datetime) -> None:
    """End what is open at a device, or of a person."""
    opened = (of, OfficerSession.ended_at.is_(None))
    await session.execute(update(OfficerSession).where(*opened).values(ended_at=at))
