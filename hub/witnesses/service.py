"""Ask every witness, side by side, to cosign the newest checkpoint, and keep what holds.

Invariants: nobody is asked inside of a transaction: the checkpoint is signed in one, the witnesses are asked with none
open, what they answered is kept in the next; each has its own ``ASK_MAX_S``, so that none keeps another waiting; a
round that is asked for while one is under way is one round more for all who wait, so nobody waits for longer than
``WAIT_MAX_S``; a kill anywhere loses a round and nothing else.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from hub.witnesses.asking import AskedCheckpoint, ask
from hub.witnesses.line import ASK_MAX_S
from hub.witnesses.repository import keep, rows_of, standings, standings_of
from hub.witnesses.standing import denial_notice, is_denied, trouble_notice
from hub.witnesses.troubles import NotCosignedError, Trouble
from milton_protocol.translog.checkpoint import Checkpoint
from milton_protocol.translog.cosignature import cosigned_at
from milton_protocol.translog.note import SignedNote
from milton_protocol.translog.proof import TlogProof
from milton_protocol.translog.witness import WitnessPolicy

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.db.engine import Database
    from hub.kit.notices import Notice
    from hub.publiclog.service import PublicLog
    from hub.witnesses.asking import Posts
    from hub.witnesses.model import WitnessRow
    from hub.witnesses.repository import Heard
    from hub.witnesses.settings import Witness
    from hub.witnesses.standing import WitnessStanding

WAIT_MAX_S = 2 * ASK_MAX_S  # a round that is under way, and the one that begins after it
ASK_AGAIN_AFTER = timedelta(minutes=5)  # who did not cosign the newest checkpoint; those of requests don't wait for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the witnesses have seen of a leaf: the ``size`` that most of them cosigned (None: nobody), and how many."""

    size: int | None
    count: int
    is_denied: bool


class Witnesses:
    """The witnesses of one hub's log."""

    def __init__(
        self,
        *,
        witnesses: Sequence[Witness],
        line: Posts,
        database: Database,
        log: PublicLog,
        clock: Callable[[], datetime],
    ) -> None:
        """Nobody is asked yet."""
        self.all = tuple(witnesses)
        self._line = line
        self._database = database
        self._log = log
        self._clock = clock
        self._turn = asyncio.Lock()
        self._begun = self._ended = 0
        self._standings: tuple[WitnessStanding, ...] = ()
        self._size = 0

    @property
    def policy(self) -> WitnessPolicy:
        """What the hub itself judges by, as a home does that knows all of its witnesses."""
        return WitnessPolicy(quorum=0, witnesses=tuple(each.key for each in self.all))

    async def ask(self) -> None:
        """Ask all who have not cosigned the newest checkpoint; return after a round that began after this call.

        Never raises for what a witness does.
        """
        if not self.all:
            return
        wanted = self._begun + 1
        async with self._turn:
            if self._ended < wanted:
                await self._round()

    async def seen(self, session: AsyncSession, leaf_index: int) -> Seen:
        """Return what the witnesses of now have seen of a leaf."""
        best = await self._log.most_cosigned(session, leaf_index, [each.vkey for each in self.all])
        size, count = best or (None, 0)
        return Seen(size=size, count=count, is_denied=await self.deny(session))

    async def deny(self, session: AsyncSession) -> bool:
        """Say whether as many of them deny this log as cosign it."""
        return bool(self.all) and is_denied(await standings_of(session, self.all))

    def count(self, proof: str) -> int:
        """Count the witnesses of now that cosigned the checkpoint of a proof of the log's own."""
        note, now = TlogProof.parse(proof).checkpoint_note, self._clock()
        return sum(cosigned_at(note, each.key, now) is not None for each in self.all)

    async def look(self) -> None:
        """Ask where the newest checkpoint is not cosigned by all, or one of them had a trouble.

        At a start all are asked, whatever they cosigned, so that a log which is another one than before is found at
        once, and not by the next request.
        """
        async with self._turn, self._database.reading() as session:  # else a round may end before its rows are kept here
            rows = await self._refresh(session)
            cosigners = await self._log.cosigners(session, self._size)
        now = self._clock()
        due = [
            each
            for each in self._owing(cosigners, rows)
            if each.vkey not in rows or abs(now - rows[each.vkey].asked_at) >= ASK_AGAIN_AFTER
        ]
        if due or not self._ended:
            await self.ask()

    def denial_notice(self) -> Notice | None:
        """Return what is to be said of a log that witnesses deny."""
        return denial_notice(self._standings, self._size)

    def trouble_notice(self) -> Notice | None:
        """Return what is to be said of witnesses that do not cosign."""
        return trouble_notice(self._standings, self._clock())

    async def _round(self) -> None:
        is_first = not self._ended
        self._begun += 1
        async with self._database.session("log.checkpointed") as session:
            note = SignedNote.parse(await self._log.checkpoint(session, self._clock()))
            size = Checkpoint.parse(note.text).size
            cosigners = frozenset() if is_first else await self._log.cosigners(session, size)
            rows = await rows_of(session, self.all)
            sizes = {vkey: row.size for vkey, row in rows.items()}
        asked = AskedCheckpoint(note=note, size=size, prove=partial(self._prove, size))
        who = self._owing(cosigners, rows)
        async with asyncio.TaskGroup() as group:
            heard = {each: group.create_task(self._hear(each, asked, sizes.get(each.vkey, 0))) for each in who}
        if heard:
            async with self._database.session("log.cosigned") as session:
                for each, answer in heard.items():
                    await keep(session, self._log, each, answer.result(), size=size, at=self._clock())
                await self._refresh(session)
        self._ended = self._begun

    def _owing(self, cosigners: Collection[str], rows: Mapping[str, WitnessRow]) -> Sequence[Witness]:
        """Return who has not cosigned the newest checkpoint, or had a trouble when asked last: else it stayed."""
        troubled = {vkey for vkey, row in rows.items() if row.trouble}
        return [each for each in self.all if each.vkey not in cosigners or each.vkey in troubled]

    async def _hear(self, witness: Witness, asked: AskedCheckpoint, seen_size: int) -> Heard:
        try:
            async with asyncio.timeout(ASK_MAX_S):
                return await ask(self._line, witness, asked, seen_size, self._clock())
        except TimeoutError:
            return NotCosignedError(Trouble.SLOW)
        except NotCosignedError as error:
            return error

    async def _prove(self, size: int, old_size: int) -> Sequence[bytes]:
        async with self._database.reading() as session:
            return await self._log.consistency(session, old_size, size)

    async def _refresh(self, session: AsyncSession) -> Mapping[str, WitnessRow]:
        """Read what the notices speak of; return the rows."""
        rows = await rows_of(session, self.all)
        self._standings, self._size = standings(self.all, rows), await self._log.size(session)
        return rows
