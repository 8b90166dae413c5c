"""Whether a server between keeps pictures and sound, and says that what it sends is of now. Pure.

Then packets come late by their stamps, of both tracks, and its next report moves both ahead by as much: what follows in
the file is late, and neither arrival nor the camera's word says so. Where a clock is put nothing comes late. Where
stamps are counted and some are lost nobody can tell: it is doubted, not moved back.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

SPAN_S = 150.0
"""The soonest of one or two of these counts: a camera's stamps drift from this home's clock by 0.1 s in that."""
PUT_MIN_S = 0.1
"""By less a report is merely uneven (`anchor.CAMERA_UNCERTAINTY_S`)."""
LATE_MIN_S = 1.0
"""Packets that come less late say nothing: pictures may in any case (`anchor.LAG_MAX_S`)."""
AGREE_S = 0.3
"""A busy machine tells no more exactly when a packet came."""
TELLS_S = 0.5
"""How late packets come is looked at so long before a report and after it: it is made at another moment than they."""


@dataclass(slots=True, kw_only=True)
class Lag:
    """How late one track's packets come behind the soonest of the last minutes, by the camera's own stamps.

    A step ahead that is longer than the two before it is taken for a report's, and taken out: a pause looks like one
    that a report fell into. Two, because the next report may follow at once: the longer step isn't the camera's own.
    """

    put_s: float = 0.0
    """How far ahead the last packet was moved."""
    _at_s: float | None = None
    _came_s: float = 0.0
    _steps_s: tuple[float, ...] = ()
    """The last two."""
    _lag_s: float = 0.0
    """Against the first packet."""
    _soonest_s: float = 0.0
    _soonest_before_s: float = 0.0
    """Of the span before."""
    _span_s: float = 0.0
    """When the span began."""
    _lates_s: deque[tuple[float, float]] = field(default_factory=deque)
    """When, and how late."""

    def came(self, at_s: float, came_s: float) -> None:
        """Take a packet's stamp and when it came."""
        self.put_s = 0.0
        if self._at_s is None:
            self._span_s = came_s
        else:
            step_s, took_s = at_s - self._at_s, came_s - self._came_s
            usual_s = min(self._steps_s, default=step_s)
            if step_s > usual_s + PUT_MIN_S:
                self.put_s = step_s - usual_s
            self._lag_s += took_s - (usual_s if self.put_s or step_s < 0 else step_s)
            self._steps_s = (*self._steps_s[-1:], max(step_s, 0.0))
        self._at_s, self._came_s = at_s, came_s
        if came_s - self._span_s >= SPAN_S:
            self._soonest_before_s, self._soonest_s, self._span_s = self._soonest_s, self._lag_s, came_s
        self._soonest_s = min(self._soonest_s, self._lag_s)
        self._lates_s.append((came_s, self._lag_s - min(self._soonest_s, self._soonest_before_s)))
        while self._lates_s[0][0] < came_s - 2 * TELLS_S:
            self._lates_s.popleft()

    @property
    def late_s(self) -> float:
        """How late packets came at most just now."""
        return max((late_s for _, late_s in self._lates_s), default=0.0)


@dataclass(slots=True, kw_only=True)
class Kept:
    """Of a run. libav gives a picture when the next begins: it came when the one before was given."""

    _video: Lag = field(default_factory=Lag)
    _sound: Lag = field(default_factory=Lag)
    _given_s: float | None = None
    _put: tuple[float, float] | None = None
    """When pictures were moved ahead, and by how much, until it is known whether they come as late."""
    _put_s: float = 0.0
    """By how much they were moved since packets came late."""

    def given(self, kind: str, at_s: float, now_s: float) -> float:
        """Take a packet's stamp, given now; return how late pictures may be from here on, 0 where nothing shows it.

        No report moves them by more than it was later than due.
        """
        if kind != "video":
            self._sound.came(at_s, now_s)
            return 0.0
        came_s, self._given_s = now_s if self._given_s is None else self._given_s, now_s
        self._video.came(at_s, came_s)
        if self._video.put_s:
            since_s, before_s = self._put or (came_s, 0.0)
            self._put = since_s, before_s + self._video.put_s
        if self._put is None or came_s - self._put[0] < TELLS_S:
            return 0.0
        (_, by_s), self._put = self._put, None
        late_s = min(self._video.late_s, self._sound.late_s)
        if late_s < LATE_MIN_S or by_s > late_s + AGREE_S:
            self._put_s = 0.0
            return 0.0
        self._put_s += by_s
        return min(late_s, self._put_s) + AGREE_S
