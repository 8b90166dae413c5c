"""The hub's word on the time never goes back.

What a live statement says is the hub's newest word, by its sequence; if its time went back, a clock is wrong, and
nothing that rests on the time (a request's dates, an expiry, a custodian's 24 hours) can be right. So a clock that
stands before the last statement by more than a correction makes is refused until a person has looked
(``milton-hub clock``). A clock that is ahead can't be seen from here: homes refuse what it signs
(``live_not_yet_valid``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from milton_protocol.limits import CLOCK_SKEW_MAX

if TYPE_CHECKING:
    from datetime import datetime


class ClockWentBackError(Exception):
    """The clock stands before what the hub signed last."""


def time_to_tell(now: datetime, last_told: datetime | None) -> datetime:
    """Return the time of the next statement: now, or the last one's while the clock is a little behind it.

    Raises ClockWentBackError beyond ``CLOCK_SKEW_MAX``, what homes forgive.
    """
    if last_told is None or now >= last_told:
        return now
    if last_told - now > CLOCK_SKEW_MAX:
        raise ClockWentBackError
    return last_told
