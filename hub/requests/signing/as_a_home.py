"""What the hub sends, judged as a home judges it that knows all of the hub's witnesses and follows its log."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hub.topics.service import LIVE_TOPIC
from milton_protocol.errors import ProtocolError
from milton_protocol.messages.requests.bundle import Bundle
from milton_protocol.translog.checkpoint import Checkpoint
from milton_protocol.translog.merkle import verify_consistency
from milton_protocol.translog.proof import TlogProof
from milton_protocol.trust import Pins, check_trust
from milton_protocol.verification import Refusal, verify_request

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.directory.service import DirectoryService, Envelopes
    from hub.publiclog.service import PublicLog
    from hub.topics.service import Topics
    from milton_protocol.translog.witness import WitnessPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustDocuments:
    """What a home has of its city: the pinned root, what it was sent, and the witnesses that it knows."""

    root_public_key: bytes
    sent: Envelopes
    live: bytes
    witnesses: WitnessPolicy


async def trust_documents_of(
    session: AsyncSession, directory: DirectoryService, topics: Topics, witnesses: WitnessPolicy
) -> TrustDocuments:
    """Return them as they stand in this transaction."""
    return TrustDocuments(
        root_public_key=directory.root_public_key,
        sent=await directory.envelopes(session),
        live=await topics.get(session, LIVE_TOPIC) or b"",
        witnesses=witnesses,
    )


async def check_as_a_home(
    session: AsyncSession, log: PublicLog, documents: TrustDocuments, bundle: bytes, at: datetime
) -> None:
    """Raise ProtocolError with the rule by which a home would refuse a request."""
    pins = Pins(
        root_key_sha256=hashlib.sha256(documents.root_public_key).hexdigest(),
        agency_id=None,
        city_record_serial=0,
        directory_serial=0,
        live_sequence=0,
        hub_key=None,
        witness_policy=documents.witnesses,
        seen_salts={},
    )
    sent = documents.sent
    trust = check_trust(
        documents.root_public_key, sent.city_record, sent.directory, sent.revocations, documents.live, pins, at
    )
    proven = Checkpoint.parse(TlogProof.parse(Bundle.from_bytes(bundle).log_proof).checkpoint_note.text)
    followed = trust.checkpoint
    if proven.size < followed.size:
        hashes = await log.consistency(session, proven.size, followed.size)
        verify_consistency(proven.size, proven.root, followed.size, followed.root, hashes)
        trust = replace(trust, log_roots={**trust.log_roots, proven.size: proven.root})
    verified = verify_request(bundle, trust, pins, at)
    if isinstance(verified, Refusal):
        raise ProtocolError(verified.rule, verified.detail)
