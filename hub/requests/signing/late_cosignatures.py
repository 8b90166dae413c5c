"""Requests that are open get the cosignatures that came after their publication (``docs/adr/`` 69).

A home believes the checkpoint in a request's own proof and looks at no other: what a witness cosigned later, beside the
newest checkpoint, is no use to it. So an open request's proof is made anew under the checkpoint that most witnesses
have cosigned by now, and sent in the place of the one before.

Invariants: a proof only gains cosignatures, so that no home loses one that it counts on, and a request is sent anew at
most once for each witness; nothing is sent that a home would refuse, and nothing of a log that its witnesses deny.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from sqlalchemy import select

from hub.requests import repository
from hub.requests.model import RequestRow
from hub.requests.states import State
from milton_protocol.errors import ProtocolError
from milton_protocol.translog.note import SignedNote
from milton_protocol.translog.proof import TlogProof

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.db.engine import Database
    from hub.publiclog.service import PublicLog
    from hub.witnesses.service import Witnesses


class Sends(Protocol):
    """What sends a request to homes."""

    async def send_again(self, session: AsyncSession, row: RequestRow, proof: str, at: datetime) -> None:
        """Send a published one with another proof; raise ProtocolError where a home would refuse it."""


class LateCosignatures:
    """Gives them to the open requests of one agency."""

    def __init__(
        self, *, database: Database, clock: Callable[[], datetime], log: PublicLog, witnesses: Witnesses, sends: Sends
    ) -> None:
        """Make proofs of ``log``; send them by ``sends``."""
        self._database = database
        self._clock = clock
        self._log = log
        self._witnesses = witnesses
        self._sends = sends

    async def give(self) -> None:
        """Send each open request anew that more witnesses have seen than its proof says."""
        if not self._witnesses.all:
            return
        is_open = (RequestRow.state == State.PUBLISHED, RequestRow.expires_at > self._clock())
        async with self._database.reading() as session:
            rows = (await session.scalars(select(RequestRow).where(*is_open))).all()
            request_ids = [row.request_id for row in rows if await self._better(session, row) is not None]
        for request_id in request_ids:
            with suppress(ProtocolError):  # homes would refuse it by now: it stays as it was sent
                async with self._database.session("request.cosigned") as session:
                    await self._give(session, await repository.locked(session, request_id))

    async def _give(self, session: AsyncSession, row: RequestRow) -> None:
        note = await self._better(session, row)
        if note is not None and row.leaf_index is not None:
            proof = await self._log.proof(session, row.leaf_index, note)
            await self._sends.send_again(session, row, proof, self._clock())

    async def _better(self, session: AsyncSession, row: RequestRow) -> str | None:
        """Return the checkpoint that has all cosignatures of a request's proof and more; None where there is none."""
        if State(row.state) is not State.PUBLISHED or row.leaf_index is None or row.log_proof is None:
            return None
        if self._witnesses.count(row.log_proof) == len(self._witnesses.all):
            return None
        seen = await self._witnesses.seen(session, row.leaf_index)
        if seen.is_denied or seen.size is None:
            return None
        note = await self._log.cosigned_note(session, seen.size)
        before = TlogProof.parse(row.log_proof).checkpoint_note
        return note if _signers(SignedNote.parse(note)) > _signers(before) else None


def _signers(note: SignedNote) -> frozenset[tuple[str, bytes]]:
    return frozenset((each.name, each.key_id) for each in note.signatures)
