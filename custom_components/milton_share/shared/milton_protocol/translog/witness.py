"""What makes a leaf *logged* for one reader: the log's signature, the reader's own witnesses, the inclusion proof."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..errors import ProtocolError
from ..limits import WITNESS_QUORUM_MAX
from .checkpoint import Checkpoint, open_checkpoint
from .cosignature import cosigned_at
from .merkle import leaf_hash, verify_inclusion
from .proof import TlogProof
from .rules import LogRule
from .verifier_key import SignatureType, VerifierKey

if TYPE_CHECKING:
    from datetime import datetime

    from .note import SignedNote

WITNESSES_MAX = 16  # twice the largest quorum: some may be away


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessPolicy:
    """How many of which witnesses must have cosigned; a quorum of 0 asks for none."""

    quorum: int
    witnesses: tuple[VerifierKey, ...]

    def __post_init__(self) -> None:
        """Refuse what could count one witness twice, or a key of another kind."""
        if not 0 <= self.quorum <= WITNESS_QUORUM_MAX or len(self.witnesses) > WITNESSES_MAX:
            raise ProtocolError(LogRule.WITNESS_POLICY_MALFORMED, "out of bounds")
        if any(witness.signature_type is not SignatureType.COSIGNATURE for witness in self.witnesses):
            raise ProtocolError(LogRule.WITNESS_POLICY_MALFORMED, "not a cosignature key")
        if len({witness.public_key for witness in self.witnesses}) != len(self.witnesses):
            raise ProtocolError(LogRule.WITNESS_POLICY_MALFORMED, "one key twice")
        if len({(witness.name, witness.key_id) for witness in self.witnesses}) != len(self.witnesses):
            raise ProtocolError(LogRule.WITNESS_POLICY_MALFORMED, "one name and key id twice")

    def at_least(self, quorum: int) -> WitnessPolicy:
        """Return this policy with the greater of both quorums: a city may raise it, never lower it."""
        return replace(self, quorum=max(self.quorum, quorum))


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessed:
    """A checkpoint that passed: by the log's key, and by these witnesses at these times."""

    checkpoint: Checkpoint
    cosigned: tuple[tuple[VerifierKey, datetime], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """A leaf that is in the log, and where."""

    index: int
    witnessed: Witnessed


def verify_witnessed(note: SignedNote, log_key: VerifierKey, policy: WitnessPolicy, now: datetime) -> Witnessed:
    """Return the checkpoint if log and quorum signed it; raise ProtocolError if not, or for a false cosignature."""
    checkpoint = open_checkpoint(note, log_key)
    cosigned = tuple(
        (witness, at)
        for witness in policy.witnesses
        if witness.public_key != log_key.public_key and (at := cosigned_at(note, witness, now)) is not None
    )
    if len(cosigned) < policy.quorum:
        raise ProtocolError(LogRule.NOT_WITNESSED, f"{len(cosigned)} of {policy.quorum}")
    return Witnessed(checkpoint=checkpoint, cosigned=cosigned)


def verify_logged(proof_text: str, leaf: bytes, log_key: VerifierKey, policy: WitnessPolicy, now: datetime) -> Logged:
    """Return where ``leaf`` is in the log; raise ProtocolError when the proof does not show it under ``policy``."""
    proof = TlogProof.parse(proof_text)
    witnessed = verify_witnessed(proof.checkpoint_note, log_key, policy, now)
    checkpoint = witnessed.checkpoint
    verify_inclusion(leaf_hash(leaf), proof.index, checkpoint.size, proof.hashes, checkpoint.root)
    return Logged(index=proof.index, witnessed=witnessed)
