"""The words of tus 1.0 (https://tus.io/protocols/resumable-upload): core, creation, termination, checksum.

Pure readers of headers; what breaks a rule raises a HubError with the status that tus gives it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING

from hub.kit.errors import HubError

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION = "1.0.0"
EXTENSIONS = "creation,termination,checksum"
CHECKSUM_ALGORITHM = "sha256"
PIECE_CONTENT_TYPE = "application/offset+octet-stream"
RESUMABLE = {"Tus-Resumable": VERSION}
NUMBER_MAX_CHARS = 16  # 2**53 has as many digits

BAD_REQUEST = 400
CONFLICT = 409
PRECONDITION_FAILED = 412
TOO_LARGE = 413
UNSUPPORTED = 415
LOCKED = 423
CHECKSUM_MISMATCH = 460


def capabilities(size_max_bytes: int) -> dict[str, str]:
    """Return what OPTIONS answers."""
    return RESUMABLE | {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(size_max_bytes),
        "Tus-Checksum-Algorithm": CHECKSUM_ALGORITHM,
    }


def check_version(headers: Mapping[str, str]) -> None:
    """Refuse a client of another version (``tus_version``)."""
    if headers.get("Tus-Resumable") != VERSION:
        rule = "tus_version"
        raise HubError(
            rule, PRECONDITION_FAILED, "This upload speaks tus 1.0.0 only.", headers={"Tus-Version": VERSION}
        )


def check_piece(headers: Mapping[str, str]) -> None:
    """Refuse a PATCH that is not plain bytes (``not_offset_bytes``, ``encoded_body``)."""
    if headers.get("Content-Type") != PIECE_CONTENT_TYPE:
        rule = "not_offset_bytes"
        raise HubError(rule, UNSUPPORTED, f"A piece is {PIECE_CONTENT_TYPE}.")
    check_not_encoded(headers)


def check_not_encoded(headers: Mapping[str, str]) -> None:
    """Refuse a compressed body: it would be unpacked without a bound, and digests are over what was sent."""
    if headers.get("Content-Encoding", "identity").lower() != "identity":
        rule = "encoded_body"
        raise HubError(rule, UNSUPPORTED, "Bodies are sent as they are, not compressed.")


def offset(headers: Mapping[str, str]) -> int:
    """Return Upload-Offset."""
    return _number(headers, "Upload-Offset")


def length(headers: Mapping[str, str]) -> int:
    """Return Upload-Length; a deferred length is not offered."""
    return _number(headers, "Upload-Length")


def checksum(headers: Mapping[str, str]) -> bytes | None:
    """Return the SHA-256 that a piece must have, None when the client names none."""
    value = headers.get("Upload-Checksum")
    if value is None:
        return None
    algorithm, _, encoded = value.partition(" ")
    try:
        digest = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if algorithm != CHECKSUM_ALGORITHM or len(digest) != hashlib.sha256().digest_size:
        rule = "checksum_form"
        raise HubError(rule, BAD_REQUEST, "Upload-Checksum is sha256 and the digest in base64.")
    return digest


def _number(headers: Mapping[str, str], name: str) -> int:
    text = headers.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= NUMBER_MAX_CHARS):
        rule = "header_missing"
        raise HubError(rule, BAD_REQUEST, f"{name} is missing or no number.")
    return int(text)
