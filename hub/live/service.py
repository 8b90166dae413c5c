"""Issue the live statement (protocol section 5): what of the hub's word a home can hold for a day at most.

It is issued in the transaction of every change of what it says (a publication, a withdrawal, an expiry, another
directory or city record, a revocation whose time has come) and hourly, so that a home that hears nothing new knows that
it is cut off. None names a request that rests on something revoked.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.audit.trail import record
from hub.db.counters import next_number
from hub.kit.access import Action, require
from hub.kit.clock import time_to_tell
from hub.live.lapses import note_lapse
from hub.requests.model import RequestRow
from hub.requests.revoking import end_revoked
from hub.requests.states import State
from hub.topics.service import LIVE_TOPIC
from milton_protocol.dsse import open_envelope, sign
from milton_protocol.errors import ProtocolError
from milton_protocol.limits import LIVE_VALID_MAX, RECORD_SIZE_MAX_BYTES
from milton_protocol.messages.requests.live import LiveStatement

if TYPE_CHECKING:
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.directory.service import DirectoryService
    from hub.kit.access import Actor
    from hub.publiclog.service import PublicLog
    from hub.topics.service import Topics

COUNTER = "live"
ISSUE_EVERY = timedelta(hours=1)


class LiveStatements:
    """Issues the statements of one agency."""

    def __init__(
        self, *, hub_key: Ed25519PrivateKey, topics: Topics, directory: DirectoryService, log: PublicLog
    ) -> None:
        """Sign with ``hub_key`` what ``directory``, ``log`` and the requests' rows say."""
        self._hub_key = hub_key
        self._topics = topics
        self._directory = directory
        self._log = log

    async def issue(self, session: AsyncSession, actor: Actor, at: datetime) -> LiveStatement:
        """Sign and publish the statement of ``at``; raise ClockWentBackError (:mod:`hub.kit.clock`)."""
        require(actor, Action.LIVE_ISSUE)
        return await self._issue(session, time_to_tell(at, await self._resumed(session, actor, at)))

    async def issue_of_an_end(self, session: AsyncSession, actor: Actor, at: datetime) -> LiveStatement:
        """Sign and publish a statement that takes something back: it waits for no clock, and its time stands still."""
        require(actor, Action.LIVE_ISSUE)
        return await self._issue(session, max(at, await self._resumed(session, actor, at) or at))

    async def is_revocation_due(self, session: AsyncSession, at: datetime) -> bool:
        """Say whether the time of a revocation has come since the last statement."""
        revoked = (await self._directory.current(session)).revoked
        last = await self.told_last(session)
        return any(each.revoked_at <= at and (last is None or last < each.revoked_at) for each in revoked)

    async def check_clock(self, session: AsyncSession, at: datetime) -> None:
        """Raise ClockWentBackError where no statement could be issued: before an act that needs one."""
        time_to_tell(at, await self.told_last(session))

    async def accept_clock(self, session: AsyncSession, actor: Actor, at: datetime) -> None:
        """Go on from ``at`` though a later time was told: a person has set the clock right."""
        require(actor, Action.LIVE_ISSUE)
        await record(session, at=at, actor=actor, action="clock.accepted", subject="-")
        await self._issue(session, at)

    async def _resumed(self, session: AsyncSession, actor: Actor, at: datetime) -> datetime | None:
        """Return the time of the last statement, before the next; note that none was in force meanwhile."""
        told_last = await self.told_last(session)
        await note_lapse(session, actor, told_last=told_last, at=at)
        return told_last

    async def told_last(self, session: AsyncSession) -> datetime | None:
        """Return the time of the last statement, None before the first by this hub's key."""
        envelope = await self._topics.get(session, LIVE_TOPIC)
        if envelope is None:
            return None
        key = self._hub_key.public_key().public_bytes_raw()
        try:
            payload = open_envelope(
                envelope, LiveStatement.PAYLOAD_TYPE, [key], required=1, max_bytes=RECORD_SIZE_MAX_BYTES
            )
        except ProtocolError:
            return None  # of a key that was replaced
        return LiveStatement.from_bytes(payload).issued_at

    async def _issue(self, session: AsyncSession, at: datetime) -> LiveStatement:
        current = await self._directory.current(session)
        issued_at = at.replace(microsecond=0)
        await end_revoked(session, self._directory, self._log, issued_at)
        statement = LiveStatement(
            agency_id=current.city_record.agency_id,
            sequence=await next_number(session, COUNTER),
            issued_at=issued_at,
            expires_at=issued_at + LIVE_VALID_MAX,
            checkpoint=await self._log.checkpoint(session, at),
            city_record_sha256=current.city_record_sha256,
            directory_sha256=current.directory_sha256,
            live=await _ids(session, State.PUBLISHED, at),
            withdrawn=await _ids(session, State.WITHDRAWN, at),
        )
        envelope = sign(LiveStatement.PAYLOAD_TYPE, statement.to_bytes(), [self._hub_key])
        await self._topics.set(session, LIVE_TOPIC, envelope)
        return statement


async def _ids(session: AsyncSession, state: State, at: datetime) -> tuple[str, ...]:
    """Return the ids of the unexpired requests that homes know of in ``state``, sorted."""
    rows = select(RequestRow.request_id).where(
        RequestRow.state == state, RequestRow.expires_at > at, RequestRow.published_at.is_not(None)
    )
    return tuple(sorted((await session.scalars(rows)).all()))
