"""What the signer's page needs of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.requests.signing.signatures import usable_credentials
from milton_protocol.base64_text import b64

if TYPE_CHECKING:
    from hub.directory.trust import Trusted
    from hub.kit.access import Actor
    from hub.requests.model import RequestRow
    from milton_protocol.canonical import JsonValue


def signable_value(row: RequestRow, actor: Actor, current: Trusted) -> dict[str, JsonValue]:
    """Return a request's payload, and the reader's own signing keys in the directory."""
    usable: list[JsonValue] = [b64(key.credential_id) for key in usable_credentials(current, actor.person_id or "")]
    return {
        "id": row.request_id,
        "person_id": actor.person_id,
        "payload": b64(row.payload),
        "signer_origin": current.city_record.signer.origin,
        "credential_ids": usable,
    }
