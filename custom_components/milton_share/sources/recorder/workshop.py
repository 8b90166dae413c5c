"""What all cameras of a recorder share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from ..bounds import ClockAnswer
    from ..home_clock import HomeClock
    from .crew import Crew
    from .status import Status
    from .store.library import Library
    from .store.ring import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Workshop:
    """`ledger` is held around every use of the library; `may_record` is set while the disk has room."""

    library: Library
    ledger: asyncio.Lock
    crew: Crew
    limits: Limits
    may_record: asyncio.Event
    on_status: Callable[[str, Status], None]
    now_ms: Callable[[], int]
    """By which recordings are too old."""
    home_clock: HomeClock
    asked: Callable[[str], ClockAnswer | None]
    """What a camera last answered about its own clock."""
    left_doubt_s: float
    """By how much what an earlier process left and never entered is unsure besides: nobody may have set its clock."""
