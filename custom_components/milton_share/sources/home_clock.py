"""How far this machine's own clock may be from UTC, by the kernel's word. No time of this home is surer.

The kernel keeps what the time service told it (adjtimex(2)): whether the clock is set by one, how wrong it may be
(`maxerror`, which it lets grow by 500 ppm until the next word) and what of the last correction is still to be made. In
a container that is the host's.

Rules: while the kernel only lets its word grow, an earlier word, grown by what a crystal drifts at most, is as good a
bound, and lower; a new word of the time service counts as it is (but for one that is by chance what the last would have
grown to, which nothing tells from it), and none does from before the clock was put. Who isn't set by a time service is
unsure by an hour: the kernel bounds nothing then, and this home says so in words too.
"""

from __future__ import annotations

import ctypes
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING

from .bounds import DRIFT
from .steady import wall_lead_s

if TYPE_CHECKING:
    from collections.abc import Callable

TIME_ERROR = 5
STA_UNSYNC, STA_CLOCKERR, STA_NANO = 0x0040, 0x1000, 0x2000
SERVER_DOUBT_S = 0.05
"""Of the time service's own answer: half of a way that is slower in one direction than in the other."""
KERNEL_GROWS, GROWN_WITHIN_S = 500e-6, 0.002
"""By how much the kernel lets its word grow, and how exactly that is seen: it counts whole seconds."""
PUT_S = 0.005
"""The clock was put, if it moved by more against the one that nobody can put: between two looks that isn't jitter."""
UNSYNCHRONISED_S = 3_600.0
"""Stated where no time service sets the clock. No bound: nobody can give one. No other doubt is stated so large."""
LEAP_S = 1.0
LEAP_AROUND = timedelta(hours=12)
"""A leap second may be smeared over so long before and after it, and no machine is told."""
_TIMEX_BYTES = 512
"""More than the whole structure has anywhere; only its first fields are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeTime:
    """By how much the home's clock may be wrong now, and whether a time service sets it."""

    doubt_s: float
    synchronised: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KernelWord:
    """What the kernel says: None in `error_s` where no time service sets the clock."""

    error_s: float | None


class _Timex(ctypes.Structure):
    """The beginning of `struct timex` (adjtimex(2)); the same on every Linux, whatever its time fields are."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * _TIMEX_BYTES),
    )


def word_of(state: int, status: int, offset: int, maxerror_us: int, esterror_us: int) -> KernelWord:
    """Read the kernel's numbers: `offset` is what is still to be corrected, in µs, or in ns by its status."""
    if state in {-1, TIME_ERROR} or status & (STA_UNSYNC | STA_CLOCKERR):
        return KernelWord(error_s=None)
    left_s = abs(offset) / (1e9 if status & STA_NANO else 1e6)
    return KernelWord(error_s=max(maxerror_us, esterror_us) / 1e6 + left_s)


@cache
def _own_symbols() -> ctypes.CDLL:
    """Load what this process has, once: it takes longer than to ask."""
    return ctypes.CDLL(None, use_errno=True)


def ask_kernel() -> KernelWord:
    """Ask it; who can't be asked (another system, a sandbox) knows nothing."""
    timex = _Timex()
    try:
        state = _own_symbols().adjtimex(ctypes.byref(timex))
    except (AttributeError, OSError):
        return KernelWord(error_s=None)
    return word_of(state, timex.status, timex.offset, timex.maxerror, timex.esterror)


def leap_doubt_s(now: datetime) -> float:
    """Return what a leap second makes unsure around the two midnights of a year at which one may come (ITU-R TF.460).

    POSIX time has no 23:59:60: a machine stands still for it, repeats a second, or is smeared for a day.
    """
    midnights = (datetime(now.year, 1, 1, tzinfo=UTC), datetime(now.year, 7, 1, tzinfo=UTC))
    near = (*midnights, datetime(now.year + 1, 1, 1, tzinfo=UTC))
    return LEAP_S if any(abs(now - midnight) <= LEAP_AROUND for midnight in near) else 0.0


class HomeClock:
    """Remembers the best word there was. Looking is cheap: some microseconds."""

    def __init__(
        self,
        ask: Callable[[], KernelWord] = ask_kernel,
        *,
        monotonic_s: Callable[[], float] = time.monotonic,
        lead_s: Callable[[], float] = wall_lead_s,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        """Know nothing yet."""
        self._ask, self._monotonic_s, self._lead_s, self._now_s = ask, monotonic_s, lead_s, now_s
        self._word_s = 0.0
        self._best_s: float | None = None
        self._looked_s = 0.0
        self._led_s = 0.0

    def look(self) -> HomeTime:
        """Say how it stands at this moment."""
        word, at_s, lead_s = self._ask().error_s, self._monotonic_s(), self._lead_s()
        self._best_s = word if word is None else min(word, self._carried_s(word, at_s, lead_s))
        self._word_s, self._looked_s, self._led_s = word or 0.0, at_s, lead_s
        leap_s = leap_doubt_s(datetime.fromtimestamp(self._now_s(), UTC))
        if self._best_s is None:
            return HomeTime(doubt_s=UNSYNCHRONISED_S + leap_s, synchronised=False)
        return HomeTime(doubt_s=self._best_s + SERVER_DOUBT_S + leap_s, synchronised=True)

    def _carried_s(self, word_s: float, at_s: float, lead_s: float) -> float:
        """Carry the best bound on; the newest where there is none that holds."""
        passed_s = at_s - self._looked_s
        grown_s = word_s - self._word_s - KERNEL_GROWS * passed_s
        if self._best_s is None or abs(grown_s) > GROWN_WITHIN_S or abs(lead_s - self._led_s) > PUT_S:
            return word_s
        return self._best_s + DRIFT * passed_s


def is_synchronised(uncertainty_s: float) -> bool:
    """Say of a stated uncertainty whether a time service set the home's clock then."""
    return uncertainty_s < UNSYNCHRONISED_S
