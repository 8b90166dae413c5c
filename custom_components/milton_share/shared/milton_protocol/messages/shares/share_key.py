"""The share key (section 10): proves to the hub, with each call about a share, that the caller made that share.

Invariants: it is a signature by the share's one-time key, so who knows the share's id, its payload or all that a hub
stores can't make it; it is the same each time (RFC 8032 signatures are deterministic), so a home keeps nothing for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ... import canonical, ed25519
from ...base64_text import b64, read_b64
from ...dsse import key_id, pre_authentication_encoding
from ...errors import ProtocolError
from ...limits import ED25519_SIGNATURE_SIZE_BYTES, SHORT_ID_HEX_CHARS

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

HEADER: Final = "Milton-Share-Key"
CHARS: Final = (ED25519_SIGNATURE_SIZE_BYTES * 8 + 5) // 6  # base64url without padding
_TYPE: Final = "milton/share-key"
_PAYLOAD_TYPE: Final = "application/vnd.milton.share-key.v1+json"


def share_key(share_id: str, one_time_key: Ed25519PrivateKey) -> str:
    """Return the header's value for a share."""
    return b64(one_time_key.sign(_message(share_id)))


def is_share_key(text: str, share_id: str, one_time_key: bytes) -> bool:
    """Tell whether ``text`` is the share key of the share whose raw public key is ``one_time_key``."""
    try:
        return ed25519.has_signed(one_time_key, read_b64(text, HEADER), _message(share_id))
    except ProtocolError:
        return False


def share_id_of(one_time_key: bytes) -> str:
    """Return the id of the share with this raw public key: no other home can take it, or ask whether it is there."""
    return key_id(one_time_key)[:SHORT_ID_HEX_CHARS]


def _message(share_id: str) -> bytes:
    payload = canonical.encode({"type": _TYPE, "version": 1, "share_id": share_id})
    return pre_authentication_encoding(_PAYLOAD_TYPE, payload)
