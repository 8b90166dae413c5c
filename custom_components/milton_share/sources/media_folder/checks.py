"""Looks into files that only a demuxer can measure, in a limited child: nothing of them is parsed here but its answer.

Fragmented MP4, transport and program streams, Matroska and AVI have no index that says how long they are: they are
read from end to end.
"""

from __future__ import annotations

import json
from typing import BinaryIO

from ...processes.child import ChildFailedError, last_line
from ..child_words import number_within, span_within
from ..recorder_clients.archive.contents import LENGTH_MAX_S, Contents
from ..recorder_clients.errors import CopyError, CopyRule

PROGRAM = "import sys; sys.path.append(sys.argv[1]); from clips.read.extent import main; sys.exit(main())"
LIMITS = {"memory_bytes": 2**30, "cpu_s": 120, "file_size_bytes": 2**20, "open_files": 64}
"""Two hours of 4 Mbit/s are read in some seconds of CPU time; the pictures' times take some MiB."""
WALL_S = 900
"""Four GB from a slow share are read once."""
START_MAX_S = 10.0**6
"""MPEG-TS begins anywhere in its 26 hours."""
GAPS_MAX, ANEW_MAX = 1_000, 100


class NoAnswerError(CopyError):
    """The child took too long, or ended without a word: the file's fault, or this machine's."""


async def look_into(file: BinaryIO) -> Contents:
    """Measure an open file; raises CopyError `source_unreadable`, NoAnswerError where that is but the child's end.

    However the wait ends, no child is left.
    """
    descriptor = file.fileno()
    job = {"descriptor": descriptor, "limits": LIMITS}
    try:
        return read_extent(await last_line(PROGRAM, json.dumps(job).encode(), WALL_S, _nothing, (descriptor,)))
    except (ChildFailedError, TimeoutError) as error:
        raise NoAnswerError(CopyRule.RECORDING_UNREADABLE, type(error).__name__) from error


def read_extent(line: bytes) -> Contents:
    """Parse the child's answer, which is not believed blindly; raises CopyError `source_unreadable`."""
    try:
        found = json.loads(line)["extent"]
        start_s = number_within(found["start_s"], -START_MAX_S, START_MAX_S)
        end_s = number_within(found["end_s"], start_s, start_s + LENGTH_MAX_S)
        gaps = tuple(span_within(gap, start_s, end_s) for gap in found["gaps"][:GAPS_MAX])
        anew = tuple(number_within(at, start_s, end_s) for at in found["anew"][:ANEW_MAX])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise CopyError(CopyRule.RECORDING_UNREADABLE, type(error).__name__) from error
    if end_s == start_s or any(low > high for low, high in gaps):
        raise CopyError(CopyRule.RECORDING_UNREADABLE, "an impossible length")
    return Contents(start_s=start_s, end_s=end_s, gaps=gaps, anew=anew)


def _nothing(_line: bytes) -> None:
    """Expect no progress of this child."""
