"""Checks of the journey's result that use none of the project's code.

What is read here follows docs/protocol.md and the published formats alone: RFC 6962, C2SP notes and proofs, DSSE,
WebAuthn (by the ``webauthn`` library), age (by ``pyrage``), MP4 boxes and pixels. Each function raises
:class:`EvidenceError` with the first difference it finds.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from webauthn import verify_authentication_response
from webauthn.helpers import bytes_to_base64url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CELL_STEP_E2 = 2  # the leaf's cell is a multiple of 0.02 degree


class EvidenceError(AssertionError):
    """The result differs from what it must be."""


def need(condition: object, words: str) -> None:
    """Raise EvidenceError with ``words`` unless ``condition`` holds."""
    if not condition:
        raise EvidenceError(words)


def unb64(text: str) -> bytes:
    """Decode base64url without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def dsse_payload(envelope: bytes, keys: list[bytes]) -> bytes:
    """Return the payload of a DSSE envelope that every one of ``keys`` (raw Ed25519) signed."""
    message = json.loads(envelope)
    payload = base64.b64decode(message["payload"])
    kind = message["payloadType"].encode()
    signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
    signatures = {entry["keyid"]: base64.b64decode(entry["sig"]) for entry in message["signatures"]}
    for key in keys:
        Ed25519PublicKey.from_public_bytes(key).verify(signatures[hashlib.sha256(key).hexdigest()], signed)
    return payload


def check_note(note: str, name: str, key: bytes) -> list[str]:
    """Check the log's signature on a C2SP signed note; return the lines of its text."""
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    key_id = hashlib.sha256(name.encode() + b"\n\x01" + key).digest()[:4]
    for line in signatures.splitlines():
        _, signer, blob = line.split(" ")
        raw = base64.b64decode(blob)
        if signer == name and raw[:4] == key_id:
            Ed25519PublicKey.from_public_bytes(key).verify(raw[4:], text.encode())
            return text.splitlines()
    message = "the log did not sign its checkpoint"
    raise EvidenceError(message)


def root_from_proof(leaf: bytes, index: int, size: int, hashes: list[bytes]) -> bytes:
    """Return the root that an inclusion proof leads to (RFC 9162 section 2.1.3.2)."""
    node = hashlib.sha256(b"\x00" + leaf).digest()
    first, last = index, size - 1
    for sibling in hashes:
        need(last > 0, "the inclusion proof is too long")
        if first & 1 or first == last:
            node = hashlib.sha256(b"\x01" + sibling + node).digest()
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\x01" + node + sibling).digest()
        first, last = first >> 1, last >> 1
    need(last == 0, "the inclusion proof is too short")
    return node


def _even(value_e7: float) -> int:
    steps = value_e7 / 1e5 / CELL_STEP_E2
    return CELL_STEP_E2 * int(steps + (0.5 if steps >= 0 else -0.5))


def _middle(area: dict[str, Any]) -> tuple[float, float]:
    if area["kind"] == "circle":
        return area["center"][0], area["center"][1]
    latitudes = [point[0] for point in area["points"]]
    longitudes = [point[1] for point in area["points"]]
    return (min(latitudes) + max(latitudes)) / 2, (min(longitudes) + max(longitudes)) / 2


def check_logged(payload: bytes, proof: str, origin: str, log_key: bytes) -> None:
    """Check that the request's leaf is in the log whose checkpoint the proof carries."""
    request = json.loads(payload)
    latitude, longitude = _middle(request["area"])
    leaf = {
        "case": request["case_number"],
        "cell": f"{_even(latitude)},{_even(longitude)}",
        "day": request["created_at"][:10],
        "id": hashlib.sha256(payload).hexdigest(),
        "kind": "urgent_request" if request["urgency"] == "urgent" else "request",
        "offence": request["offence_code"],
        "type": "milton/leaf",
        "version": 1,
    }
    head, _, note = proof.partition("\n\n")
    lines = head.splitlines()
    need(lines[0] == "c2sp.org/tlog-proof@v1", "the proof is not a tlog-proof")
    lines = [line for line in lines[1:] if not line.startswith("extra ")]
    index = int(lines[0].removeprefix("index "))
    hashes = [base64.b64decode(line) for line in lines[1:]]
    text = check_note(note, origin, log_key)
    need(text[0] == origin, "the checkpoint is of another log")
    encoded = json.dumps(leaf, separators=(",", ":"), sort_keys=True, ensure_ascii=False).encode()
    found = root_from_proof(encoded, index, int(text[1]), hashes)
    need(found == base64.b64decode(text[2]), "the request is not in the log")


def check_assertions(bundle: dict[str, Any], directory: dict[str, Any]) -> None:
    """Check every passkey signature of a bundle by the ``webauthn`` library, under the directory's credentials."""
    payload = unb64(bundle["payload"])
    credentials = {entry["credential_id"]: entry for person in directory["people"] for entry in person["credentials"]}
    need(bundle["assertions"], "the bundle is unsigned")
    for assertion in bundle["assertions"]:
        credential = credentials[assertion["credential_id"]]
        verify_authentication_response(
            credential={
                "id": assertion["credential_id"],
                "rawId": assertion["credential_id"],
                "type": "public-key",
                "response": {
                    "clientDataJSON": assertion["client_data"],
                    "authenticatorData": assertion["authenticator_data"],
                    "signature": assertion["signature"],
                },
            },
            expected_challenge=hashlib.sha256(payload).digest(),
            expected_rp_id=credential["rp_id"],
            expected_origin=credential["origin"],
            credential_public_key=_cose(credential["algorithm"], unb64(credential["public_key"])),
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    need(bytes_to_base64url(payload) == bundle["payload"], "the payload is not canonical base64url")


def _cose(algorithm: int, key: bytes) -> bytes:
    """Return a COSE key (RFC 9053) of raw bytes."""
    if algorithm == -8:  # EdDSA
        return b"\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20" + key
    return b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20" + key[1:33] + b"\x22\x58\x20" + key[33:]


def identity_in(path: Path) -> str:
    """Return the age identity that a key file holds."""
    return path.read_text().strip()


def open_sealed(header: bytes, body: bytes, identity: str) -> bytes:
    """Decrypt one sealed part with another implementation of age."""
    return bytes(pyrage.decrypt(header + body, [pyrage.x25519.Identity.from_str(identity)]))


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[str, int, int]]:
    """Walk the MP4 boxes of ``data``, containers first: (path, start of the content, end)."""
    stop = len(data) if end is None else end
    position = start
    while position + 8 <= stop:
        size, kind = struct.unpack(">I4s", data[position : position + 8])
        head = 8
        if size == 1:
            size, head = struct.unpack(">Q", data[position + 8 : position + 16])[0], 16
        size = size or stop - position
        name = kind.decode("latin1")
        yield name, position + head, position + size
        if name in {"moov", "trak", "mdia", "minf", "stbl", "edts", "udta"}:
            for inner, first, last in boxes(data, position + head, position + size):
                yield f"{name}/{inner}", first, last
        position += size


# What ffmpeg's muxer always writes: a list of tags with no tag in it.
EMPTY_TAGS = b"\0\0\0\x35meta" + bytes(7) + b"\x21hdlr" + bytes(8) + b"mdirappl" + bytes(12) + b"\x08ilst"


def check_container(clip: bytes) -> None:
    """Check that the file hides nothing: no edit list, no user data, no metadata, no fragment, no bytes beside."""
    hidden = {"edts", "elst", "udta", "meta", "uuid", "moof", "sidx", "free", "skip", "wide"}
    for path, start, end in boxes(clip):
        content = clip[start:end]
        if path.startswith("moov/udta") and EMPTY_TAGS.endswith(content):
            continue
        need(path.rpartition("/")[2] not in hidden or not content, f"the clip holds {path} of {len(content)} bytes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One picture of the clip: its place in the track and what its pixels say."""

    number: int
    epoch_ms: int


def check_frames(frames: list[Frame], from_ms: int, until_ms: int, uncertainty_ms: int, gaps: int) -> None:
    """Check that the frames are those of the range, all of them, in order.

    The camera's own clock stands in the pixels; the home knows a frame's time with ``uncertainty_ms`` only.
    """
    need(frames, "the clip has no frame")
    outside = [f for f in frames if not from_ms - uncertainty_ms <= f.epoch_ms < until_ms + uncertainty_ms]
    need(
        not outside,
        f"{len(outside)} frames lie outside the approved range, the first by {_beyond(outside, from_ms, until_ms)} ms",
    )
    steps = [b.number - a.number for a, b in itertools.pairwise(frames)]
    need(all(step > 0 for step in steps), "frames are repeated or out of order")
    need(
        sum(step > 1 for step in steps) <= gaps,
        f"frames are missing at {[i for i, s in enumerate(steps) if s > 1][:5]}",
    )
    need(frames[0].epoch_ms - from_ms < 1000 + uncertainty_ms, "the clip begins late")
    need(until_ms - frames[-1].epoch_ms < 1000 + uncertainty_ms, "the clip ends early")


def _beyond(frames: list[Frame], from_ms: int, until_ms: int) -> int:
    if not frames:
        return 0
    first = frames[0].epoch_ms
    return from_ms - first if first < from_ms else first - until_ms


def sha256(path: Path) -> str:
    """Return a file's digest."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
