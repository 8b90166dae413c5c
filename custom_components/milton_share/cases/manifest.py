"""What an approval writes down: the final manifest, signed, and the keys of one share. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..shared.milton_protocol.dsse import sign
from ..shared.milton_protocol.messages.city.directory import RecipientRole
from ..shared.milton_protocol.messages.requests.request import recipients_hash
from ..shared.milton_protocol.messages.shares.manifest import Manifest
from ..shared.milton_protocol.messages.shares.manifest_parts import View
from ..shared.milton_protocol.messages.shares.share_key import share_id_of
from .shares_table import StoredShare

if TYPE_CHECKING:
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from ..cameras.model import CameraSettings
    from ..shared.milton_protocol.messages.requests.request import RequestRecipient
    from ..shared.milton_protocol.sealing.keys import Identity
    from .state import ConsentCase


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the approver chose beside the clip."""

    approved_by: str
    approved_at: datetime
    named: bool  # under the home's device key, and with the camera's place
    sources_kept_until: datetime | None
    recipients: tuple[RequestRecipient, ...]  # all of the request's, or its custodians' alone: the clip is flagged


def view_of(settings: CameraSettings) -> View | None:
    """Return the view as a manifest says it."""
    if settings.position is None:
        return None
    return View(
        position=settings.position,
        heading_deg=settings.heading_deg,
        field_of_view_deg=settings.field_of_view_deg,
        range_m=settings.range_m,
    )


def final_manifest(draft: Manifest, view: View | None, choices: Choices) -> Manifest:
    """Return the manifest with the approver's choices in it; a pseudonymous one says no place."""
    return replace(
        draft,
        recipients_sha256=recipients_hash(choices.recipients),
        camera=replace(draft.camera, view=view if choices.named else None),
        sources_kept_until=choices.sources_kept_until,
        named=choices.named,
    )


def new_share(  # noqa: PLR0913  all that a share binds together
    case: ConsentCase,
    manifest: Manifest,
    choices: Choices,
    *,
    one_time_key: Ed25519PrivateKey,
    device_key: Ed25519PrivateKey,
    receipts: Identity,
) -> StoredShare:
    """Return what is written down at the moment of approval; the manifest is signed now and never again.

    A long manifest takes most of a second: call off the loop.
    """
    share_id = share_id_of(one_time_key.public_key().public_bytes_raw())  # the draft's was chance: no hub hears of it
    manifest = replace(manifest, share_id=share_id)
    signers = (one_time_key, device_key) if choices.named else (one_time_key,)
    return StoredShare(
        share_id=share_id,
        case_id=case.case_id,
        request_id=case.request_id,
        approved_by=choices.approved_by,
        approved_at=choices.approved_at,
        clip_sha256=manifest.clip_sha256,
        recipients_sha256=manifest.recipients_sha256,
        recipients=tuple(recipient.age_recipient for recipient in choices.recipients),
        custodians_only=all(recipient.role is not RecipientRole.OFFICER for recipient in choices.recipients),
        one_time_key=one_time_key.private_bytes_raw(),
        receipt_identity=receipts.secret_text(),
        manifest=sign(Manifest.PAYLOAD_TYPE, manifest.to_bytes(), signers),
        sources_kept_until=choices.sources_kept_until,
    )
