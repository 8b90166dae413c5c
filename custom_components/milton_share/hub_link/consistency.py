"""The public log only grows: each checkpoint must continue the last one that this home saw."""

from __future__ import annotations

from dataclasses import replace
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


async def follow_log(client: HubClient | None, seen: Seen, checkpoint: Checkpoint) -> Seen:
    """Return what was seen with this checkpoint in it; ask the hub for the proof where one is needed.

    Raises ProtocolError when the log is another one than before, `HubAwayError` when no answer came, or when the hub
    may not be asked now (``client`` is None).
    """
    if seen.log_size == checkpoint.size and seen.log_root == checkpoint.root.hex():
        return seen
    if checkpoint.size < seen.log_size:
        raise ProtocolError(LOG_SHRANK, f"from {seen.log_size} to {checkpoint.size}")
    if seen.log_size:
        proof = await _proof(client, seen.log_size, checkpoint.size)
        verify_consistency(seen.log_size, bytes.fromhex(seen.log_root), checkpoint.size, checkpoint.root, proof)
    return replace(seen, log_size=checkpoint.size, log_root=checkpoint.root.hex())


async def _proof(client: HubClient | None, old_size: int, size: int) -> tuple[bytes, ...]:
    if old_size == size:
        return ()
    if client is None:
        raise HubAwayError
    try:
        body, _ = await client.get(
            "/v1/log/consistency",
            query={"from": str(old_size), "to": str(size)},
            max_bytes=MESSAGE_SIZE_MAX_BYTES,
        )
    except HubRefusedError as error:
        if error.status not in _NO_PROOF or not error.is_hubs_word:
            raise HubAwayError from error  # busy, or a box on the way: no word on the log
        raise ProtocolError(LOG_PROOF_MISSING, error.rule) from error
    try:
        return ConsistencyAnswer.from_bytes(body or b"").hashes
    except ProtocolError as error:
        raise HubAwayError from error
