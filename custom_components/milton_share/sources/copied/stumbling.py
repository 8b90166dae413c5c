"""At what a recorder fails while it is well: after some tries there is nothing there, whatever it said."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from .errors import CopyError, Rule

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

TRIES_MAX = 3


class Stumbling:
    """What one recorder failed at, and how often."""

    def __init__(self) -> None:
        """Nothing yet."""
        self._failed: Counter[Hashable] = Counter()

    def failed(self, what: Hashable) -> int:
        """Return how often it failed at this: what failed most is best asked for last, so that it delays nothing."""
        return self._failed[what]

    async def judge(self, what: Hashable, error: CopyError, is_well: Callable[[], Awaitable[object]]) -> None:
        """Return where it is well but failed at this again and again; else raise that, or why it isn't well."""
        if error.rule not in {Rule.AWAY, Rule.WRONG_ANSWER}:
            raise error
        self._failed[what] += 1
        await is_well()
        if self._failed[what] < TRIES_MAX:
            raise error
