"""C2SP signed notes (c2sp.org/signed-note): text with signature lines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..errors import ProtocolError
from ..limits import NOTE_MAX_CHARS
from . import base64std
from .rules import LogRule
from .verifier_key import KEY_ID_SIZE_BYTES, SignatureType, VerifierKey, is_key_name

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = [
    "NoteSignature",
    "SignatureType",
    "SignedNote",
    "VerifierKey",
    "sign_note",
]

SIGNATURES_MAX = 32  # the specification asks for at least 16
SIGNATURE_SIZE_MAX_BYTES = 6_144  # a post-quantum signature of a key that is not ours still has to be passed over

_LINE_START = "\N{EM DASH} "


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSignature:
    """One signature line."""

    name: str
    key_id: bytes
    signature: bytes

    @classmethod
    def parse(cls, line: str) -> NoteSignature:
        """Read one signature line, without its newline."""
        name, _, encoded = line.removeprefix(_LINE_START).partition(" ")
        if not line.startswith(_LINE_START) or not is_key_name(name):
            raise ProtocolError(LogRule.NOTE_MALFORMED, "signature line")
        data = base64std.decode(encoded, rule=LogRule.NOTE_MALFORMED)
        if not KEY_ID_SIZE_BYTES < len(data) <= KEY_ID_SIZE_BYTES + SIGNATURE_SIZE_MAX_BYTES:
            raise ProtocolError(LogRule.NOTE_MALFORMED, "length of a signature")
        return cls(name=name, key_id=data[:KEY_ID_SIZE_BYTES], signature=data[KEY_ID_SIZE_BYTES:])

    def format(self) -> str:
        """Return the line, with its newline."""
        return f"{_LINE_START}{self.name} {base64std.encode(self.key_id + self.signature)}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedNote:
    """A text, ending in a newline, and its signatures; nothing in it is believed before a check by a key."""

    text: str
    signatures: tuple[NoteSignature, ...]

    @classmethod
    def parse(cls, data: str) -> SignedNote:
        """Read a note; ``format`` of the result is ``data`` again. Raise ProtocolError when it is not a note."""
        _check_characters(data)
        text, separator, signature_lines = data.rpartition("\n\n")
        if not separator or not signature_lines.endswith("\n"):
            raise ProtocolError(LogRule.NOTE_MALFORMED, "no signature lines")
        lines = signature_lines.removesuffix("\n").split("\n")
        if len(lines) > SIGNATURES_MAX:
            raise ProtocolError(LogRule.NOTE_MALFORMED, "too many signatures")
        return cls(text=text + "\n", signatures=tuple(NoteSignature.parse(line) for line in lines))

    def format(self) -> str:
        """Return the note as text."""
        return self.text + "\n" + "".join(signature.format() for signature in self.signatures)

    def signatures_of(self, key: VerifierKey) -> tuple[bytes, ...]:
        """Return the signatures under the key's name and id, not yet verified."""
        return tuple(
            signature.signature
            for signature in self.signatures
            if signature.name == key.name and signature.key_id == key.key_id
        )

    def check_signed_by(self, key: VerifierKey) -> None:
        """Check that the Ed25519 key signed this text; raise ProtocolError when it did not."""
        signatures = self.signatures_of(key)
        if not signatures or key.signature_type is not SignatureType.ED25519:
            raise ProtocolError(LogRule.NOTE_NOT_SIGNED, key.name)
        if not all(key.signed(signature, self.text.encode()) for signature in signatures):
            raise ProtocolError(LogRule.NOTE_SIGNATURE_WRONG, key.name)

    def with_signature(self, key: VerifierKey, signature: bytes) -> SignedNote:
        """Return this note with one more signature line."""
        line = NoteSignature(name=key.name, key_id=key.key_id, signature=signature)
        return replace(self, signatures=(*self.signatures, line))


def sign_note(text: str, name: str, private_key: Ed25519PrivateKey) -> SignedNote:
    """Return ``text`` (which ends in a newline) signed under ``name``; raise ProtocolError when no note can hold it."""
    _check_characters(text)
    if not text.endswith("\n"):
        raise ProtocolError(LogRule.NOTE_MALFORMED, "text ends without a newline")
    unsigned = SignedNote(text=text, signatures=())
    return unsigned.with_signature(VerifierKey.of(name, private_key), private_key.sign(text.encode()))


def _check_characters(data: str) -> None:
    if len(data) > NOTE_MAX_CHARS:
        raise ProtocolError(LogRule.NOTE_MALFORMED, "too long")
    try:
        data.encode()
    except UnicodeEncodeError as error:
        raise ProtocolError(LogRule.NOTE_MALFORMED, "not UTF-8") from error
    if any(character < " " and character != "\n" for character in data):
        raise ProtocolError(LogRule.NOTE_MALFORMED, "control character")
