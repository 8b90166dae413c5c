"""Small pictures: what is asked for, and what is answered. The child writes an answer, its host reads it strictly."""

from __future__ import annotations

import base64
import json
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from ..job import TIME_MAX_MS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KINDS = ("poster", "sheet", "strip")
STILL_MAX_BYTES = 900_000  # three of them in base64 are a line of the child's
TILES_MAX, TILE_MAX_PX = 60, 1_024
CLIP_MAX_MS = 12 * 3_600_000
ROUGH_MAX, ROUGH_MAX_BYTES = 24, 90_000  # as many as a phone shows in some rows
JPEG_STARTS = b"\xff\xd8\xff"


class NotPicturesError(ValueError):
    """What a child said that made none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stills:
    """JPEGs of a clip, and at which milliseconds of it the tiles of the strip are."""

    poster: bytes
    sheet: bytes
    strip: bytes
    tile_width: int
    tile_height: int
    at_ms: tuple[int, ...]

    def to_value(self) -> dict[str, object]:
        """Return it as `read_stills` reads it."""
        return asdict(self) | {kind: base64.b64encode(getattr(self, kind)).decode() for kind in KINDS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A JPEG of a recording and its time, UTC ms."""

    at_ms: int
    jpeg: bytes

    def to_value(self) -> dict[str, object]:
        """Return it as `read_rough` reads it."""
        return {"at_ms": self.at_ms, "jpeg": base64.b64encode(self.jpeg).decode()}


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedPictures:
    """One file, when it begins (UTC ms), and the moments of which it should show something, in order."""

    path: Path
    from_ms: int
    at_ms: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoughJob:
    """What is wanted of recordings; only pictures inside `[from_ms, until_ms)` are shown."""

    files: tuple[WantedPictures, ...]
    from_ms: int
    until_ms: int


def read_stills(line: bytes) -> Stills:
    """Read the pictures of a clip; raises NotPicturesError."""
    with _strictly():
        said = json.loads(line)["stills"]
        at_ms = tuple(_count(value, CLIP_MAX_MS) for value in said["at_ms"])
        if not 0 < len(at_ms) <= TILES_MAX or list(at_ms) != sorted(at_ms):
            raise NotPicturesError
        return Stills(
            **{kind: _jpeg(said[kind], STILL_MAX_BYTES) for kind in KINDS},
            tile_width=_count(said["tile_width"], TILE_MAX_PX),
            tile_height=_count(said["tile_height"], TILE_MAX_PX),
            at_ms=at_ms,
        )


def read_rough(line: bytes) -> tuple[Picture, ...]:
    """Read pictures of recordings, oldest first; raises NotPicturesError."""
    with _strictly():
        said = json.loads(line)["rough"]
        if not isinstance(said, list) or len(said) > ROUGH_MAX:
            raise NotPicturesError
        found = tuple(
            Picture(at_ms=_count(one["at_ms"], TIME_MAX_MS), jpeg=_jpeg(one["jpeg"], ROUGH_MAX_BYTES)) for one in said
        )
        if [one.at_ms for one in found] != sorted(one.at_ms for one in found):
            raise NotPicturesError
        return found


@contextmanager
def _strictly() -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError, RecursionError) as error:  # nor JSON, nor base64
        raise NotPicturesError from error


def _jpeg(value: object, max_bytes: int) -> bytes:
    if not isinstance(value, str) or len(value) > max_bytes * 4 // 3:
        raise NotPicturesError
    picture = base64.b64decode(value, validate=True)
    if not picture.startswith(JPEG_STARTS):
        raise NotPicturesError
    return picture


def _count(value: object, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise NotPicturesError
    return value
