"""The public log only grows: each checkpoint must continue the last one that this home saw.

Asking for the proof and judging by it are apart: only asking speaks to the hub, and it waits for nothing at home.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..shared.milton_protocol.errors import ProtocolError
from ..shared.milton_protocol.limits import MESSAGE_SIZE_MAX_BYTES
from ..shared.milton_protocol.messages.answers import ConsistencyAnswer
from ..shared.milton_protocol.translog.merkle import verify_consistency
from .client import HubAwayError, HubRefusedError

if TYPE_CHECKING:
    from ..shared.milton_protocol.translog.checkpoint import Checkpoint
    from ..store.pins import Seen
    from .client import HubClient

_NO_PROOF = range(400, 429)  # the hub's own refusals; 429 and 5xx pass

LOG_SHRANK = "log_shrank"
LOG_PROOF_MISSING = "log_proof_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class LogAnswer:
    """What the hub said when it was asked how the log grew: hashes, or the rule by which that is no proof."""

    old_size: int
    size: int
    hashes: tuple[bytes, ...]
    rule: str | None


async def ask_log(client: HubClient, seen: Seen, checkpoint: Checkpoint) -> LogAnswer | None:
    """Ask the hub for the proof, where one is needed; None when none is, or when no answer came."""
    if not 0 < seen.log_size < checkpoint.size:
        return None
    hashes: tuple[bytes, ...] = ()
    rule = None
    try:
        body, _ = await client.get(
            "/v1/log/consistency",
            query={"from": str(seen.log_size), "to": str(checkpoint.size)},
            max_bytes=MESSAGE_SIZE_MAX_BYTES,
        )
        hashes = ConsistencyAnswer.from_bytes(body or b"").hashes
    except (HubAwayError, ProtocolError):
        return None
    except HubRefusedError as error:
        if error.status not in _NO_PROOF or not error.is_hubs_word:
            return None  # busy, or a box on the way: no word on the log
        rule = LOG_PROOF_MISSING
    return LogAnswer(old_size=seen.log_size, size=checkpoint.size, hashes=hashes, rule=rule)


def follow_log(seen: Seen, checkpoint: Checkpoint, answer: LogAnswer | None) -> Seen:
    """Return what was seen with this checkpoint in it.

    Raises ProtocolError when the log is another one than before, `HubAwayError` when a proof is needed that ``answer``
    does not give.
    """
    if seen.log_size == checkpoint.size and seen.log_root == checkpoint.root.hex():
        return seen
    if checkpoint.size < seen.log_size:
        raise ProtocolError(LOG_SHRANK, f"from {seen.log_size} to {checkpoint.size}")
    if seen.log_size:
        proof = _proof(seen.log_size, checkpoint.size, answer)
        verify_consistency(seen.log_size, bytes.fromhex(seen.log_root), checkpoint.size, checkpoint.root, proof)
    return replace(seen, log_size=checkpoint.size, log_root=checkpoint.root.hex())


def _proof(old_size: int, size: int, answer: LogAnswer | None) -> tuple[bytes, ...]:
    if old_size == size:
        return ()
    if answer is None or (answer.old_size, answer.size) != (old_size, size):
        raise HubAwayError
    if answer.rule is not None:
        raise ProtocolError(answer.rule)
    return answer.hashes
