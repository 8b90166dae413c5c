"""Verifier keys of C2SP signed notes: who signs, by which key, for which kind of signature."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from .. import ed25519
from ..errors import ProtocolError
from . import base64std
from .rules import LogRule

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_ID_SIZE_BYTES = 4
PUBLIC_KEY_SIZE_BYTES = 32
KEY_NAME_MAX_CHARS = 200  # as long as the origins that docs/protocol.md allows
VKEY_MAX_CHARS = KEY_NAME_MAX_CHARS + 64  # "+", 8 hex digits, "+", 44 characters of base64

_KEY_ID = re.compile(r"[0-9a-f]{8}")


class SignatureType(IntEnum):
    """The kinds of note signatures that this project uses (signed-note.md, "Signature types")."""

    ED25519 = 0x01
    COSIGNATURE = 0x04


def is_key_name(name: str) -> bool:
    """Tell whether ``name`` may name a key: not empty, UTF-8, no Unicode space, no plus, no control character."""
    return 0 < len(name) <= KEY_NAME_MAX_CHARS and not any(map(_is_forbidden, name))


def _is_forbidden(character: str) -> bool:
    is_surrogate = "\ud800" <= character <= "\udfff"  # has no UTF-8
    return is_surrogate or character.isspace() or character == "+" or character < " "


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A public key with the name and the kind of signature that it is trusted for."""

    name: str
    signature_type: SignatureType
    public_key: bytes

    def __post_init__(self) -> None:
        """Refuse a name or a key that no note could carry, and a key by which anybody signs (``key_weak``)."""
        if not is_key_name(self.name):
            raise ProtocolError(LogRule.VERIFIER_KEY_MALFORMED, "name")
        if len(self.public_key) != PUBLIC_KEY_SIZE_BYTES:
            raise ProtocolError(LogRule.VERIFIER_KEY_MALFORMED, "length of the public key")
        ed25519.check_key(self.public_key, self.name)

    @classmethod
    def parse(cls, vkey: str) -> VerifierKey:
        """Read ``<name>+<key id>+<base64 of type and key>``; raise ProtocolError when it is not one."""
        if len(vkey) > VKEY_MAX_CHARS:
            raise ProtocolError(LogRule.VERIFIER_KEY_MALFORMED, "too long")
        name, _, rest = vkey.partition("+")
        key_id, _, material = rest.partition("+")
        if not _KEY_ID.fullmatch(key_id):
            raise ProtocolError(LogRule.VERIFIER_KEY_MALFORMED, "key id")
        data = base64std.decode(material, rule=LogRule.VERIFIER_KEY_MALFORMED)
        if data[:1] not in {bytes([known]) for known in SignatureType}:
            raise ProtocolError(LogRule.VERIFIER_KEY_MALFORMED, "type of signature")
        key = cls(name=name, signature_type=SignatureType(data[0]), public_key=data[1:])
        if key.key_id.hex() != key_id:
            raise ProtocolError(LogRule.VERIFIER_KEY_MALFORMED, "key id is not that of the key")
        return key

    @classmethod
    def of(
        cls, name: str, private_key: Ed25519PrivateKey, signature_type: SignatureType = SignatureType.ED25519
    ) -> VerifierKey:
        """Return the verifier key of a signer."""
        return cls(name=name, signature_type=signature_type, public_key=private_key.public_key().public_bytes_raw())

    @property
    def key_id(self) -> bytes:
        """The first four bytes of SHA-256(name, newline, type, public key)."""
        material = self.name.encode() + b"\n" + bytes([self.signature_type]) + self.public_key
        return hashlib.sha256(material).digest()[:KEY_ID_SIZE_BYTES]

    def format(self) -> str:
        """Return the vkey text."""
        material = base64std.encode(bytes([self.signature_type]) + self.public_key)
        return f"{self.name}+{self.key_id.hex()}+{material}"

    def signed(self, signature: bytes, message: bytes) -> bool:
        """Tell whether ``signature`` is this key's over exactly ``message``."""
        return ed25519.has_signed(self.public_key, signature, message)
