"""How a request ends. Its payload stays; homes learn of it by the live statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.audit.trail import record
from hub.requests.states import BEING_PUBLISHED, State, moved
from milton_protocol.messages.log.leaf import LeafKind, leaf_of
from milton_protocol.messages.requests.request import Request

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.kit.access import Actor
    from hub.publiclog.service import PublicLog
    from hub.requests.model import RequestRow

_LEAF = {
    State.WITHDRAWN: LeafKind.WITHDRAWAL,
    State.REVOKED: LeafKind.WITHDRAWAL,  # the public reads that it ended early; why is in the revocation
    State.RESOLVED: LeafKind.RESOLUTION,
}
_LOGGED = (*BEING_PUBLISHED, State.PUBLISHED)


async def close(  # noqa: PLR0913 - who ends what, how and why
    session: AsyncSession,
    log: PublicLog,
    actor: Actor,
    row: RequestRow,
    *,
    state: State,
    at: datetime,
    detail: str = "",
) -> None:
    """End a request; what the public log has of it gets a second leaf (not for an expiry, which its payload tells)."""
    was = State(row.state)
    row.state, row.closed_at = moved(was, state), at
    if was in _LOGGED and state in _LEAF:
        leaf = leaf_of(Request.from_bytes(row.payload), row.request_id, _LEAF[state])
        await log.append(session, leaf.to_bytes(), kind=leaf.kind.value, at=at)
    await record(session, at=at, actor=actor, action=f"request.{state.value}", subject=row.request_id, detail=detail)
