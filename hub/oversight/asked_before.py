"""What earlier requests have in common with one, as the requests' own tables find it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.oversight.rules import Alike, Earlier
from hub.requests.lately import mentioned_before, overlapped_before

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


async def asked_before(session: AsyncSession, request_id: str) -> tuple[Earlier, ...]:
    """Return each earlier request for a plate, an address or an area of this one, once for each of the three."""
    found = (*await mentioned_before(session, request_id), *await overlapped_before(session, request_id))
    alike = {(each.alike.value, each.request_id): each.at for each in found}
    return tuple(Earlier(alike=Alike(kind), request_id=other, at=at) for (kind, other), at in alike.items())
