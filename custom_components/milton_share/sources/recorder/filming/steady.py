"""A camera's reports without their unsteadiness. Pure.

A sender report names one moment by the camera's clock and by a track's stamps (RFC 3550 section 6.4.1). libav takes the
latest for the truth, and many cameras name the last picture's stamp with the moment of sending: from report to report
that is off by as much as a picture lasts. Pictures were so put on each other or apart, and sound from its pictures,
while the stamps themselves are even. So a report moves a track by a little at a time, as two clocks that drift need it.
What is farther off is another clock, or other stamps: it is taken as it is.
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
_NTP_HALF = 1 << 63


@dataclass(slots=True, kw_only=True)
class Steady:
    """Of one track. `rate_hz` is that of its stamps."""

    rate_hz: int
    put_s: float = 0.0
    """By how much the last report was taken for another clock's."""
    _ntp: int | None = None
    _stamp: int = 0

    def said(self, ntp: int, stamp: int) -> int:
        """Take a report's moment by the camera's clock, and the stamp of that; return the moment to go by."""
        if self._ntp is not None:
            since = ticks(stamp, self._stamp)
            due = self._ntp + since * SECOND // self.rate_hz
            off = ticks(ntp, due, _NTP_HALF)
            is_put = abs(off) > OTHER_CLOCK_S * SECOND
            self.put_s = off / SECOND if is_put else 0.0
            if not is_put:
                since_s = abs(since) / self.rate_hz
                most = round(FOLLOWED * since_s * SECOND)
                ntp = due + min(max(round(off * min(since_s / SETTLES_S, 1)), -most), most)
        self._ntp, self._stamp = ntp % (2 * _NTP_HALF), stamp
        return self._ntp
