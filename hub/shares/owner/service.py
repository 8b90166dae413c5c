"""What owners say of their shares: taken back, agreed to something, flagged. The share's one-time key is all the proof.

Invariants: nothing that was sent is believed before the share's own key has signed it, for that very share; what
another key signed is answered as for a share that is not there; what was said twice is done once and answered the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.audit.trail import record
from hub.kit.access import ANY_HOME
from hub.kit.errors import HubError
from hub.shares.record import repository
from hub.shares.record.custody import ConsentRow
from hub.shares.record.custody_repository import consents_of
from hub.shares.record.ends import is_drill, settle
from hub.shares.record.holder import is_held, one_time_key
from hub.shares.record.model import OWNER, ShareRow, ShareState
from hub.shares.record.rules import check_agreeable, flags_anew, withdraws_anew
from milton_protocol import dsse
from milton_protocol.errors import ProtocolError
from milton_protocol.messages.shares.consent import Consent, ConsentKind
from milton_protocol.messages.shares.receipt import ReceiptEvent, envelope_sha256
from milton_protocol.messages.shares.withdrawal import Withdrawal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.shares.record.context import CustodyContext
    from hub.shares.retention.due_deletions import Deleting
    from milton_protocol.messages.shares.passed_on import PassedOnTo
    from milton_protocol.messages.shares.receipt import SealedReceipts

    type Refused = Callable[[AsyncSession, ShareRow, PassedOnTo | None, datetime], Awaitable[None]]

CONSENTS_MAX = 16  # of one share
REFUSALS_MAX = 2 * CONSENTS_MAX  # each question may begin with one, and each yes can always be taken back
FLAGS_MAX = CONSENTS_MAX  # anew after a custodian took one off
CONFLICT = 409
_ACTS = {ConsentKind.NOT_PASSING_ON: "share.not_agreed_to", ConsentKind.CUSTODIANS_ONLY: "share.flagged"}


class OwnersWord:
    """Withdrawals and consents, and the receipts that answer them."""

    def __init__(self, context: CustodyContext, deleting: Deleting, refused: Refused) -> None:
        """Keep ``context``; ``deleting`` erases what is withdrawn unopened, ``refused`` ends what was passed on."""
        self._context = context
        self._deleting = deleting
        self._refused = refused

    async def withdraw(self, envelope: bytes) -> None:
        """Take a share back. A repeat is answered the same.

        Raises ``share_unknown`` (404), also for a signature that is not the share's, ``already_accepted`` (409),
        ProtocolError for an envelope that can't be read.
        """
        claimed = Withdrawal.from_bytes(dsse.claimed_payload(envelope))
        now = self._context.clock()
        async with self._context.database.reading() as session:  # who has not the share's key keeps no writer waiting
            await _signed_for(session, claimed, envelope, Withdrawal.PAYLOAD_TYPE)
        async with self._context.database.session("share.withdrawn") as session:
            row = await _signed_for(session, claimed, envelope, Withdrawal.PAYLOAD_TYPE, lock=True)
            if not withdraws_anew(row):
                return
            row.state, row.withdrawn_at = ShareState.WITHDRAWN, now
            await settle(session, row)
            await self._context.receipts.add(session, row, ReceiptEvent.WITHDRAWN, at=now)
            await record(session, at=now, actor=ANY_HOME, action="share.withdrawn", subject=row.share_id)
        await self._deleting.delete_if_due(claimed.share_id)

    async def receipts(self, share_id: str, headers: Mapping[str, str]) -> SealedReceipts:
        """Return what became of a share; raise ``share_unknown`` (404) unless its share key is shown."""
        async with self._context.database.reading() as session:
            if not await is_held(session, share_id, headers):
                raise repository.share_unknown()
            return await self._context.receipts.for_owner(session, share_id, self._context.clock())

    async def agree(self, envelope: bytes) -> None:
        """Keep what the owner agrees to, takes back or flags. A repeat is answered the same, and does nothing again.

        Raises what :meth:`withdraw` does, ``not_received``, ``exercise`` and ``too_many_consents`` (409),
        ``withdrawn`` and ``deleted`` (410).
        """
        claimed = Consent.from_bytes(dsse.claimed_payload(envelope))
        now = self._context.clock()
        async with self._context.database.reading() as session:  # who has not the share's key keeps no writer waiting
            await _signed_for(session, claimed, envelope, Consent.PAYLOAD_TYPE)
        async with self._context.database.session("share.agreed_to") as session:
            row = await _signed_for(session, claimed, envelope, Consent.PAYLOAD_TYPE, lock=True)
            known = await consents_of(session, row.share_id)
            digest = envelope_sha256(envelope)
            if any(each.sha256 == digest for each in known):
                return
            check_agreeable(row, claimed.kind, is_drill=await is_drill(session, row))
            _check_room(known, claimed.kind)
            session.add(
                ConsentRow(
                    share_id=row.share_id, sha256=digest, kind=claimed.kind.value, at=now, content=claimed.to_bytes()
                )
            )
            if claimed.refuses:
                await self._refused(session, row, claimed.to, now)
            if claimed.kind is ConsentKind.CUSTODIANS_ONLY:
                await self._refused(session, row, None, now)
                flags_anew(row, by=OWNER, now=now)
            await record(
                session,
                at=now,
                actor=ANY_HOME,
                action=_ACTS.get(claimed.kind, "share.agreed_to"),
                subject=row.share_id,
                detail=claimed.kind.value,
            )


def _check_room(known: Sequence[ConsentRow], kind: ConsentKind) -> None:
    """Raise ``too_many_consents``; what takes back, or flags, has a room of its own that agreements don't fill."""
    rooms = {ConsentKind.NOT_PASSING_ON: REFUSALS_MAX, ConsentKind.CUSTODIANS_ONLY: FLAGS_MAX}
    said = sum(each.kind == kind if kind in rooms else each.kind not in rooms for each in known)
    if said >= rooms.get(kind, CONSENTS_MAX):
        rule = "too_many_consents"
        raise HubError(rule, CONFLICT, "So much was agreed to for this share that nothing more is taken.")


async def _signed_for(
    session: AsyncSession, claimed: Withdrawal | Consent, envelope: bytes, payload_type: str, *, lock: bool = False
) -> ShareRow:
    """Return the share, with ``lock`` locked, once its key is known to have signed; raise as ``withdraw`` says."""
    key = await one_time_key(session, claimed.share_id)
    try:
        dsse.open_envelope(envelope, payload_type, [key], required=1)
    except ProtocolError as error:  # whoever doesn't have the key isn't told that the share is there
        raise repository.share_unknown() from error
    row = await session.get(ShareRow, claimed.share_id, with_for_update=lock or None)
    if row is None or row.request_id != claimed.request_id:
        raise repository.share_unknown()
    return row
