"""How often one home announces shares or sends short pieces, how much it announces that doesn't come, and what at once.

Invariants: nothing here is ever written down; a home is known by a digest under a key that this process makes at its
start and forgets at its end, and beside it stands a count only, never which share.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import Counter, deque
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.kit.errors import HubError, too_many

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, timedelta

HOUR_S = 3_600
MINUTE_S = 60
SHARES_OF_ROOM = 2  # one home is promised half of what there is, and no more
NO_ROOM = 507
HOMES_MAX = 20_000  # homes that are counted; beyond it the one that has not announced for longest is forgotten
BUSY = 503


class Homes:
    """Knows homes by a digest that only this process can make."""

    def __init__(self) -> None:
        """Make the key."""
        self._key = secrets.token_bytes(32)

    def digest(self, token: str) -> bytes:
        """Return who the home with ``token`` is here."""
        return hmac.digest(self._key, token.encode(), hashlib.sha256)


class _Rate:
    """Counts of the last ``window_s`` seconds: so ``many`` a home."""

    rule: str
    message: str
    window_s: int
    wait_s: int

    def __init__(self, homes: Homes, many: int) -> None:
        """Allow ``many`` a home."""
        self._homes = homes
        self._many = many
        self._times: dict[bytes, deque[float]] = {}

    def check(self, token: str, now: datetime) -> None:
        """Raise the rule when the home with ``token`` has used up its rate."""
        if len(self._recent(token, now)) >= self._many:
            raise too_many(self.rule, self.message, wait_s=self.wait_s)

    def note(self, token: str, now: datetime) -> None:
        """Count one of the home's."""
        self._recent(token, now).append(now.timestamp())
        if len(self._times) > HOMES_MAX:
            del self._times[next(iter(self._times))]

    def count(self, token: str, now: datetime) -> None:
        """Count one, or raise the rule."""
        self.check(token, now)
        self.note(token, now)

    def _recent(self, token: str, now: datetime) -> deque[float]:
        who = self._homes.digest(token)
        times = self._times[who] = self._times.pop(who, deque())  # the last one seen is the last to be forgotten
        while times and times[0] <= now.timestamp() - self.window_s:
            times.popleft()
        return times


class ShareRate(_Rate):
    """Announcements of the last hour (``too_many_shares``)."""

    rule = "too_many_shares"
    message = "Too many shares within the hour."
    window_s = HOUR_S
    wait_s = HOUR_S // 4


class ShortPieceRate(_Rate):
    """Pieces of the last minute that brought less than ``SHORT_PIECE_BYTES`` (``too_many_pieces``)."""

    rule = "too_many_pieces"
    message = "Too many short pieces within the minute."
    window_s = wait_s = MINUTE_S


class Promises:
    """What each home announced and has not sent yet: so much of the hub's room, so many bodies' worth, and no more.

    The room for what is announced is kept free for a week. Without this, one home takes all of it by announcing.
    """

    def __init__(self, homes: Homes, kept: timedelta, at_once: int) -> None:
        """Forget an announcement after ``kept``; allow ``at_once`` of a home that wait for bytes."""
        self._homes = homes
        self._kept_s = kept.total_seconds()
        self._at_once = at_once
        self._open: dict[bytes, deque[_Promise]] = {}

    def count(self, token: str, size_bytes: int, room_bytes: int, now: datetime) -> None:
        """Count a share of so many bytes; raise ``hub_full`` (507) where the home's would be over half of the room."""
        who = self._homes.digest(token)
        second = now.timestamp()
        theirs = self._open[who] = self._open.pop(who, deque())
        while theirs and theirs[0].at_s <= second - self._kept_s:
            theirs.popleft()
        waiting_bytes = sum(each.left_bytes for each in theirs)
        if len(theirs) >= self._at_once or waiting_bytes + size_bytes > room_bytes // SHARES_OF_ROOM:
            raise hub_full()
        theirs.append(_Promise(at_s=second, left_bytes=size_bytes))
        if len(self._open) > HOMES_MAX:
            del self._open[next(iter(self._open))]

    def came(self, token: str, size_bytes: int) -> None:
        """Let so many bytes of the home's count as sent, of what it announced first."""
        theirs = self._open.get(self._homes.digest(token), deque())
        while theirs and size_bytes >= theirs[0].left_bytes:
            size_bytes -= theirs.popleft().left_bytes
        if theirs:
            theirs[0].left_bytes -= size_bytes


@dataclass(slots=True, kw_only=True)
class _Promise:
    at_s: float
    left_bytes: int


def hub_full() -> HubError:
    """Return the refusal of what there is no room for."""
    rule = "hub_full"
    return HubError(rule, NO_ROOM, "The hub has no room now; try again later.", headers={"Retry-After": "900"})


class Places:
    """Places for pieces that are being taken: so many in the hub, so many of them for one home."""

    def __init__(self, homes: Homes, *, at_once: int, for_one_home: int) -> None:
        """Give out ``at_once`` places."""
        self._homes = homes
        self._at_once = at_once
        self._for_one_home = for_one_home
        self._taken: Counter[bytes] = Counter()

    @contextmanager
    def one(self, token: str) -> Iterator[None]:
        """Hold a place; raise ``busy`` (503) when there is none for this home."""
        who = self._homes.digest(token)
        if self._taken[who] >= self._for_one_home or self._taken.total() >= self._at_once:
            rule = "busy"
            raise HubError(rule, BUSY, "Too many uploads at once; try again.", headers={"Retry-After": "5"})
        self._taken[who] += 1
        try:
            yield
        finally:
            self._taken[who] -= 1
            self._taken += Counter()  # forgets who holds none
