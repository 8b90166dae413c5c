"""The header of an age file: the file key, wrapped for each recipient, and a MAC over it all."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ..errors import ProtocolError
from .keys import KEY_SIZE_BYTES, Identity, parse_recipient
from .rules import SealRule

if TYPE_CHECKING:
    from collections.abc import Sequence

FILE_KEY_SIZE_BYTES = 16
HEADER_SIZE_MAX_BYTES = 16_384  # docs/protocol.md section 10; eight recipients need 0.9 KiB
SINGLE_HEADER_SIZE_BYTES = 168  # for one X25519 recipient it has always the same length
RECIPIENTS_MAX = 64  # fits the header's size several times over

_VERSION_LINE = b"age-encryption.org/v1\n"
_MAC_MARK = b"---"
_LINE_CHARS = 64
_MAC_SIZE_BYTES = 32
_WRAPPED_SIZE_BYTES = FILE_KEY_SIZE_BYTES + 16
_X25519_ARGUMENTS = 2
_ZERO_NONCE = bytes(12)
_VISIBLE = range(0x21, 0x7F)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stanza:
    """The file key, wrapped for one recipient in the way that the first argument names."""

    arguments: tuple[str, ...]
    body: bytes

    def format(self) -> bytes:
        """Return the stanza's lines."""
        encoded = _encode(self.body)
        lines = [encoded[start : start + _LINE_CHARS] for start in range(0, len(encoded) + 1, _LINE_CHARS)]
        return ("-> " + " ".join(self.arguments) + "\n" + "\n".join(lines) + "\n").encode()


def header_size_bytes(data: bytes) -> int:
    """Return how long the header at the start of ``data`` is; raise ProtocolError when none ends in its bounds."""
    mark = data.find(b"\n" + _MAC_MARK, 0, HEADER_SIZE_MAX_BYTES)
    end = data.find(b"\n", mark + 1, HEADER_SIZE_MAX_BYTES) if mark >= 0 else -1
    if end < 0:
        raise ProtocolError(SealRule.HEADER_MALFORMED, "no end within its bounds")
    return end + 1


def wrap_file_key(file_key: bytes, recipients: Sequence[str]) -> bytes:
    """Return the header that gives ``file_key`` to each recipient (``age1…``), one stanza each, in their order."""
    if not 0 < len(recipients) <= RECIPIENTS_MAX:
        raise ProtocolError(SealRule.RECIPIENTS_OUT_OF_BOUNDS, f"{len(recipients)} recipients")
    stanzas = [_wrap(file_key, parse_recipient(recipient)) for recipient in recipients]
    covered = _VERSION_LINE + b"".join(stanza.format() for stanza in stanzas) + _MAC_MARK
    return covered + b" " + _encode(_mac(file_key, covered)).encode() + b"\n"


def seal_header(recipients: Sequence[str]) -> tuple[bytes, bytes]:
    """Make a new file key; return it and the header that gives it to the recipients."""
    file_key = secrets.token_bytes(FILE_KEY_SIZE_BYTES)
    return file_key, wrap_file_key(file_key, recipients)


def open_header(header: bytes, identity: Identity) -> bytes:
    """Return the file key; raise ProtocolError when the header is malformed, altered, or not for this identity."""
    stanzas, covered, mac = parse_header(header)
    if len(stanzas) > 1 and any(stanza.arguments[0] == "scrypt" for stanza in stanzas):
        raise ProtocolError(SealRule.HEADER_MALFORMED, "a passphrase beside another recipient")
    for stanza in stanzas:
        file_key = _unwrap(stanza, identity)
        if file_key is not None:
            if not hmac.compare_digest(_mac(file_key, covered), mac):
                raise ProtocolError(SealRule.HEADER_MAC_WRONG)
            return file_key
    raise ProtocolError(SealRule.NOT_A_RECIPIENT)


def parse_header(header: bytes) -> tuple[tuple[Stanza, ...], bytes, bytes]:
    """Return the stanzas, the bytes under the MAC, and the MAC; raise ProtocolError unless it is exactly a header."""
    if header_size_bytes(header) != len(header) or not header.startswith(_VERSION_LINE):
        raise ProtocolError(SealRule.HEADER_MALFORMED, "version or end")
    try:
        lines = header.decode("ascii").split("\n")[1:-1]
    except UnicodeDecodeError as error:
        raise ProtocolError(SealRule.HEADER_MALFORMED, "not ASCII") from error
    mark, _, mac_text = lines.pop().partition(" ")
    mac = _decode(mac_text)
    if mark.encode() != _MAC_MARK or len(mac) != _MAC_SIZE_BYTES:
        raise ProtocolError(SealRule.HEADER_MALFORMED, "MAC line")
    stanzas: list[Stanza] = []
    while lines:
        stanzas.append(_take_stanza(lines))
    if not stanzas:
        raise ProtocolError(SealRule.HEADER_MALFORMED, "no stanza")
    return tuple(stanzas), header[: header.rindex(_MAC_MARK + b" ") + len(_MAC_MARK)], mac


def check_single(header: bytes) -> None:
    """Raise ProtocolError unless it is exactly a header, in form, for one X25519 recipient.

    For whom, and of which file, is known to who opens it.
    """
    (first, *more), _, _ = parse_header(header)
    kind, *shares = first.arguments
    if more or kind != "X25519" or len(shares) != 1 or len(first.body) != _WRAPPED_SIZE_BYTES:
        raise ProtocolError(SealRule.HEADER_MALFORMED, "not one X25519 stanza")
    if len(_decode(shares[0])) != KEY_SIZE_BYTES:
        raise ProtocolError(SealRule.HEADER_MALFORMED, "X25519 share")


def _take_stanza(lines: list[str]) -> Stanza:
    """Remove the first stanza from ``lines``."""
    start, *arguments = lines.pop(0).split(" ")
    if start != "->" or not arguments or not all(map(_is_argument, arguments)):
        raise ProtocolError(SealRule.HEADER_MALFORMED, "stanza")
    body = ""
    while lines:
        line = lines.pop(0)
        body += line
        if len(line) < _LINE_CHARS:
            return Stanza(arguments=tuple(arguments), body=_decode(body))
        if len(line) > _LINE_CHARS:
            break
    raise ProtocolError(SealRule.HEADER_MALFORMED, "body of a stanza")


def _is_argument(text: str) -> bool:
    return bool(text) and all(ord(character) in _VISIBLE for character in text)


def _wrap(file_key: bytes, public_key: bytes) -> Stanza:
    ephemeral = X25519PrivateKey.generate()
    share = ephemeral.public_key().public_bytes_raw()
    wrap_key = _wrap_key(ephemeral, peer=public_key, share=share, recipient=public_key)
    body = ChaCha20Poly1305(wrap_key).encrypt(_ZERO_NONCE, file_key, None)
    return Stanza(arguments=("X25519", _encode(share)), body=body)


def _unwrap(stanza: Stanza, identity: Identity) -> bytes | None:
    """Return the file key, or None when the stanza is for another recipient or of another type."""
    if stanza.arguments[0] != "X25519":
        return None
    if len(stanza.arguments) != _X25519_ARGUMENTS or len(stanza.body) != _WRAPPED_SIZE_BYTES:
        raise ProtocolError(SealRule.HEADER_MALFORMED, "X25519 stanza")
    share = _decode(stanza.arguments[1])
    if len(share) != KEY_SIZE_BYTES:
        raise ProtocolError(SealRule.HEADER_MALFORMED, "X25519 share")
    recipient = identity.private_key.public_key().public_bytes_raw()
    wrap_key = _wrap_key(identity.private_key, peer=share, share=share, recipient=recipient)
    try:
        return ChaCha20Poly1305(wrap_key).decrypt(_ZERO_NONCE, stanza.body, None)
    except InvalidTag:
        return None


def _wrap_key(private_key: X25519PrivateKey, *, peer: bytes, share: bytes, recipient: bytes) -> bytes:
    try:
        secret = private_key.exchange(X25519PublicKey.from_public_bytes(peer))
    except ValueError as error:  # the shared secret is all zero: a point of low order
        raise ProtocolError(SealRule.HEADER_MALFORMED, "X25519 share of low order") from error
    return derive_key(secret, salt=share + recipient, info=b"age-encryption.org/v1/X25519")


def derive_key(secret: bytes, *, salt: bytes | None, info: bytes) -> bytes:
    """Return 32 bytes of HKDF-SHA-256."""
    return HKDF(algorithm=SHA256(), length=KEY_SIZE_BYTES, salt=salt, info=info).derive(secret)


def _mac(file_key: bytes, covered: bytes) -> bytes:
    return hmac.digest(derive_key(file_key, salt=None, info=b"header"), covered, "sha256")


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii").rstrip("=")


def _decode(text: str) -> bytes:
    """Return the bytes of unpadded, canonical standard base64."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ProtocolError(SealRule.HEADER_MALFORMED, "base64") from error
    if _encode(data) != text:
        raise ProtocolError(SealRule.HEADER_MALFORMED, "base64 is not canonical")
    return data
