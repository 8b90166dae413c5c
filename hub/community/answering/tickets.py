"""Makes upload tickets, and says whether one is good.

Invariants: a ticket announces one share; of a ticket a digest is kept, which becomes another one when it is used, so
that no row tells two things of the same ticket to who doesn't have it; nothing joins it to an account or a share.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from hub.community.answering.model import UploadTicket
from hub.kit.digests import secret_digest
from hub.kit.tickets import new_ticket

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from hub.db.engine import Database

KEPT = timedelta(days=8)  # a share that isn't complete after 7 days is deleted (protocol section 10)


class UploadTickets:
    """The tickets of one city; the police house asks it by ``hub.kit.tickets.Tickets``."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        """Keep what tickets need."""
        self._database, self._clock = database, clock

    async def new(self) -> str:
        """Return a new ticket."""
        ticket = new_ticket()
        async with self._database.session("community.ticket_made") as session:
            session.add(UploadTicket(digest=_open(ticket), until=self._today() + KEPT))
        return ticket

    async def is_good(self, token: str) -> bool:
        """Tell whether this ticket was made here and hasn't expired: also after its share was announced."""
        known = select(UploadTicket).where(
            UploadTicket.digest.in_((_open(token), _used(token))), UploadTicket.until >= self._today()
        )
        async with self._database.reading() as session:
            return await session.scalar(known) is not None

    async def use(self, token: str) -> bool:
        """Take the ticket for one share; False where it was taken before, or isn't good."""
        taken = (
            update(UploadTicket)
            .where(UploadTicket.digest == _open(token), UploadTicket.until >= self._today())
            .values(digest=_used(token))
            .returning(UploadTicket.digest)
        )
        async with self._database.session("community.ticket_used") as session:
            return await session.scalar(taken) is not None

    async def forget_old(self) -> None:
        """Delete the tickets that have expired."""
        async with self._database.session("community.tickets_forgotten") as session:
            await session.execute(delete(UploadTicket).where(UploadTicket.until < self._today()))

    def _today(self) -> date:
        return self._clock().date()


def _open(token: str) -> str:
    return secret_digest(f"open {token}")


def _used(token: str) -> str:
    return secret_digest(f"used {token}")
