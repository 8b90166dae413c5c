"""The rules that a sealed part or one of its keys can break (docs/protocol.md section 12)."""

from __future__ import annotations

from enum import StrEnum


class SealRule(StrEnum):
    """The stable names of the rules of sealing."""

    KEY_MALFORMED = "age_key_malformed"
    RECIPIENTS_OUT_OF_BOUNDS = "sealed_recipients_out_of_bounds"
    HEADER_MALFORMED = "sealed_header_malformed"
    HEADER_MAC_WRONG = "sealed_header_mac_wrong"
    NOT_A_RECIPIENT = "not_a_recipient"
    FILE_KEY_MALFORMED = "sealed_file_key_malformed"
    BODY_MALFORMED = "sealed_body_malformed"
    BODY_WRONG = "sealed_body_wrong"
