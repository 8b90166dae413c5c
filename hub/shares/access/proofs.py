"""What a browser needs to check for itself, next to a share, who asked for it: signed messages, byte for byte.

Invariant: nothing of it is to be believed because the hub says it. Each message is signed by somebody else, or is
proven in the log that homes follow, but for the homes' keys, which are the hub's word; the page that uses them says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.enrollment.keys import device_keys
from hub.kit.access import Action, require
from hub.requests import repository as requests
from hub.shares.record import repository as shares
from hub.shares.record.anchors import Anchor, anchor_of
from hub.shares.record.rules import check_readable
from hub.topics.service import LIVE_TOPIC
from milton_protocol.dsse import open_envelope
from milton_protocol.errors import ProtocolError
from milton_protocol.limits import RECORD_SIZE_MAX_BYTES
from milton_protocol.messages.requests.live import LiveStatement
from milton_protocol.translog.checkpoint import Checkpoint
from milton_protocol.translog.note import SignedNote
from milton_protocol.translog.proof import TlogProof

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.directory.service import DirectoryService
    from hub.enrollment.secrets import EnrollmentSecret
    from hub.kit.access import Actor
    from hub.publiclog.service import PublicLog
    from hub.shares.record.context import CustodyContext
    from hub.topics.service import Topics


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowedLog:
    """The log that homes follow now: city record in force, live statement, and how its checkpoint continues others.

    ``of_proof`` are the consistency hashes between the checkpoint of the request's proof and the live one, ``of_known``
    those between a size that the browser knows and the live one; empty where this log has no such size.
    """

    city_record: bytes
    live: bytes
    of_proof: tuple[bytes, ...]
    of_known: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """Of one share's request: envelopes of the time when it was published, assertions (canonical JSON), log proof.

    ``home_keys`` are raw Ed25519 keys, some of them nobody's (:func:`device_keys`). ``followed`` is None while the hub
    has no live statement by the key of its city record.
    """

    root_public_key: bytes
    city_record: bytes
    directory: bytes
    assertions: tuple[bytes, ...]
    log_proof: str
    home_keys: tuple[bytes, ...]
    followed: FollowedLog | None
    anchor: Anchor | None


class Proving:
    """Hands out what proves a share's request."""

    def __init__(
        self,
        context: CustodyContext,
        directory: DirectoryService,
        secret: EnrollmentSecret,
        topics: Topics,
        log: PublicLog,
    ) -> None:
        """Keep ``context``."""
        self._context = context
        self._directory = directory
        self._secret = secret
        self._topics = topics
        self._log = log

    async def of(self, actor: Actor, share_id: str, known_size: int) -> Proofs:
        """Return what proves the request of a share that ``actor`` may open, to who knows the log at ``known_size``.

        Raises ``share_unknown`` (404), also for one that ``actor`` may not see, and why nobody opens it any more.
        """
        require(actor, Action.SHARE_WATCH)
        async with self._context.database.reading() as session:
            share = await shares.visible(session, actor, share_id)
            check_readable(share)
            row = await requests.answered(session, share.request_id)
            record, directory = await self._directory.of_time(session, row.published_at or row.created_at)
            signed = await requests.assertions(session, row.request_id)
            live = await self._live(session)
            followed = None if live is None else await self._followed(session, *live, row.log_proof, known_size)
            note = None if live is None else live[1]
            return Proofs(
                root_public_key=self._directory.root_public_key,
                city_record=record,
                directory=directory,
                assertions=tuple(each.content for each in signed),
                log_proof=row.log_proof or "",
                home_keys=await device_keys(session, self._secret),
                followed=followed,
                anchor=await anchor_of(session, share_id, self._log, note),
            )

    async def _live(self, session: AsyncSession) -> tuple[bytes, str] | None:
        """Return the live statement in force and its checkpoint."""
        key = (await self._directory.current(session)).city_record.hub_key
        envelope = await self._topics.get(session, LIVE_TOPIC) or b""
        try:
            payload = open_envelope(
                envelope, LiveStatement.PAYLOAD_TYPE, [key], required=1, max_bytes=RECORD_SIZE_MAX_BYTES
            )
        except ProtocolError:
            return None  # of a hub key that was replaced
        return envelope, LiveStatement.from_bytes(payload).checkpoint

    async def _followed(
        self, session: AsyncSession, live: bytes, note: str, log_proof: str | None, known_size: int
    ) -> FollowedLog:
        size = Checkpoint.parse(SignedNote.parse(note).text).size
        proven = 0 if log_proof is None else Checkpoint.parse(TlogProof.parse(log_proof).checkpoint_note.text).size
        return FollowedLog(
            city_record=(await self._directory.envelopes(session)).city_record,
            live=live,
            of_proof=await self._between(session, proven, size),
            of_known=await self._between(session, known_size, size),
        )

    async def _between(self, session: AsyncSession, one: int, other: int) -> tuple[bytes, ...]:
        old, new = sorted((one, other))
        return await self._log.consistency(session, old, new) if new <= await self._log.size(session) else ()
