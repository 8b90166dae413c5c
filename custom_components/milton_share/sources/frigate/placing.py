"""When was it? What Frigate's names say about the time of each file's first picture. Pure.

Frigate names a file by the second in which its ffmpeg opened it: when the key picture it begins with was about to be
written. So that picture was taken in that second or a little before. Not so when the writer waits: ffmpeg holds
pictures back for the sound that belongs between them, and where sound is announced and none comes, for ten seconds
(seen with `-c copy` and AAC). A file that has sound to its end wasn't waited for. And the first file of a run is
opened only when ffmpeg has looked at the stream for a while: its pictures may be seconds older than its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..recorder_clients.times import file_names
from ..recorder_clients.times.file_names import Take

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..recorder_clients.archive.archive import Placed

__all__ = ["LATE_MAX_S", "NAMED_WITHIN_S", "RUN_BEGINS_LATE_S", "SEAM_S", "WAITS_MAX_S", "Take", "place"]

NAMED_WITHIN_S = 1.0
"""A name is cut to the whole second."""
LATE_MAX_S = 0.8
"""From the lens to the opening of the file where nothing stalls: camera, network, waiting for sound to encode."""
WAITS_MAX_S = 10.0
"""How long ffmpeg waits for a stream that gives nothing (its `max_interleave_delta`)."""
RUN_BEGINS_LATE_S = 5.0
"""How long ffmpeg looks at a stream before it writes, at most (its `analyzeduration`)."""
SEAM_S = 0.15
"""How far the end of a file may be from the start of the next: the length of a last picture is a guess."""
HABITS = file_names.Habits(
    late_max_s=LATE_MAX_S,
    early_max_s=NAMED_WITHIN_S,
    first_late_max_s=RUN_BEGINS_LATE_S,
    waits_max_s=WAITS_MAX_S,
    seam_s=SEAM_S,
)


def place(takes: Sequence[Take]) -> tuple[Placed, ...]:
    """Find the time of each by Frigate's clock; oldest first, and so is the answer."""
    return file_names.place(takes, HABITS)
