"""Who is told of each row, in its own transaction: flags are raised there, or the act and they are not (law 7).

A session brings its watch in its ``info``; there may be none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.audit.model import AuditRow

WATCH = "milton_watch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What was refused: ``route`` is the router's pattern, "-" for none; nobody known has an empty ``person_id``."""

    rule: str
    route: str
    person_id: str = ""
    device: str = ""


@runtime_checkable
class Watch(Protocol):
    """Looks at what was done and at what was refused."""

    async def acted(self, session: AsyncSession, row: AuditRow) -> None:
        """Look at an act."""

    async def denied(self, session: AsyncSession, attempt: Attempt, number: int, at: datetime) -> None:
        """Look at a refusal whose row is ``number``, each time its count is written."""


def watch_of(session: AsyncSession) -> Watch | None:
    """Return who watches, None where nobody does."""
    watch = session.info.get(WATCH)
    return watch if isinstance(watch, Watch) else None
