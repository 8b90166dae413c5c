"""Witness records: who cosigned what, who has which trouble; a change is logged and audited once."""

from __future__ import annotations

import logging
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from hub.audit.trail import record
from hub.db.engine import after_commit
from hub.kit.access import system
from hub.witnesses.model import WitnessRow
from hub.witnesses.standing import Standing
from hub.witnesses.troubles import DENIALS, WORDS, NotCosignedError, Trouble

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.publiclog.service import PublicLog
    from hub.witnesses.add_checkpoint import Cosignature
    from hub.witnesses.settings import Witness

type Heard = Cosignature | NotCosignedError

_ACTOR = system("witnesses")
_LOGGER = logging.getLogger(__name__)


async def rows_of(session: AsyncSession, witnesses: Sequence[Witness]) -> Mapping[str, WitnessRow]:
    """Return the rows of those that were asked before, by vkey."""
    rows = select(WitnessRow).where(WitnessRow.vkey.in_([each.vkey for each in witnesses]))
    return {row.vkey: row for row in (await session.scalars(rows)).all()}


async def standings_of(session: AsyncSession, witnesses: Sequence[Witness]) -> tuple[Standing, ...]:
    """Return how each of ``witnesses`` stands, in their order."""
    return standings(witnesses, await rows_of(session, witnesses))


def standings(witnesses: Sequence[Witness], rows: Mapping[str, WitnessRow]) -> tuple[Standing, ...]:
    """Return the same of rows that were read."""
    return tuple(_standing(each, rows.get(each.vkey)) for each in witnesses)


async def keep(  # noqa: PLR0913 - who was heard, of what, when
    session: AsyncSession, log: PublicLog, witness: Witness, heard: Heard, *, size: int, at: datetime
) -> None:
    """Keep what a witness answered when it was asked for the checkpoint of ``size``.

    A witness that has seen more than that and no more than is in the log by now was asked by another of this hub's
    workers meanwhile: that is no trouble, and changes nothing.
    """
    if isinstance(heard, NotCosignedError) and heard.trouble is Trouble.AHEAD and heard.size <= await log.size(session):
        return
    row = await _locked(session, witness, at)
    row.asked_at = at
    if isinstance(heard, NotCosignedError):
        await _keep_trouble(session, witness, row, heard, at)
        return
    await log.keep_cosignature(session, size, witness.vkey, heard.line, heard.at)
    row.size, row.cosigned_at = max(row.size, size), at
    if row.denies:
        await record(session, at=at, actor=_ACTOR, action="log.affirmed", subject=witness.name, detail=f"{size}")
    if row.trouble or row.denies:
        after_commit(session, partial(_LOGGER.warning, "The witness %s cosigns again", witness.name))
    row.trouble, row.troubled_since, row.denies, row.denied_size = "", None, "", None


async def _locked(session: AsyncSession, witness: Witness, at: datetime) -> WitnessRow:
    """Return the row, made where there is none; another worker may make it meanwhile on Postgres, and is waited for."""
    row = await session.get(WitnessRow, witness.vkey, with_for_update=True)
    if row is not None:
        return row
    with suppress(IntegrityError):
        async with session.begin_nested():
            session.add(WitnessRow(vkey=witness.vkey, size=0, asked_at=at, trouble="", denies=""))
    return await session.get_one(WitnessRow, witness.vkey, with_for_update=True)


async def _keep_trouble(
    session: AsyncSession, witness: Witness, row: WitnessRow, error: NotCosignedError, at: datetime
) -> None:
    trouble = error.trouble
    if trouble in DENIALS:
        is_new = row.denies != trouble
        row.denies, row.denied_size = trouble.value, error.size
        if is_new:
            detail = f"{trouble.value} {error.size}"
            await record(session, at=at, actor=_ACTOR, action="log.denied", subject=witness.name, detail=detail)
            say = partial(_LOGGER.error, "The witness %s %s (%s entries)", witness.name, WORDS[trouble], error.size)
            after_commit(session, say)
    elif row.trouble != trouble:
        after_commit(session, partial(_LOGGER.warning, "The witness %s %s", witness.name, WORDS[trouble]))
    row.troubled_since = row.troubled_since or at
    row.trouble = trouble.value


def _standing(witness: Witness, row: WitnessRow | None) -> Standing:
    if row is None:
        return Standing(name=witness.name)
    return Standing(
        name=witness.name,
        size=row.size,
        cosigned_at=row.cosigned_at,
        asked_at=row.asked_at,
        trouble=Trouble(row.trouble) if row.trouble else None,
        troubled_since=row.troubled_since,
        denies=Trouble(row.denies) if row.denies else None,
        denied_size=row.denied_size or 0,
    )
