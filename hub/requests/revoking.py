"""End the requests that rest on something revoked (docs/protocol.md section 3), as each home refuses them.

Invariants: no live statement names a request that rests on what was revoked by the statement's time; it ends as
``revoked`` and never comes back; what was received for it stays. What was not published yet can't be any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.directory.trust import open_city_record, open_directory
from hub.kit.access import Action, require, system
from hub.requests.closing import close
from hub.requests.model import RequestRow
from hub.requests.repository import assertions, assertions_of, read_assertions
from hub.requests.states import State
from milton_protocol.messages.requests.request import Request
from milton_protocol.revoked import RevokedPart, revoked_part

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.directory.service import DirectoryService
    from hub.directory.trust import Trusted
    from hub.publiclog.service import PublicLog
    from hub.requests.model import AssertionRow
    from milton_protocol.messages.city.directory import Directory


async def end_revoked(session: AsyncSession, directory: DirectoryService, log: PublicLog, at: datetime) -> None:
    """End each published request that rests on something revoked by ``at``."""
    actor = system("revocations")
    require(actor, Action.REQUEST_REVOKE)
    trusted = await directory.current(session)
    if not any(each.revoked_at <= at for each in trusted.revoked):
        return
    open_ = select(RequestRow).where(RequestRow.state == State.PUBLISHED, RequestRow.expires_at > at)
    rows = (await session.scalars(open_)).all()
    signed = await assertions_of(session, [row.request_id for row in rows])
    for row in rows:
        found = await _revoked(session, directory, trusted, row, signed[row.request_id], at)
        if found is None:
            continue
        await session.refresh(row, with_for_update=True)
        if row.state == State.PUBLISHED:
            await close(session, log, actor, row, state=State.REVOKED, at=at, detail=found.part.value)


async def revoked_of(
    session: AsyncSession, directory: DirectoryService, row: RequestRow, at: datetime
) -> RevokedPart | None:
    """Return the part of a request, however it ended, that is revoked by ``at``, or None."""
    trusted, signed = await directory.current(session), await assertions(session, row.request_id)
    return await _revoked(session, directory, trusted, row, signed, at)


async def _revoked(  # noqa: PLR0913, PLR0917 - what is judged, and what it is judged by
    session: AsyncSession,
    directory: DirectoryService,
    trusted: Trusted,
    row: RequestRow,
    signed: Sequence[AssertionRow],
    at: datetime,
) -> RevokedPart | None:
    if not trusted.revoked:
        return None
    request, directories = Request.from_bytes(row.payload), [trusted.directory]
    if any(trusted.directory.recipient(each.recipient_id) is None for each in request.recipients):
        directories.append(await _directory_of(session, directory, row))
    return revoked_part(request, read_assertions(signed), directories, trusted.revoked, at)


async def _directory_of(session: AsyncSession, directory: DirectoryService, row: RequestRow) -> Directory:
    """Return the directory that a request was published under: it says whose a key was that has left since."""
    record, envelope = await directory.of_time(session, row.published_at or row.created_at)
    return open_directory(envelope, open_city_record(record, directory.root_public_key))
