"""Proofs that can be checked offline (c2sp.org/tlog-proof@v1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..errors import ProtocolError
from ..limits import PROOF_MAX_CHARS
from . import base64std
from .checkpoint import parse_decimal
from .merkle import HASH_SIZE_BYTES, PROOF_HASHES_MAX
from .note import SignedNote
from .rules import LogRule

if TYPE_CHECKING:
    from collections.abc import Iterator

EXTRA_SIZE_MAX_BYTES = 1_024  # the protocol uses none; other readers of the format may add a little

_VERSION = "c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class TlogProof:
    """Where a leaf is, the hashes that lead from it to the root, and the checkpoint that names the root.

    ``extra`` is authenticated by nothing.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint_note: SignedNote
    extra: bytes | None = None

    @classmethod
    def parse(cls, text: str) -> TlogProof:
        """Read a proof; ``format`` of the result is ``text`` again. Raise ProtocolError when it is not one."""
        if len(text) > PROOF_MAX_CHARS:
            raise ProtocolError(LogRule.LOG_PROOF_MALFORMED, "too long")
        head, separator, note = text.partition("\n\n")
        if not separator:
            raise ProtocolError(LogRule.LOG_PROOF_MALFORMED, "no checkpoint")
        lines = iter(head.split("\n"))
        if next(lines) != _VERSION:
            raise ProtocolError(LogRule.LOG_PROOF_MALFORMED, "version line")
        line = next(lines, "")
        extra = None
        if line.startswith("extra "):
            extra = base64std.decode(line.removeprefix("extra "), rule=LogRule.LOG_PROOF_MALFORMED)
            line = next(lines, "")
        if (extra is not None and len(extra) > EXTRA_SIZE_MAX_BYTES) or not line.startswith("index "):
            raise ProtocolError(LogRule.LOG_PROOF_MALFORMED, "extra or index line")
        index = parse_decimal(line.removeprefix("index "), rule=LogRule.LOG_PROOF_MALFORMED)
        return cls(index=index, hashes=_hashes(lines), checkpoint_note=SignedNote.parse(note), extra=extra)

    def format(self) -> str:
        """Return the proof as text."""
        lines = [_VERSION]
        if self.extra is not None:
            lines.append(f"extra {base64std.encode(self.extra)}")
        lines.append(f"index {self.index}")
        lines.extend(base64std.encode(proof_hash) for proof_hash in self.hashes)
        return "\n".join([*lines, "", self.checkpoint_note.format()])


def _hashes(lines: Iterator[str]) -> tuple[bytes, ...]:
    hashes = tuple(base64std.decode(line, rule=LogRule.LOG_PROOF_MALFORMED) for line in lines)
    if len(hashes) > PROOF_HASHES_MAX or any(len(proof_hash) != HASH_SIZE_BYTES for proof_hash in hashes):
        raise ProtocolError(LogRule.LOG_PROOF_MALFORMED, "hashes")
    return hashes
