"""Find things by how their words begin, newest first, in bounded time however many there are.

A rare word leads: its things are few, and are looked at one by one. Where every word is common, or there is none, the
newest things are looked at, so many at a time: an answer says how far it got, and goes on from there when asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, literal, select, true

from hub.access import Action
from hub.cases.visibility import may_see
from hub.custody.model import ClosedCaseRow
from hub.requests.model import RequestRow
from hub.requests.states import State
from hub.search.model import Kind, SearchItem, SearchWord
from hub.search.words import words_of
from hub.submissions.model import ShareRow, ShareState
from hub.submissions.repository import seen as share_seen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.access import Actor

TERMS_MAX = 6
RARE = 2_000  # things with a word that are looked at one by one
WALKED = 4_000  # of the newest things, where no word is rare
PAGE_ROWS = 50
_LAST = "\U0010ffff"
_READS_ALL = {Kind.CASE: Action.CASE_READ_ALL, Kind.REQUEST: Action.REQUEST_READ_ALL, Kind.SHARE: Action.SHARE_READ_ALL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for: ``before`` is the number that an earlier answer ended with."""

    query: str
    kind: Kind
    only_open: bool = False
    before: int | None = None
    size: int = PAGE_ROWS


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The ids of things, newest first, and where to go on (``Wanted.before``); None at the end."""

    ids: Sequence[str]
    next: int | None


async def find(session: AsyncSession, actor: Actor, wanted: Wanted) -> Found:
    """Return what ``actor`` sees of what is looked for; the caller knows that they may look for this kind."""
    terms = words_of(wanted.query)[:TERMS_MAX]
    counts = {term: await _count(session, term) for term in terms}
    rarest = min(terms, key=lambda term: counts[term], default=None)
    common = [term for term in terms if term != rarest]
    if rarest is not None and counts[rarest] <= RARE:
        numbers = select(SearchWord.number).where(_begins(rarest))
        rows = _rows(actor, wanted, common).where(SearchItem.number.in_(numbers))
        return await _page(session, rows, wanted, None)
    newest = select(SearchItem.number).where(_of(actor, wanted), _before(wanted))
    newest = newest.order_by(SearchItem.number.desc())
    edge = await session.scalar(newest.offset(WALKED - 1).limit(1))
    rows = _rows(actor, wanted, terms)
    return await _page(session, rows if edge is None else rows.where(SearchItem.number >= edge), wanted, edge)


async def _page(session: AsyncSession, rows: Select[tuple[int, str]], wanted: Wanted, edge: int | None) -> Found:
    found = (await session.execute(rows.order_by(SearchItem.number.desc()).limit(wanted.size + 1))).all()
    shown = found[: wanted.size]
    if len(found) > wanted.size:
        edge = shown[-1][0]
    return Found(ids=[id_ for _, id_ in shown], next=edge)


def _rows(actor: Actor, wanted: Wanted, terms: Sequence[str]) -> Select[tuple[int, str]]:
    rows = select(SearchItem.number, SearchItem.id).where(_of(actor, wanted), _before(wanted))
    for term in terms:
        word = select(literal(1)).where(SearchWord.number == SearchItem.number, _begins(term))
        rows = rows.where(word.correlate(SearchItem).exists())
    return rows.where(_is_open(wanted.kind)) if wanted.only_open else rows


async def _count(session: AsyncSession, term: str) -> int:
    some = select(SearchWord.number).where(_begins(term)).limit(RARE + 1).subquery()
    return await session.scalar(select(func.count()).select_from(some)) or 0


def _begins(term: str) -> ColumnElement[bool]:
    return SearchWord.word.between(term, term + _LAST)


def _before(wanted: Wanted) -> ColumnElement[bool]:
    return true() if wanted.before is None else SearchItem.number < wanted.before


def _of(actor: Actor, wanted: Wanted) -> ColumnElement[bool]:
    """Return the condition that a thing is of the kind, and seen.

    For who sees some cases only the kind is no matter of its index: SQLite would go through all things of that kind, in
    order, where those of a few cases are asked for, which it finds by their cases.
    """
    every = actor.may(_READS_ALL[wanted.kind])
    kind = SearchItem.kind == wanted.kind if every else SearchItem.kind.concat("") == wanted.kind
    seen = kind & may_see(actor, SearchItem.case_number, every=every)
    if wanted.kind is not Kind.SHARE:
        return seen
    share = select(ShareRow.share_id).where(ShareRow.share_id == SearchItem.id, share_seen(actor))
    return seen & share.correlate(SearchItem).exists()


def _is_open(kind: Kind) -> ColumnElement[bool]:
    """Return what "open" is: a case that is not closed, a published request, a share that nobody looked at yet."""
    if kind is Kind.CASE:
        closed = select(literal(1)).where(ClosedCaseRow.case_number == SearchItem.case_number)
        return ~closed.correlate(SearchItem).exists()
    if kind is Kind.REQUEST:
        request = select(literal(1)).where(RequestRow.request_id == SearchItem.id, RequestRow.state == State.PUBLISHED)
        return request.correlate(SearchItem).exists()
    share = select(literal(1)).where(
        ShareRow.share_id == SearchItem.id,
        ShareRow.state == ShareState.RECEIVED,
        ShareRow.opened_at.is_(None),
        ShareRow.declined_at.is_(None),
    )
    return share.correlate(SearchItem).exists()
