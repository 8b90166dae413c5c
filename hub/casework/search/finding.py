"""Find things by how their words begin, newest first, in bounded time however many there are.

A rare word leads: its things are few, and are looked at one by one. Where every word is common, or there is none, the
newest things are looked at, so many at a time: an answer says how far it got, and goes on from there when asked. What
is narrowed to a period begins and ends with the things of that time; what is narrowed to the few that are held, or go
soon, is led by those.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, literal, select, true

from hub.cases.model import CaseFile, CaseNote
from hub.cases.visibility import may_see
from hub.casework.search.index import NOTE_MARK
from hub.index.model import Kind, SearchItem, SearchWord
from hub.index.words import words_of
from hub.kit.access import Action
from hub.requests.model import RequestRow
from hub.shares.record.model import ShareRow
from hub.shares.record.repository import seen as share_seen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncSession
    from sqlalchemy.orm import InstrumentedAttribute

    from hub.casework.narrowing import Conditions, Narrowing

type _Time = InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]

TERMS_MAX = 6
RARE = 2_000  # things with a word that are looked at one by one
WALKED = 4_000  # of the newest things, where no word is rare
PAGE_ROWS = 50
_LAST = "\U0010ffff"
_READS_ALL = {
    Kind.CASE: Action.CASE_READ_ALL,
    Kind.REQUEST: Action.REQUEST_READ_ALL,
    Kind.SHARE: Action.SHARE_READ_ALL,
    Kind.NOTE: Action.CASE_READ_ALL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for: ``terms`` as :func:`terms_of` counts them, ``before`` where an earlier answer ended."""

    terms: Mapping[str, int]
    kind: Kind
    narrowing: Narrowing
    before: int | None = None
    size: int = PAGE_ROWS


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The ids of things, newest first, and where to go on (``Wanted.before``); None at the end."""

    ids: Sequence[str]
    next: int | None


async def terms_of(session: AsyncSession, query: str) -> Mapping[str, int]:
    """Return the words of a search, each with how many things of any kind have it: over ``RARE``, it is common."""
    return {term: await _count(session, term) for term in words_of(query)[:TERMS_MAX]}


async def find(session: AsyncSession, wanted: Wanted) -> Found:
    """Return what the person sees of what is looked for; the caller knows that they may look for this kind."""
    terms, counts = list(wanted.terms), wanted.terms
    rarest = min(terms, key=lambda term: counts[term], default=None)
    common = [term for term in terms if term != rarest]
    if rarest is not None and counts[rarest] <= RARE:
        numbers = select(SearchWord.number).where(_begins(rarest))
        rows = _rows(wanted, common).where(SearchItem.number.in_(numbers))
        return await _page(session, rows, wanted, None)
    within = await _within(session, wanted)
    rows = _rows(wanted, terms).where(within)
    if wanted.narrowing.narrow.held or wanted.narrowing.narrow.soon:
        return await _page(session, rows, wanted, None)
    newest = select(SearchItem.number).where(_of(wanted), _before(wanted), within)
    newest = newest.order_by(SearchItem.number.desc())
    edge = await session.scalar(newest.offset(WALKED - 1).limit(1))
    return await _page(session, rows if edge is None else rows.where(SearchItem.number >= edge), wanted, edge)


async def _page(session: AsyncSession, rows: Select[int, str], wanted: Wanted, edge: int | None) -> Found:
    found = (await session.execute(rows.order_by(SearchItem.number.desc()).limit(wanted.size + 1))).all()
    shown = found[: wanted.size]
    if len(found) > wanted.size:
        edge = shown[-1][0]
    return Found(ids=[id_ for _, id_ in shown], next=edge)


def _rows(wanted: Wanted, terms: Sequence[str]) -> Select[int, str]:
    rows = select(SearchItem.number, SearchItem.id).where(_of(wanted), _before(wanted), *_narrowed(wanted))
    for term in terms:
        word = select(literal(1)).where(SearchWord.number == SearchItem.number, _begins(term))
        rows = rows.where(word.correlate(SearchItem).exists())
    return rows


async def _within(session: AsyncSession, wanted: Wanted) -> ColumnElement[bool]:
    """Return between which numbers the things of the period are.

    A case is of each time in which it was asked for, not only of the one when it was opened; notes are not in the order
    of an index.
    """
    begin, end = wanted.narrowing.period
    found: ColumnElement[bool] = true()
    if wanted.kind is Kind.NOTE:
        return found
    if end is not None:
        found &= SearchItem.number <= await _last_before(session, wanted.kind, end)
    if begin is not None and wanted.kind is not Kind.CASE:
        found &= SearchItem.number > await _last_before(session, wanted.kind, begin)
    return found


async def _last_before(session: AsyncSession, kind: Kind, at: datetime) -> int:
    """Return the number of the last thing of a kind that was there before ``at``: numbers go as times do; 0: none."""
    ids, times = _COLUMNS[kind], _TIMES[kind]
    rows = select(SearchItem.number).join(ids.class_, ids == SearchItem.id).where(times < at)
    return await session.scalar(rows.order_by(times.desc()).limit(1)) or 0


async def _count(session: AsyncSession, term: str) -> int:
    some = select(SearchWord.number).where(_begins(term)).limit(RARE + 1).subquery()
    return await session.scalar(select(func.count()).select_from(some)) or 0


def _begins(term: str) -> ColumnElement[bool]:
    return SearchWord.word.between(term, term + _LAST)


def _before(wanted: Wanted) -> ColumnElement[bool]:
    return true() if wanted.before is None else SearchItem.number < wanted.before


def _of(wanted: Wanted) -> ColumnElement[bool]:
    """Return the condition that a thing is of the kind, and seen.

    For who sees some cases only the kind is no matter of its index: SQLite would go through all things of that kind, in
    order, where those of a few cases are asked for, which it finds by their cases.
    """
    actor = wanted.narrowing.actor
    every = actor.may(_READS_ALL[wanted.kind])
    kind = SearchItem.kind == wanted.kind if every else SearchItem.kind.concat("") == wanted.kind
    seen = kind & may_see(actor, SearchItem.case_number, every=every)
    if wanted.kind is Kind.SHARE:
        return seen & _thing(Kind.SHARE, share_seen(actor))
    if wanted.kind is Kind.NOTE:
        share = select(ShareRow.share_id).where(ShareRow.share_id == CaseNote.share_id, share_seen(actor))
        return seen & _thing(Kind.NOTE, CaseNote.share_id.is_(None) | share.correlate(CaseNote).exists())
    return seen


def _narrowed(wanted: Wanted) -> Conditions:
    """Return the conditions by which it is narrowed; where few things are left, these lead."""
    narrowing, kind = wanted.narrowing, wanted.kind
    of = {
        Kind.CASE: narrowing.cases,
        Kind.REQUEST: narrowing.requests,
        Kind.SHARE: narrowing.shares,
        Kind.NOTE: narrowing.notes,
    }
    conditions = of[kind]()
    if not conditions:
        return []
    if narrowing.narrow.held or narrowing.narrow.soon:
        return [SearchItem.id.in_(select(_key(kind)).where(*conditions))]
    return [_thing(kind, *conditions)]


_COLUMNS: Mapping[Kind, InstrumentedAttribute[str]] = {
    Kind.CASE: CaseFile.case_id,
    Kind.REQUEST: RequestRow.request_id,
    Kind.SHARE: ShareRow.share_id,
    Kind.NOTE: CaseNote.note_id,
}
_TIMES: Mapping[Kind, _Time] = {
    Kind.CASE: CaseFile.opened_at,
    Kind.REQUEST: RequestRow.created_at,
    Kind.SHARE: ShareRow.received_at,
}


def _key(kind: Kind) -> ColumnElement[str]:
    """Return by what a thing is known in the index."""
    column = _COLUMNS[kind]
    return literal(NOTE_MARK).concat(column) if kind is Kind.NOTE else column.expression


def _thing(kind: Kind, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return that the thing itself, beside its index, is so."""
    column = _COLUMNS[kind]
    own = column == (func.substr(SearchItem.id, len(NOTE_MARK) + 1) if kind is Kind.NOTE else SearchItem.id)
    return select(literal(1)).select_from(column.class_).where(own, *conditions).correlate(SearchItem).exists()
