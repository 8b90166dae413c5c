"""At what a recorder fails while it is well: after some tries there is nothing there, whatever it said."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

from .errors import CopyError, CopyRule

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

    from .progress import Progress

TRIES_MAX = 3
STUMBLES_S = 900.0
"""A share, or the disk behind a recorder, may be away for so long while all else answers: somebody restarts it."""
FAILING_MAX_S = 60.0
"""How long it may fail at one thing after another before the rest waits for the next time: other holds wait too."""


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

    async def is_given_up(self, what: Hashable, error: CopyError, is_well: Callable[[], Awaitable[object]]) -> bool:
        """Say whether it failed at this again and again though it is well; raise why it isn't, or any other refusal."""
        if error.rule not in {CopyRule.AWAY, CopyRule.WRONG_ANSWER}:
            raise error
        self._failed[what] += 1
        await is_well()
        return self.is_over(what)

    def is_over(self, what: Hashable) -> bool:
        """Note that it failed at this though it is well, and say whether it did so again and again."""
        tries, first_s = self._well.get(what, (0, self._now_s()))
        self._well[what] = tries + 1, first_s
        return tries + 1 >= TRIES_MAX and self._now_s() - first_s >= self._stumbles_s


class Going:
    """One going through all that a hold wants: what fails and may come yet is left, and the rest asked for."""

    def __init__(
        self,
        stumbling: Stumbling,
        progress: Progress,
        is_well: Callable[[], Awaitable[object]],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin; `is_well` raises where the recorder isn't."""
        self.progress = progress
        self._stumbling, self._is_well, self._now_s = stumbling, is_well, now_s
        self._left: CopyError | None = None
        self._until_s = 0.0

    async def is_settled(self, what: Hashable, key: str, error: CopyError) -> bool:
        """Settle or leave a thing that it failed at; raise any other refusal, or why the recorder isn't well."""
        if await self._stumbling.is_given_up(what, error, self._is_well):
            self.progress.settled.add(key)
            return True
        if self._left is None:
            self._left, self._until_s = error, self._now_s() + FAILING_MAX_S
        return False

    @property
    def is_too_long(self) -> bool:
        """Whether it fails at one thing after another for so long that the rest is left, too."""
        return self._left is not None and self._now_s() >= self._until_s

    def require_all(self) -> None:
        """Raise why something was left."""
        if self._left is not None:
            raise self._left
