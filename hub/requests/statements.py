"""What requests ask of the hub's live statement: a new one in the transaction of each change of what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.access import Actor


class Statements(Protocol):
    """Whoever issues live statements."""

    async def check_clock(self, session: AsyncSession, at: datetime) -> None:
        """Raise ClockWentBackError where no statement could be issued: before an act that needs one."""

    async def issue(self, session: AsyncSession, actor: Actor, at: datetime) -> object:
        """Sign and publish the statement of ``at``; raise ClockWentBackError."""

    async def issue_of_an_end(self, session: AsyncSession, actor: Actor, at: datetime) -> object:
        """Sign and publish a statement that takes something back: it waits for no clock."""
