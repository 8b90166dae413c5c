"""Small pictures of clips, and of what a camera saw before anything is cut: in memory alone, at home alone.

Made by a child when a page first wants them. They show what the clip or the recordings held for a case show, so nobody
but an approver gets them; they are never on the disk, never sealed, never sent, and are forgotten when their clip is
wiped, or when their case is decided or over.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Final

from ..clips.pictures.model import ROUGH_MAX, NotPicturesError, RoughJob, WantedPictures, read_rough, read_stills
from ..const import LOGGER
from ..errors import MiltonShareError
from ..processes.child import ChildFailedError, last_line

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Mapping
    from datetime import datetime
    from pathlib import Path

    from ..clips.pictures.model import Picture, Stills
    from ..shared.milton_protocol.messages.shares.manifest_parts import Period
    from ..sources.model import Coverage

PROGRAM: Final = "import sys; sys.path.append(sys.argv[1]); from clips.pictures.program import main; sys.exit(main())"
STILLS_CPU_S: Final = 120  # a long clip is gone through once; recordings are looked into at some places
ROUGH_CPU_S: Final = 60
WALL_RATIO: Final = 1.5  # on a machine that has other work
LIMITS: Final = {"memory_bytes": 2 * 2**30, "file_size_bytes": 1, "open_files": 32}
KEPT_CLIPS: Final = 6  # of all cases together: some hundred kilobytes each
KEPT_CASES: Final = 12  # a quarter of a megabyte each
APART_MS: Final = 5_000  # of less time there are fewer
STILLS_FAILED: Final = "stills_failed"


class Kept[Key, Made]:
    """What was wanted last, made one at a time; what is there waits for none."""

    def __init__(self, most: int) -> None:
        """Keep nothing yet."""
        self.made: OrderedDict[Key, Made] = OrderedDict()
        self._most, self._turn = most, asyncio.Lock()

    async def of(self, key: Key, make: Callable[[], Awaitable[Made]]) -> Made:
        """Return it; the first call makes it."""
        if key not in self.made:
            async with self._turn:
                if key not in self.made:
                    self.made[key] = await make()
        self.made.move_to_end(key)
        while len(self.made) > self._most:
            self.made.popitem(last=False)
        return self.made[key]

    def keep_only(self, is_wanted: Callable[[Key], bool]) -> None:
        """Forget all else."""
        for key in [key for key in self.made if not is_wanted(key)]:
            del self.made[key]


class Thumbnails:
    """Makes and keeps them: of clips by their file, of recordings by the case that they are held for."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self.clips: Kept[Path, Stills] = Kept(KEPT_CLIPS)
        self.cases: Kept[tuple[str, RoughJob], tuple[Picture, ...]] = Kept(KEPT_CASES)

    async def of_clip(self, clip: Path) -> Stills:
        """Return the pictures of a clip; raise MiltonShareError `stills_failed`."""
        made = await self.clips.of(clip, partial(_stills, clip))
        if not await asyncio.to_thread(clip.exists):
            self.clips.keep_only(lambda other: other != clip)
            raise MiltonShareError(STILLS_FAILED)
        return made

    async def of_case(self, case_id: str, coverage: Coverage, part: Period) -> tuple[Picture, ...]:
        """Return pictures of what is held for a case, oldest first; raise MiltonShareError `stills_failed`."""
        key = case_id, rough_job(coverage, part)
        self.cases.keep_only(lambda other: other[0] != case_id or other == key)  # more was recorded or copied since
        return await self.cases.of(key, partial(_rough, key[1]))

    def keep_only(self, clips: Collection[Path], case_ids: Collection[str]) -> None:
        """Forget the pictures of all other clips and cases."""
        self.clips.keep_only(clips.__contains__)
        self.cases.keep_only(lambda key: key[0] in case_ids)


def rough_job(coverage: Coverage, part: Period) -> RoughJob:
    """Choose moments as even as can be over what is recorded of a time, and the file that has each. Pure."""
    low, high = _ms(part.from_), _ms(part.until)
    spans = [
        (segment, max(low, _ms(segment.from_)), min(high, _ms(segment.until)))
        for segment in coverage.segments
        if segment.from_ < part.until and segment.until > part.from_
    ]
    lengths = [end - start for _, start, end in spans]
    total = sum(lengths)
    count = min(ROUGH_MAX, max(1, total // APART_MS))
    moments = [(2 * number + 1) * total // (2 * count) for number in range(count)]
    found, before = [], 0
    for (segment, start, _), length in zip(spans, lengths, strict=True):
        at_ms = tuple(start + moment - before for moment in moments if before <= moment < before + length)
        if at_ms:
            found.append(WantedPictures(path=segment.path, from_ms=_ms(segment.from_), at_ms=at_ms))
        before += length
    return RoughJob(files=tuple(found), from_ms=low, until_ms=high)


async def _stills(clip: Path) -> Stills:
    return await _asked({"clip": clip}, STILLS_CPU_S, read_stills)


async def _rough(job: RoughJob) -> tuple[Picture, ...]:
    return await _asked(asdict(job), ROUGH_CPU_S, read_rough) if job.files else ()


async def _asked[Made](job: Mapping[str, object], cpu_s: int, read: Callable[[bytes], Made]) -> Made:
    data = json.dumps({**job, "limits": {**LIMITS, "cpu_s": cpu_s}}, default=str).encode()
    try:
        return read(await last_line(PROGRAM, data, WALL_RATIO * cpu_s, lambda _line: None))
    except (ChildFailedError, TimeoutError, NotPicturesError) as error:
        LOGGER.warning("No small pictures could be made: %s", type(error).__name__)
        raise MiltonShareError(STILLS_FAILED) from error


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000)
