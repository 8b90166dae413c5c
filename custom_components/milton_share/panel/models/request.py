"""A request as approvers see it, and its evidence for checks elsewhere.

Frozen values; times are aware UTC datetimes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from ...cases.model import CaseView
    from ...shared.milton_protocol.geometry import Area
    from ...shared.milton_protocol.messages.city.directory import RecipientRole
    from ...shared.milton_protocol.messages.shares.receipt import Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientView:
    """Someone whose key opens a share, named by the city's directory; empty for the recovery key, and if unknown."""

    role: RecipientRole
    name: str
    badge: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessView:
    """One of the owner's witnesses that cosigned the public log behind a request."""

    name: str
    at: datetime  # by the witness's own clock
    vkey: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedView:
    """A request's place in the public log, and the log's witnesses outside the city."""

    log: str  # its origin
    entry: int  # from 0, as in the log itself
    size: int  # entries that the checkpoint is over
    root: str  # of the checkpoint, hex
    witnesses: tuple[WitnessView, ...]  # of those that the owner knows


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestView:
    """One request as it came, verified or refused."""

    request_id: str
    refused: str | None  # the broken rule; then no camera was searched, and nothing can be shared
    refused_detail: str
    notices: tuple[str, ...]  # such as `demo_city`, `signer_served_by_hub`, `no_witness`: shown in amber
    logged: LoggedView | None  # None where it is refused
    officer_name: str  # from the directory
    approver_name: str | None
    badge: str
    agency_name: str
    contact: str
    case_number: str
    offence_name: str
    reason: str
    urgent: bool
    drill: bool
    by_code: bool  # only for homes whose owner got a code at the door
    area: Area
    from_: datetime
    until: datetime
    created_at: datetime
    expires_at: datetime
    recipients_sha256: str  # name it in `approve`
    custodians_sha256: str  # or this: a child or something intimate may be seen, and only the evidence unit opens it
    recipients: tuple[RecipientView, ...]
    cases: tuple[CaseView, ...]
    code_typed: bool = False  # the code that it is by was typed here
    tag: str | None = None  # by which a notification names it


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableView:
    """A request that can't be parsed."""

    request_id: str  # as the hub calls it
    refused: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareEvidence:
    """What this home signed for one share, and what the hub signed back; envelopes as bytes, no secret."""

    share_id: str
    clip_sha256: str
    manifest: bytes
    announcement: bytes | None  # None before sealing
    receipts: tuple[Receipt, ...]
    receipt_envelopes: tuple[bytes, ...]  # the same as the hub signed them, opened


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What this home received for one request, for checks elsewhere; envelopes and bundle unchanged."""

    root_public_key: bytes
    city_record: bytes | None
    directory: bytes | None
    live: bytes | None
    bundle: bytes
    shares: tuple[ShareEvidence, ...]
