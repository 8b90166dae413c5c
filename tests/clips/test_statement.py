"""A manifest that somebody hands to an expert may be anything."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from custom_components.milton_share.clips.expert.statement import MANIFEST_MAX_BYTES, NotAManifestError, read_statement

DIGEST, MOMENT = "ab" * 32, "2026-11-10T07:10:00.000Z"
FRAMES = {"first": 0, "count": 2, "kind": "copied", "slices_sha256": DIGEST}
RANGE = {"from": MOMENT, "until": MOMENT, "first_frame": MOMENT, "stored_ms": 0}


def statement(**changes: Any) -> bytes:  # noqa: ANN401
    """Return a manifest's statement with changes in its predicate."""
    predicate = {
        "preview_sha256": None,
        "edits": {"audio": "kept", "masks": [{}]},
        "ranges": [RANGE, {**RANGE, "first_frame": None, "stored_ms": None}],
        "frames": [FRAMES, {"first": 2, "count": 1, "kind": "encoded", "slices_sha256": None}],
        "segments": [{"sha256": DIGEST, "from": MOMENT, "until": MOMENT}],
    }
    subject = [{"name": "clip.mp4", "digest": {"sha256": DIGEST}}]
    return json.dumps({"subject": subject, "predicate": {**predicate, **changes}}).encode()


def test_the_envelope_and_the_statement_in_it_are_read_alike() -> None:
    """An expert may have either."""
    bare = read_statement(statement())
    assert (bare.clip_sha256, bare.audio, bare.masks, len(bare.frames), len(bare.ranges)) == (DIGEST, "kept", 1, 2, 2)
    envelope = {"payload": base64.b64encode(statement()).decode(), "payloadType": "x", "signatures": []}
    assert read_statement(json.dumps(envelope).encode()) == bare


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b'{"payload": 5}',
        b'{"payload": "%%%"}',
        b"[" * 100_000,
        b" " * (MANIFEST_MAX_BYTES + 1),
        statement(ranges=[{**RANGE, "stored_ms": None}]),
        statement(ranges=[{**RANGE, "stored_ms": -1}]),
        statement(ranges=[{**RANGE, "from": "yesterday"}]),
        statement(frames=[{**FRAMES, "kind": "made up"}]),
        statement(frames=[{**FRAMES, "slices_sha256": None}]),
        statement(frames=[{**FRAMES, "slices_sha256": "AB" * 32}]),
        statement(frames=[{**FRAMES, "count": True}]),
        statement(segments=["x"]),
        statement(segments={}),
    ],
    ids=range(16),
)
def test_what_is_no_manifest_is_refused(data: bytes) -> None:
    """By one rule, never by a failure inside."""
    with pytest.raises(NotAManifestError):
        read_statement(data)
