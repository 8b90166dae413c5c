"""The rules of the public log that a message can break (docs/protocol.md section 12)."""

from __future__ import annotations

from enum import StrEnum


class LogRule(StrEnum):
    """The stable names of the log's rules."""

    NOTE_MALFORMED = "note_malformed"
    NOTE_NOT_SIGNED = "note_not_signed"
    NOTE_SIGNATURE_WRONG = "note_signature_wrong"
    VERIFIER_KEY_MALFORMED = "verifier_key_malformed"
    CHECKPOINT_MALFORMED = "checkpoint_malformed"
    LOG_ORIGIN_UNKNOWN = "log_origin_unknown"
    LOG_PROOF_MALFORMED = "log_proof_malformed"
    NOT_IN_LOG = "not_in_log"
    LOG_NOT_CONSISTENT = "log_not_consistent"
    LOG_NOT_FOLLOWED = "log_not_followed"
    LOG_SIZE_OUT_OF_BOUNDS = "log_size_out_of_bounds"
    WITNESS_POLICY_MALFORMED = "witness_policy_malformed"
    NOT_WITNESSED = "not_witnessed"
    TILE_UNKNOWN = "tile_unknown"
    LEAF_TOO_LONG = "leaf_too_long"
