"""Requests that are still being written, kept so that a reload or another device loses nothing.

Invariants: a draft is its officer's alone, whoever else may read requests; there are few of them and for days, not for
ever; one that became a request is kept no longer.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from hub.kit.access import Action, require
from hub.kit.errors import HubError
from hub.requests.draft.draft import draft_value, read_draft
from hub.requests.model import KeptDraftRow, RequestRow
from milton_protocol.errors import ProtocolError
from milton_protocol.fields import Fields

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.access import Actor
    from hub.requests.draft.draft import Draft

NOT_FOUND = 404
KEPT_MAX = 5  # of one person: what somebody has in hand in a shift
KEPT_FOR = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDraft:
    """One draft as it was last kept."""

    draft: Draft
    kept_at: datetime


async def keep(session: AsyncSession, actor: Actor, draft: Draft, at: datetime) -> None:
    """Keep a draft in place of what was kept under its id; the oldest goes where there are too many.

    What became a request meanwhile is kept no more: the page's last call may come after that. Raises ``draft_unknown``
    (404) for the id of somebody else's.
    """
    require(actor, Action.REQUEST_DRAFT)
    person_id = actor.person_id or ""
    sent = await session.get(RequestRow, draft.draft_id)
    others = select(KeptDraftRow.draft_id).where(KeptDraftRow.draft_id == draft.draft_id)
    if await session.scalar(others.where(KeptDraftRow.person_id != person_id)) is not None:
        raise unknown()
    if sent is not None:
        if sent.officer_id != person_id:
            raise unknown()
        return
    content = json.dumps(draft_value(draft))
    row = await session.get(KeptDraftRow, (person_id, draft.draft_id))
    if row is None:
        session.add(KeptDraftRow(person_id=person_id, draft_id=draft.draft_id, content=content, kept_at=at))
    else:
        row.content, row.kept_at = content, at
    await session.flush()
    for old in (await _rows(session, person_id))[KEPT_MAX:]:
        await session.delete(old)


async def kept(session: AsyncSession, actor: Actor, at: datetime) -> tuple[KeptDraft, ...]:
    """Return one's own drafts, the newest first."""
    require(actor, Action.REQUEST_DRAFT)
    rows = [row for row in await _rows(session, actor.person_id or "") if row.kept_at > at - KEPT_FOR]
    drafts = ((row, _read(row)) for row in rows)
    return tuple(KeptDraft(draft=draft, kept_at=row.kept_at) for row, draft in drafts if draft is not None)


async def discard(session: AsyncSession, actor: Actor, draft_id: str) -> None:
    """Keep one's own draft no longer; raise ``draft_unknown`` (404) for any other id, and for one that is discarded."""
    if not await let_go(session, actor, draft_id):
        raise unknown()


async def let_go(session: AsyncSession, actor: Actor, draft_id: str) -> bool:
    """Keep one's own draft no longer, where it is kept; say whether it was."""
    require(actor, Action.REQUEST_DRAFT)
    row = await session.get(KeptDraftRow, (actor.person_id or "", draft_id))
    if row is not None:
        await session.delete(row)
    return row is not None


def unknown() -> HubError:
    """Return the refusal of an id that is not that of one's own draft."""
    rule = "draft_unknown"
    return HubError(rule, NOT_FOUND, "You have no such draft.")


async def discard_old(session: AsyncSession, at: datetime) -> None:
    """Discard what nobody has touched for ``KEPT_FOR``."""
    await session.execute(delete(KeptDraftRow).where(KeptDraftRow.kept_at <= at - KEPT_FOR))


async def _rows(session: AsyncSession, person_id: str) -> list[KeptDraftRow]:
    own = select(KeptDraftRow).where(KeptDraftRow.person_id == person_id)
    return list(await session.scalars(own.order_by(KeptDraftRow.kept_at.desc(), KeptDraftRow.draft_id)))


def _read(row: KeptDraftRow) -> Draft | None:
    try:
        return read_draft(Fields.of(json.loads(row.content)))
    except ProtocolError:
        return None  # of a version of the hub whose drafts had other fields
