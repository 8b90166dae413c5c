"""Read and lock shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import false, func, select

from hub.cases.visibility import may_see
from hub.kit.access import Action
from hub.kit.errors import HubError
from hub.requests.model import RequestRow
from hub.shares.record.model import SharePartRow, ShareRow, ShareState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.access import Actor

NOT_FOUND = 404
GONE = 410
LISTED_MAX = 500


def share_unknown() -> HubError:
    """Return the one answer for a share that is not there and for one that this actor may not see."""
    rule = "share_unknown"
    return HubError(rule, NOT_FOUND, "There is no such share.")


async def locked(session: AsyncSession, share_id: str) -> ShareRow:
    """Return the share's row, locked until the transaction ends; raise ``share_unknown``."""
    row = await session.get(ShareRow, share_id, with_for_update=True)
    if row is None:
        raise share_unknown()
    return row


async def parts_of(session: AsyncSession, share_id: str) -> Sequence[SharePartRow]:
    """Return the parts of a share, sorted by name."""
    rows = select(SharePartRow).where(SharePartRow.share_id == share_id).order_by(SharePartRow.name)
    return (await session.scalars(rows)).all()


def seen(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that ``actor`` sees a share: one of an own case, or any for who may read all.

    One that is flagged as sensitive is there for custodians only. Whose role lists no shares sees none, whichever case
    they were put into when they had another role.
    """
    if not actor.may(Action.SHARE_LIST):
        return false()
    of_case = _of_cases(actor)
    return of_case if actor.may(Action.SHARE_READ_SENSITIVE) else of_case & ShareRow.sensitive_since.is_(None)


def _of_cases(actor: Actor) -> ColumnElement[bool]:
    case = may_see(actor, RequestRow.case_number, every=actor.may(Action.SHARE_READ_ALL))
    request = select(RequestRow.request_id).where(RequestRow.request_id == ShareRow.request_id, case)
    return request.correlate(ShareRow).exists()


def set_aside(actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a share would be seen by ``actor`` but for its flag: of it they learn only that."""
    if not actor.may(Action.SHARE_LIST) or actor.may(Action.SHARE_READ_SENSITIVE):
        return false()
    return _of_cases(actor) & ShareRow.sensitive_since.is_not(None)


async def visible(session: AsyncSession, actor: Actor, share_id: str, *, lock: bool = False) -> ShareRow:
    """Return a share that ``actor`` may see, with ``lock`` locked for a change; raise ``share_unknown``."""
    wanted = select(ShareRow).where(ShareRow.share_id == share_id, seen(actor))
    row = await session.scalar(wanted.with_for_update() if lock else wanted)
    if row is None:
        raise share_unknown()
    return row


async def of_request(session: AsyncSession, actor: Actor, request_id: str) -> Sequence[ShareRow]:
    """Return the shares of one request that have arrived, oldest first; nothing for who may not see them."""
    rows = (
        select(ShareRow)
        .where(ShareRow.request_id == request_id, ShareRow.received_at.is_not(None), seen(actor))
        .order_by(ShareRow.received_at, ShareRow.share_id)
        .limit(LISTED_MAX)
    )
    return (await session.scalars(rows)).all()


async def unfinished(session: AsyncSession) -> tuple[int, int]:
    """Return how many shares are still being uploaded, and the bytes that they announced."""
    rows = (
        select(func.count(ShareRow.share_id.distinct()), func.coalesce(func.sum(SharePartRow.size_bytes), 0))
        .join(SharePartRow, SharePartRow.share_id == ShareRow.share_id)
        .where(ShareRow.state == ShareState.UPLOADING)
    )
    count, size_bytes = (await session.execute(rows)).one()
    return int(count), int(size_bytes)
