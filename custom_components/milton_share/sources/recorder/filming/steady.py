"""A camera's reports without their unsteadiness. Pure.

A sender report names one moment by the camera's clock and by a track's stamps (RFC 3550 section 6.4.1). libav takes the
latest for the truth, and many cameras name the last picture's stamp with the moment of sending: from report to report
that is off by as much as a picture lasts. Pictures were so put on each other or apart, and sound from its pictures,
while the stamps themselves are even. So a report moves a track by a little at a time, as two clocks that drift need it.
What is farther off is another clock, or other stamps: it is taken as it is. But where packets come as late as a report
is off, a server between keeps them, and says that what it sends is of now: that moves nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from .wrapping import ticks

SECOND = 1 << 32
"""Of a report's time: 64 bits of seconds, half of them a fraction (RFC 5905 section 6)."""
OTHER_CLOCK_S = 0.1
"""So much is doubted of every report (`anchor.CAMERA_UNCERTAINTY_S`), and a picture of most cameras lasts less."""
SETTLES_S = 40.0
"""In about so long what is gone by comes to what reports say on average; one that comes later is taken as it is."""
FOLLOWED = 800e-6
"""Of the time since the report before, a track is moved by no more: two clocks of a camera that drift do by less."""
KEPT_MIN_S = 1.0
"""Packets that come less late say nothing: pictures may in any case (`anchor.LAG_MAX_S`)."""
KEPT_AGREE_S = 0.3
"""Heaps tell to a quarter of a second when a packet came."""
_NTP_HALF = 1 << 63


@dataclass(slots=True, kw_only=True)
class Steady:
    """Of one track. `rate_hz` is that of its stamps."""

    rate_hz: int
    _ntp: int | None = None
    _stamp: int = 0
    _kept: int = 0
    """By how much reports are of a later moment than their stamps: a server keeps packets."""

    def is_late(self, ntp: int, stamp: int) -> bool:
        """Whether a report is of a later moment than is due, as it is where packets come as late."""
        return self._ntp is not None and self._off(ntp - self._kept, stamp) > OTHER_CLOCK_S * SECOND

    def due(self, stamp: int) -> int:
        """Return the moment of a stamp by the report before."""
        return ((self._ntp or 0) + ticks(stamp, self._stamp) * SECOND // self.rate_hz) % (2 * _NTP_HALF)

    def said(self, ntp: int, stamp: int, late_s: float = 0.0) -> int:
        """Take a report's moment by the camera's clock, and the stamp of that; return the moment to go by.

        ``late_s``: so late packets come by now.
        """
        if self._ntp is not None:
            ntp = self._gone_by(ntp, stamp, late_s)
        self._ntp, self._stamp = ntp % (2 * _NTP_HALF), stamp
        return self._ntp

    def _gone_by(self, ntp: int, stamp: int, late_s: float) -> int:
        off, due = self._off(ntp - self._kept, stamp), self.due(stamp)
        since_s = abs(ticks(stamp, self._stamp)) / self.rate_hz
        if abs(off) <= OTHER_CLOCK_S * SECOND:
            most = round(FOLLOWED * since_s * SECOND)
            return due + min(max(round(off * min(since_s / SETTLES_S, 1)), -most), most)
        agree = KEPT_AGREE_S * SECOND
        begins = late_s >= KEPT_MIN_S and 0 < off <= late_s * SECOND + agree
        ends = self._kept > 0 and -self._kept - agree <= off < 0
        if begins or ends:
            self._kept += off
            return due
        self._kept = 0
        return ntp

    def _off(self, ntp: int, stamp: int) -> int:
        """By how much a moment is later than it is due by the one before."""
        return ticks(ntp, self.due(stamp), _NTP_HALF)
