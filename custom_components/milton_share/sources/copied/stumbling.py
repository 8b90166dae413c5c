"""At what a recorder fails while it is well: after some tries there is nothing there, whatever it said."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

from .errors import CopyError, Rule

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

TRIES_MAX = 3
STUMBLES_S = 900.0
"""A share, or the disk behind a recorder, may be away for so long while all else answers: somebody restarts it."""


class Stumbling:
    """What one recorder failed at, and how often."""

    def __init__(self, stumbles_s: float = 0.0, now_s: Callable[[], float] = time.monotonic) -> None:
        """Nothing yet; what fails for less than `stumbles_s` may come yet, however often it was asked for."""
        self._failed: Counter[Hashable] = Counter()
        self._well: dict[Hashable, tuple[int, float]] = {}  # failures while it was well, and when the first was
        self._stumbles_s, self._now_s = stumbles_s, now_s

    def failed(self, what: Hashable) -> int:
        """Return how often it failed at this: what failed most is best asked for last, so that it delays nothing."""
        return self._failed[what]

    async def judge(self, what: Hashable, error: CopyError, is_well: Callable[[], Awaitable[object]]) -> None:
        """Return where it is well but failed at this again and again; else raise that, or why it isn't well."""
        if error.rule not in {Rule.AWAY, Rule.WRONG_ANSWER}:
            raise error
        self._failed[what] += 1
        await is_well()
        if not self.is_over(what):
            raise error

    def is_over(self, what: Hashable) -> bool:
        """Note that it failed at this though it is well, and say whether it did so again and again."""
        tries, first_s = self._well.get(what, (0, self._now_s()))
        self._well[what] = tries + 1, first_s
        return tries + 1 >= TRIES_MAX and self._now_s() - first_s >= self._stumbles_s
