"""Whether a server between keeps pictures and sound, and says that what it sends is of now. Pure.

Then its reports are later than due by as much as packets come late by their stamps, of both tracks. libav moves both
by such a report: what follows in the file is late, and neither arrival nor the camera's word says so. Where a clock is
put nothing comes late. Where stamps are counted and some are lost nobody can tell: it is doubted, not moved back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .track import Track

LATE_MIN_S = 1.0
"""Packets that come less late say nothing: pictures may in any case (`anchor.LAG_MAX_S`)."""
AGREE_S = 0.3
"""Heaps tell to a quarter of a second when a packet came."""
HEAPS_TELL = 2
"""The one under way when a report came, and the next."""


@dataclass(slots=True, kw_only=True)
class Kept:
    """Of a camera with sound."""

    video: Track
    sound: Track
    _put_s: float = 0.0
    """By how much reports were later than due since packets came late."""

    def late_s(self) -> float:
        """Return how late pictures may be where a report of them has just shown it; 0 where nothing is known.

        No report moves them by more than it was later than due.
        """
        put = self.video.put
        if put is None or self.video.lag.heaps - put.heaps < HEAPS_TELL:
            return 0.0
        self.video.put = None
        late_s = min(self.video.lag.late_s, self.sound.lag.late_s)
        if late_s < LATE_MIN_S or put.by_s > late_s + AGREE_S:
            self._put_s = 0.0
            return 0.0
        self._put_s += put.by_s
        return min(late_s, self._put_s) + AGREE_S


def kept_of(tracks: Mapping[int, Track]) -> Kept | None:
    """Look at a camera's pictures and its sound; None where it has but one track: of that libav moves nothing."""
    found = {one.number: one for one in tracks.values()}
    video, sound = found.get(0), found.get(1)
    return None if video is None or sound is None else Kept(video=video, sound=sound)
