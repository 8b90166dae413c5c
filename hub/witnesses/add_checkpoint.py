"""What is sent to a witness and what of its answers is believed (c2sp.org/tlog-witness, ``add-checkpoint``). Pure.

Invariants: an answer is bounded before it is read; a cosignature is taken only when the witness's own key made it, over
this checkpoint, at about this time, and one of it; lines of other keys are passed over and kept nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.witnesses.troubles import NotCosignedError, Trouble
from milton_protocol.errors import ProtocolError
from milton_protocol.limits import CLOCK_SKEW_MAX
from milton_protocol.translog import base64std
from milton_protocol.translog.checkpoint import parse_decimal
from milton_protocol.translog.cosignature import cosigned_at
from milton_protocol.translog.note import SIGNATURES_MAX, NoteSignature, SignedNote
from milton_protocol.translog.rules import LogRule

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from milton_protocol.translog.verifier_key import VerifierKey

PATH = "/add-checkpoint"
SIZE_TYPE = "text/x.tlog.size"
PROOF_LINES_MAX = 63  # the specification's
ANSWER_MAX_BYTES = 32_768  # eight cosignatures, four of them post-quantum ones of 3.4 KB


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back; ``body`` is at most ``ANSWER_MAX_BYTES``."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosignature:
    """One that holds: the note's line, with its newline, and when it was made by the witness's clock."""

    line: str
    at: datetime


def body_of(old_size: int, proof: Sequence[bytes], note: str) -> bytes:
    """Return the body of a call; raise ValueError for a proof that is longer than a call may have."""
    if len(proof) > PROOF_LINES_MAX:
        message = f"a proof of {len(proof)} hashes"
        raise ValueError(message)
    lines = [f"old {old_size}", *(base64std.encode(each) for each in proof), "", note]
    return "\n".join(lines).encode()


def read_cosignature(body: bytes, note: SignedNote, key: VerifierKey, now: datetime) -> Cosignature:
    """Return the witness's cosignature of ``note``'s text; raise NotCosignedError."""
    try:
        lines = [NoteSignature.parse(line) for line in _lines(body)]
        own = tuple(line for line in lines if (line.name, line.key_id) == (key.name, key.key_id))
        times = [cosigned_at(SignedNote(text=note.text, signatures=(line,)), key, now) for line in own]
    except ProtocolError as error:
        is_false = error.rule == LogRule.NOTE_SIGNATURE_WRONG
        raise NotCosignedError(Trouble.FALSE if is_false else Trouble.FOREIGN) from error
    found = max(((at, line.format()) for at, line in zip(times, own, strict=True) if at is not None), default=None)
    if found is None:
        raise NotCosignedError(Trouble.TIME_OFF if own else Trouble.FALSE)
    at, line = found
    if now - at > CLOCK_SKEW_MAX:
        raise NotCosignedError(Trouble.TIME_OFF)
    return Cosignature(line=line, at=at)


def read_size(answer: Answer) -> int | None:
    """Return the size that a conflict names; None where it names none; raise NotCosignedError where it is none."""
    if answer.content_type != SIZE_TYPE:
        return None
    try:
        text = answer.body.decode("ascii")
        return parse_decimal(text.removesuffix("\n"), rule=LogRule.CHECKPOINT_MALFORMED)
    except (UnicodeDecodeError, ProtocolError) as error:
        raise NotCosignedError(Trouble.FOREIGN) from error


def _lines(body: bytes) -> Sequence[str]:
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise ProtocolError(LogRule.NOTE_MALFORMED, "not UTF-8") from error
    lines = text.split("\n")
    if len(lines) > SIGNATURES_MAX + 1 or lines.pop():
        raise ProtocolError(LogRule.NOTE_MALFORMED, "lines")
    return lines
