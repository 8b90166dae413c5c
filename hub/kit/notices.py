"""What is not as it should be at the hub now, in words for the people who use it.

The log speaks to whoever runs the hub; this speaks to the rest: slices add what they watch over, pages show it,
``GET /health`` names it. Nothing here is kept: it is asked anew each time.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime


class About(StrEnum):
    """What a notice is about: the word that a watcher of ``/health`` reads, and by which pages choose."""

    BROKER = "broker"
    BROKER_CERTIFICATE = "broker_certificate"
    OFFICERS_CERTIFICATE = "officers_certificate"
    MAIL_CERTIFICATE = "mail_certificate"
    LOG_DENIED = "log_denied"
    WITNESSES = "witnesses"
    WITNESSES_MISSING = "witnesses_missing"
    REQUESTS_WAIT = "requests_wait"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """``sentence``: what is wrong and what it means; ``since`` when, where that is known and not in the sentence."""

    about: About
    sentence: str
    since: datetime | None = None


class Notices:
    """Asks all who watch over something."""

    def __init__(self) -> None:
        """Watch over nothing yet."""
        self._sources: list[Callable[[], Notice | None]] = []

    def add(self, source: Callable[[], Notice | None]) -> None:
        """Ask ``source`` too, which answers at once and says None while all is well."""
        self._sources.append(source)

    def now(self) -> tuple[Notice, ...]:
        """Return what is to be said, in the order in which it was added."""
        return tuple(notice for source in self._sources if (notice := source()) is not None)
