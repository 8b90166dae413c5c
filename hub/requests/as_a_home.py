"""What the hub sends, judged as a home judges it that knows all of the hub's witnesses."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.live.service import TOPIC as LIVE_TOPIC
from milton_protocol.errors import ProtocolError
from milton_protocol.trust import Pins, check_trust
from milton_protocol.verification import Refusal, verify_request

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.ext.asyncio import AsyncSession

    from hub.directory.service import DirectoryService, Envelopes
    from hub.feed.topics import Topics
    from milton_protocol.translog.witness import WitnessPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """What a home has of its city: the pinned root, and what it was sent."""

    root_public_key: bytes
    sent: Envelopes
    live: bytes


async def papers_of(session: AsyncSession, directory: DirectoryService, topics: Topics) -> Papers:
    """Return them as they stand in this transaction."""
    return Papers(
        root_public_key=directory.root_public_key,
        sent=await directory.envelopes(session),
        live=await topics.get(session, LIVE_TOPIC) or b"",
    )


def check_as_a_home(papers: Papers, witnesses: WitnessPolicy, bundle: bytes, at: datetime) -> None:
    """Raise ProtocolError with the rule by which a home would refuse a request."""
    pins = Pins(
        root_key_sha256=hashlib.sha256(papers.root_public_key).hexdigest(),
        agency_id=None,
        city_record_serial=0,
        directory_serial=0,
        live_sequence=0,
        witness_policy=witnesses,
        seen_salts={},
    )
    sent = papers.sent
    trust = check_trust(
        papers.root_public_key, sent.city_record, sent.directory, sent.revocations, papers.live, pins, at
    )
    verified = verify_request(bundle, trust, pins, at)
    if isinstance(verified, Refusal):
        raise ProtocolError(verified.rule, verified.detail)
