"""Looks into a file that somebody brought, in a limited child process: nothing of it is parsed here but the answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ...processes.child import ChildFailedError, last_line
from ..child_words import number_within, span_within
from .errors import UploadError, UploadRule
from .model import FileFacts

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = "import sys; sys.path.append(sys.argv[1]); from clips.read.facts import main; sys.exit(main())"
LIMITS = {"memory_bytes": 2 * 2**30, "cpu_s": 300, "file_size_bytes": 4 * 2**20, "open_files": 64}
WALL_S = 900  # 4 GiB from a slow card are read once
LENGTH_MAX_S = 12 * 3600
START_MAX_S = 10.0**6  # MPEG-TS begins anywhere in its 26 hours
SIDE_MAX_PX = 8_192
GAPS_MAX, ANEW_MAX = 1_000, 100
TAGS_MAX, TAG_MAX_CHARS = 8, 64


async def look_into(path: Path, picture: Path) -> FileFacts:
    """Return what a file holds and write its first picture; raises UploadError `not_a_video`."""
    job = {"path": str(path), "picture": str(picture), "limits": LIMITS}
    try:
        return read_facts(await last_line(PROGRAM, json.dumps(job).encode(), WALL_S, _nothing))
    except (ChildFailedError, TimeoutError) as error:
        raise UploadError(UploadRule.NOT_A_VIDEO, type(error).__name__) from error


def read_facts(line: bytes) -> FileFacts:
    """Parse the child's answer, which is not believed blindly; raises UploadError `not_a_video`."""
    try:
        value = json.loads(line)
        found = value["facts"]
        return FileFacts(
            start_s=number_within(found["start_s"], -START_MAX_S, START_MAX_S),
            length_s=number_within(found["length_s"], 0.0, LENGTH_MAX_S),
            width=_whole(found["width"]),
            height=_whole(found["height"]),
            codec=_text(found["codec"]),
            sound=found["sound"] is True,
            gaps=tuple(span_within(gap, -START_MAX_S, 2 * START_MAX_S) for gap in found["gaps"][:GAPS_MAX]),
            anew=tuple(number_within(at, -START_MAX_S, 2 * START_MAX_S) for at in found["anew"][:ANEW_MAX]),
            tags={_text(name): _text(said) for name, said in [*found["tags"].items()][:TAGS_MAX]},
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UploadError(UploadRule.NOT_A_VIDEO) from error


def _whole(value: object) -> int:
    if type(value) is not int or not 0 < value <= SIDE_MAX_PX:
        raise ValueError(value)
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or len(value) > TAG_MAX_CHARS:
        raise ValueError(value)
    return value


def _nothing(_line: bytes) -> None:
    """Expect no progress of this child."""
