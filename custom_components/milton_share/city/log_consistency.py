"""The public log only grows, and it is one log for everybody.

Invariants: each live statement's checkpoint continues the last one that this home saw; a request counts as logged only
under a checkpoint that is proven to be an earlier state of that same tree. A checkpoint once proven stays so, because
the log that it belongs to is followed from then on.

Asking for proofs and judging by them are apart: only asking speaks to the hub, and it waits for nothing at home.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..hub_link.client import HubAwayError, HubRefusedError
from ..shared.milton_protocol.errors import ProtocolError
from ..shared.milton_protocol.limits import MESSAGE_SIZE_MAX_BYTES
from ..shared.milton_protocol.messages.homes.answers import ConsistencyAnswer
from ..shared.milton_protocol.translog.merkle import verify_consistency

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ..hub_link.client import HubClient
    from ..shared.milton_protocol.translog.checkpoint import Checkpoint
    from .pins_table import Seen

_NO_PROOF = range(400, 429)  # the hub's own refusals; 429 and 5xx pass

LOG_SHRANK = "log_shrank"
LOG_PROOF_MISSING = "log_proof_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogAnswer:
    """What the hub said when it was asked how the log grew: hashes, or the rule by which that is no proof."""

    hashes: tuple[bytes, ...]
    rule: str | None


type Answers = Mapping[tuple[int, int], LogAnswer]  # by the two sizes between which the log grew


def sizes_to_ask(seen: Seen, checkpoint: Checkpoint, proofs: Collection[Checkpoint]) -> tuple[int, ...]:
    """Return the sizes whose growth to ``checkpoint`` the hub has to prove; this home's own last one first."""
    known = {size for size, _ in seen.log_roots}
    others = {proof.size for proof in proofs} - known - {seen.log_size}
    return tuple(size for size in (seen.log_size, *sorted(others)) if 0 < size < checkpoint.size)


async def ask_log(client: HubClient, old_size: int, size: int) -> LogAnswer | None:
    """Ask the hub how the log grew between two sizes; None when no answer came."""
    hashes: tuple[bytes, ...] = ()
    rule = None
    try:
        body, _ = await client.get(
            "/v1/log/consistency", query={"from": str(old_size), "to": str(size)}, max_bytes=MESSAGE_SIZE_MAX_BYTES
        )
        hashes = ConsistencyAnswer.from_bytes(body or b"").hashes
    except (HubAwayError, ProtocolError):
        return None
    except HubRefusedError as error:
        if error.status not in _NO_PROOF or not error.is_hubs_word:
            return None  # busy, or a box on the way: no word on the log
        rule = LOG_PROOF_MISSING
    return LogAnswer(hashes=hashes, rule=rule)


def follow_log(seen: Seen, checkpoint: Checkpoint, proofs: Collection[Checkpoint], answers: Answers) -> Seen:
    """Return what was seen with this checkpoint in it, and with those of ``proofs`` that belong to the same log.

    Raises ProtocolError when the log is another one than before, `HubAwayError` when a proof is needed that ``answers``
    don't have. A checkpoint of ``proofs`` that isn't proven is left out.
    """
    if checkpoint.size < seen.log_size:
        raise ProtocolError(LOG_SHRANK, f"from {seen.log_size} to {checkpoint.size}")
    if seen.log_size:
        _require_continued(seen.log_size, bytes.fromhex(seen.log_root), checkpoint, answers)
    root = checkpoint.root.hex()
    known = dict(seen.log_roots) | {seen.log_size: seen.log_root, checkpoint.size: root}
    roots = {proof.size: known[proof.size] for proof in proofs if proof.size in known}
    for proof in proofs:
        with suppress(ProtocolError, HubAwayError):
            if proof.size not in known and proof.size < checkpoint.size:
                _require_continued(proof.size, proof.root, checkpoint, answers)
                roots[proof.size] = proof.root.hex()
    return replace(seen, log_size=checkpoint.size, log_root=root, log_roots=tuple(sorted(roots.items())))


def continues(seen: Seen, checkpoint: Checkpoint, answers: Answers) -> bool | None:
    """Whether a log of another name has all that was seen of the one before; None while the hub hasn't proven it."""
    try:
        if seen.log_size:
            _require_continued(seen.log_size, bytes.fromhex(seen.log_root), checkpoint, answers)
    except HubAwayError:
        return None
    except ProtocolError:
        return False
    return True


def _require_continued(old_size: int, old_root: bytes, checkpoint: Checkpoint, answers: Answers) -> None:
    hashes: tuple[bytes, ...] = ()
    if old_size < checkpoint.size:
        answer = answers.get((old_size, checkpoint.size))
        if answer is None:
            raise HubAwayError
        if answer.rule is not None:
            raise ProtocolError(answer.rule)
        hashes = answer.hashes
    verify_consistency(old_size, old_root, checkpoint.size, checkpoint.root, hashes)
