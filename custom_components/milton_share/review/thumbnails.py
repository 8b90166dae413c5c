"""Small pictures of what a camera saw in the time asked for, before anything is cut: in memory alone, at home alone.

Made by a child when a page first wants them, of the recordings that are held for a case. Nobody but an approver gets
them; they are never on the disk, never sealed, never sent, and are forgotten when their case is decided or over.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from ..const import LOGGER
from ..errors import MiltonShareError
from ..processes.child import ChildFailedError, last_line
from .stills import STILLS_FAILED, picture_of

if TYPE_CHECKING:
    from pathlib import Path

    from ..shared.milton_protocol.messages.manifest_parts import Period
    from ..sources.model import Coverage

PROGRAM: Final = "import sys; sys.path.append(sys.argv[1]); from clips.pictures.rough import main; sys.exit(main())"
WALL_S: Final = 90.0
LIMITS: Final = {"memory_bytes": 2 * 2**30, "cpu_s": 60, "file_size_bytes": 1, "open_files": 32}
PICTURES_MAX: Final = 24  # as many as a phone shows in some rows
PICTURE_MAX_BYTES: Final = 90_000
KEPT_CASES: Final = 12  # a quarter of a megabyte each
APART_MS: Final = 5_000  # of less time there are fewer
MS_MAX: Final = 2**53


@dataclass(frozen=True, slots=True, kw_only=True)
class RoughPicture:
    """A JPEG, and about when it was taken."""

    at: datetime
    jpeg: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RoughFile:
    """A recording, when it begins (UTC ms), and the moments of which it should show something."""

    path: Path
    from_ms: int
    at_ms: tuple[int, ...]


class NotRoughError(ValueError):
    """What a child said that made none."""


class RoughBook:
    """Makes and keeps them, one case at a time."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self._kept: OrderedDict[str, tuple[tuple[RoughFile, ...], tuple[RoughPicture, ...]]] = OrderedDict()
        self._turn = asyncio.Lock()

    async def of(self, case_id: str, coverage: Coverage, part: Period) -> tuple[RoughPicture, ...]:
        """Return pictures of what is held for a case, oldest first; raise MiltonShareError `stills_failed`."""
        wanted = files_wanted(coverage, part)
        async with self._turn:
            kept = self._kept.get(case_id)
            if kept is None or kept[0] != wanted:
                kept = wanted, await _make(wanted, part) if wanted else ()
                self._kept[case_id] = kept
            self._kept.move_to_end(case_id)
            while len(self._kept) > KEPT_CASES:
                self._kept.popitem(last=False)
            return kept[1]

    def keep_only(self, case_ids: frozenset[str]) -> None:
        """Forget the pictures of all other cases."""
        for case_id in self._kept.keys() - case_ids:
            del self._kept[case_id]


def files_wanted(coverage: Coverage, part: Period) -> tuple[RoughFile, ...]:
    """Choose moments as even as can be over what is recorded of a time, and the file that has each. Pure."""
    low, high = _ms(part.from_), _ms(part.until)
    spans = [
        (segment, max(low, _ms(segment.from_)), min(high, _ms(segment.until)))
        for segment in coverage.segments
        if segment.from_ < part.until and segment.until > part.from_
    ]
    lengths = [end - start for _, start, end in spans]
    total = sum(lengths)
    count = min(PICTURES_MAX, max(1, total // APART_MS))
    moments = [(2 * number + 1) * total // (2 * count) for number in range(count)]
    found, before = [], 0
    for (segment, start, _), length in zip(spans, lengths, strict=True):
        at_ms = tuple(start + moment - before for moment in moments if before <= moment < before + length)
        if at_ms:
            found.append(RoughFile(path=segment.path, from_ms=_ms(segment.from_), at_ms=at_ms))
        before += length
    return tuple(found)


async def _make(wanted: tuple[RoughFile, ...], part: Period) -> tuple[RoughPicture, ...]:
    files = [{"path": str(one.path), "from_ms": one.from_ms, "at_ms": one.at_ms} for one in wanted]
    job = {"files": files, "from_ms": _ms(part.from_), "until_ms": _ms(part.until), "limits": LIMITS}
    try:
        return read_rough(await last_line(PROGRAM, json.dumps(job).encode(), WALL_S, lambda _line: None))
    except (ChildFailedError, TimeoutError, NotRoughError) as error:
        LOGGER.warning("No small pictures of recordings could be made: %s", type(error).__name__)
        raise MiltonShareError(STILLS_FAILED) from error


def read_rough(line: bytes) -> tuple[RoughPicture, ...]:
    """Read the child's answer, strictly: it decoded pictures. Raises NotRoughError."""
    try:
        said = json.loads(line)["rough"]
        if not isinstance(said, list) or len(said) > PICTURES_MAX:
            raise NotRoughError
        found = tuple(
            RoughPicture(at=_moment(one["at_ms"]), jpeg=picture_of(one["jpeg"], PICTURE_MAX_BYTES)) for one in said
        )
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise NotRoughError from error
    if list(found) != sorted(found, key=_time_of):
        raise NotRoughError
    return found


def _time_of(picture: RoughPicture) -> datetime:
    return picture.at


def _moment(value: object) -> datetime:
    if type(value) is not int or not 0 <= value <= MS_MAX:
        raise NotRoughError
    return datetime.fromtimestamp(value / 1_000, UTC)


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000)
