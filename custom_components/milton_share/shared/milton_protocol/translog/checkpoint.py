"""Checkpoints (c2sp.org/tlog-checkpoint): the log's signed word on its size and root."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import ProtocolError
from . import base64std
from .merkle import EMPTY_ROOT, HASH_SIZE_BYTES, TREE_SIZE_MAX
from .note import SignedNote, sign_note
from .rules import LogRule
from .verifier_key import KEY_NAME_MAX_CHARS

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from .verifier_key import VerifierKey

_SIZE = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)
_LINES = 3


def parse_decimal(text: str, *, rule: str) -> int:
    """Return a tree size or an index: ASCII digits without leading zeroes, at most TREE_SIZE_MAX."""
    if not _SIZE.fullmatch(text) or int(text) > TREE_SIZE_MAX:
        raise ProtocolError(rule, "number")
    return int(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a log says of itself at one size. Extension lines are refused: nobody audits them."""

    origin: str
    size: int
    root: bytes

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read a note's text; ``format`` of the result is ``text`` again. Raise ProtocolError if it is none."""
        lines = text.split("\n")
        if len(lines) != _LINES + 1 or lines[-1]:
            raise ProtocolError(LogRule.CHECKPOINT_MALFORMED, "not three lines")
        origin, size, root = lines[:_LINES]
        if not 0 < len(origin) <= KEY_NAME_MAX_CHARS:
            raise ProtocolError(LogRule.CHECKPOINT_MALFORMED, "origin")
        checkpoint = cls(
            origin=origin,
            size=parse_decimal(size, rule=LogRule.CHECKPOINT_MALFORMED),
            root=base64std.decode(root, rule=LogRule.CHECKPOINT_MALFORMED),
        )
        if len(checkpoint.root) != HASH_SIZE_BYTES:
            raise ProtocolError(LogRule.CHECKPOINT_MALFORMED, "root hash")
        if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
            raise ProtocolError(LogRule.CHECKPOINT_MALFORMED, "root of an empty tree")
        return checkpoint

    def format(self) -> str:
        """Return the note text."""
        return f"{self.origin}\n{self.size}\n{base64std.encode(self.root)}\n"

    def sign(self, private_key: Ed25519PrivateKey) -> SignedNote:
        """Return the checkpoint signed by the log, whose key has the origin as its name."""
        return sign_note(self.format(), self.origin, private_key)


def open_checkpoint(note: SignedNote, log_key: VerifierKey) -> Checkpoint:
    """Return the checkpoint that the log's key signed; raise ProtocolError for any other."""
    note.check_signed_by(log_key)
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != log_key.name:
        raise ProtocolError(LogRule.LOG_ORIGIN_UNKNOWN, checkpoint.origin)
    return checkpoint
