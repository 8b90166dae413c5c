"""A manifest as an expert has it: the signed envelope, or the statement in it. Read, not verified.

The form is that of docs/protocol.md section 10; only what the comparison needs is taken.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast

from ..result import COPIED, ENCODED, FrameRange

MANIFEST_MAX_BYTES = 8 * 2**20  # a manifest has at most 4 MiB, as base64 in an envelope a third more
COUNT_MAX = 2**53 - 1
_SHA256 = re.compile(r"[0-9a-f]{64}")

type Json = dict[str, object]


class NotAManifestError(ValueError):
    """What was given is no manifest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedRange:
    """A range (UTC ms), and where in the clip its first frame is; None where nothing was recorded."""

    from_ms: int
    until_ms: int
    first_frame_ms: int | None
    stored_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedSource:
    """A recorded file by its digest, and its time (UTC ms)."""

    sha256: str
    from_ms: int
    until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What a manifest says of a clip and of the recordings that it came from."""

    clip_sha256: str
    preview_sha256: str | None
    ranges: tuple[StatedRange, ...]
    frames: tuple[FrameRange, ...]
    sources: tuple[StatedSource, ...]
    audio: str
    masks: int


def read_statement(data: bytes) -> Statement:
    """Read a manifest; raises NotAManifestError."""
    if len(data) > MANIFEST_MAX_BYTES:
        message = "too long"
        raise NotAManifestError(message)
    try:
        value = json.loads(data)
        if "payload" in value:
            value = json.loads(base64.b64decode(value["payload"], validate=True))
        return _statement(value)
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError, OverflowError, binascii.Error) as error:
        raise NotAManifestError(type(error).__name__) from error


def _statement(value: Json) -> Statement:
    (subject,) = _objects(value["subject"])
    predicate, digest = cast("Json", value["predicate"]), cast("Json", subject["digest"])
    preview, edits = predicate["preview_sha256"], cast("Json", predicate["edits"])
    return Statement(
        clip_sha256=_sha256(digest["sha256"]),
        preview_sha256=None if preview is None else _sha256(preview),
        ranges=tuple(_range(item) for item in _objects(predicate["ranges"])),
        frames=tuple(_frames(item) for item in _objects(predicate["frames"])),
        sources=tuple(
            StatedSource(
                sha256=_sha256(item["sha256"]), from_ms=_time_ms(item["from"]), until_ms=_time_ms(item["until"])
            )
            for item in _objects(predicate["segments"])
        ),
        audio=str(edits["audio"]),
        masks=len(_objects(edits["masks"])),
    )


def _range(item: Json) -> StatedRange:
    first, stored = item["first_frame"], item["stored_ms"]
    if (first is None) != (stored is None):
        raise ValueError(item)
    return StatedRange(
        from_ms=_time_ms(item["from"]),
        until_ms=_time_ms(item["until"]),
        first_frame_ms=None if first is None else _time_ms(first),
        stored_ms=None if stored is None else _count(stored),
    )


def _frames(item: Json) -> FrameRange:
    kind, digest = item["kind"], item["slices_sha256"]
    if kind not in {COPIED, ENCODED} or (kind == COPIED) != (digest is not None):
        raise ValueError(kind)
    return FrameRange(
        first=_count(item["first"]),
        count=_count(item["count"]),
        kind=str(kind),
        slices_sha256=None if digest is None else _sha256(digest),
    )


def _objects(value: object) -> list[Json]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise TypeError(value)
    return value


def _sha256(value: object) -> str:
    if not isinstance(value, str) or not _SHA256.fullmatch(value):
        raise ValueError(value)
    return value


def _count(value: object) -> int:
    if type(value) is not int or not 0 <= value <= COUNT_MAX:
        raise ValueError(value)
    return value


def _time_ms(value: object) -> int:
    moment = datetime.strptime(str(value), "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    return round(moment.timestamp() * 1_000)
