"""Small pictures of a clip that is looked at: made by a child when a page first wants them, kept in memory alone.

They show what the clip shows, so nobody but an approver gets them; they are never on the disk, never sealed, never
sent, and forgotten when their clip is wiped.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections import OrderedDict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from ..const import LOGGER
from ..errors import MiltonShareError
from ..processes.child import ChildFailedError, last_line

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PROGRAM: Final = "import sys; sys.path.append(sys.argv[1]); from clips.pictures.stills import main; sys.exit(main())"
KINDS: Final = ("poster", "sheet", "strip")
WALL_S: Final = 180.0
LIMITS: Final = {"memory_bytes": 2 * 2**30, "cpu_s": 120, "file_size_bytes": 1, "open_files": 32}
PICTURE_MAX_BYTES: Final = 900_000  # three of them in base64 are a line of the child's
TILES_MAX: Final = 60
TILE_MAX_PX: Final = 1_024
CLIP_MAX_MS: Final = 12 * 3_600_000
KEPT_CLIPS: Final = 6  # of all cases together: some hundred kilobytes each
JPEG_STARTS: Final = b"\xff\xd8\xff"
STILLS_FAILED: Final = "stills_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stills:
    """The pictures, and at which milliseconds of the clip the tiles of the strip are."""

    poster: bytes
    sheet: bytes
    strip: bytes
    tile_width: int
    tile_height: int
    at_ms: tuple[int, ...]

    def picture(self, kind: str) -> bytes:
        """Return one by its name; raise MiltonShareError `other_clip` for a name that none has."""
        found = {"poster": self.poster, "sheet": self.sheet, "strip": self.strip}.get(kind)
        if found is None:
            rule = "other_clip"
            raise MiltonShareError(rule)
        return found


class NotStillsError(ValueError):
    """What a child said that made none."""


class StillsBook:
    """Makes and keeps them, one clip at a time."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._kept: OrderedDict[Path, Stills] = OrderedDict()
        self._turn = asyncio.Lock()

    async def of(self, clip: Path) -> Stills:
        """Return the pictures of a clip; what is there waits for none. Raises MiltonShareError `stills_failed`."""
        if clip not in self._kept:
            async with self._turn:
                if clip not in self._kept:
                    self._kept[clip] = await _make(clip)
        made = self._kept[clip]
        if not await asyncio.to_thread(clip.exists):
            self._kept.pop(clip, None)
            raise MiltonShareError(STILLS_FAILED)
        self._kept[clip] = made  # again: it may have been the longest unseen meanwhile
        self._kept.move_to_end(clip)
        while len(self._kept) > KEPT_CLIPS:
            self._kept.popitem(last=False)
        return made

    def keep_only(self, clips: frozenset[Path]) -> None:
        """Forget the pictures of all other clips: they were wiped."""
        for clip in self._kept.keys() - clips:
            del self._kept[clip]


async def _make(clip: Path) -> Stills:
    job = json.dumps({"path": str(clip), "limits": LIMITS}).encode()
    try:
        return read_stills(await last_line(PROGRAM, job, WALL_S, lambda _line: None))
    except (ChildFailedError, TimeoutError, NotStillsError) as error:
        LOGGER.warning("No small pictures of a clip could be made: %s", type(error).__name__)
        raise MiltonShareError(STILLS_FAILED) from error


def read_stills(line: bytes) -> Stills:
    """Read the child's answer, strictly: it decoded pictures. Raises NotStillsError."""
    try:
        said = json.loads(line)["stills"]
        pictures = {kind: picture_of(said[kind], PICTURE_MAX_BYTES) for kind in KINDS}
        at_ms = tuple(_count(value, CLIP_MAX_MS) for value in said["at_ms"])
        width, height = _count(said["tile_width"], TILE_MAX_PX), _count(said["tile_height"], TILE_MAX_PX)
    except (KeyError, TypeError, ValueError, RecursionError) as error:  # nor JSON, nor base64
        raise NotStillsError from error
    if not 0 < len(at_ms) <= TILES_MAX or list(at_ms) != sorted(at_ms):
        raise NotStillsError
    return Stills(**pictures, at_ms=at_ms, tile_width=width, tile_height=height)


def facts_of(stills: Stills) -> Mapping[str, object]:
    """Return what a page must know of the strip."""
    return {name: value for name, value in asdict(stills).items() if name not in KINDS}


def picture_of(value: object, max_bytes: int) -> bytes:
    """Read a JPEG that a child answered, in base64; raise ValueError for anything else, or more."""
    if not isinstance(value, str) or len(value) > max_bytes * 4 // 3:
        raise ValueError
    picture = base64.b64decode(value, validate=True)
    if not picture.startswith(JPEG_STARTS):
        raise ValueError
    return picture


def _count(value: object, most: int) -> int:
    if type(value) is not int or not 0 <= value <= most:
        raise NotStillsError
    return value
