"""Open requests under the city's new public log, after its keys were replaced.

The leaves stay; what is new is the log's name and key, so each open request is sent again with a proof by that key.
Homes take it once their owners have accepted the new log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.requests.model import RequestRow
from hub.requests.signing.publication import send_bundle
from hub.requests.states import BEING_PUBLISHED, State

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.publiclog.service import PublicLog
    from hub.topics.service import Topics


async def prove_again(session: AsyncSession, log: PublicLog, topics: Topics, at: datetime) -> None:
    """Forget checkpoints by the earlier key, and prove every open request under one by the key in force."""
    await log.forget_checkpoints(session)
    note = await log.checkpoint(session, at)
    is_open = RequestRow.state.in_((State.PUBLISHED, *BEING_PUBLISHED))
    for row in (await session.scalars(select(RequestRow).where(is_open, RequestRow.expires_at > at))).all():
        if State(row.state) is not State.PUBLISHED or row.leaf_index is None:
            row.state, row.log_proof = State.LOGGED, None  # its publication goes on when the hub starts
        else:
            row.log_proof = await log.proof(session, row.leaf_index, note)
            await send_bundle(session, topics, row, row.log_proof)
