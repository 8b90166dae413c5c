"""Counts what a working recorder fails to deliver; after some tries it counts as missing, whatever it listed."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING

from .errors import CopyError, CopyRule

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Hashable

    from .archive.progress import Progress

TRIES_MAX = 3
STUMBLES_S = 900.0
"""A share, or the disk behind a recorder, may be away for so long while all else answers: somebody restarts it."""
FAILING_MAX_S = 60.0
"""How long it may fail at one thing after another before the rest waits for the next time: other holds wait too."""


class Stumbling:
    """What one recorder failed to deliver, and how often."""

    def __init__(self, stumbles_s: float = 0.0, now_s: Callable[[], float] = time.monotonic) -> None:
        """Start empty; what fails for less than `stumbles_s` may still come, however often it was requested."""
        self._failed: Counter[Hashable] = Counter()
        self._well: dict[Hashable, tuple[int, float]] = {}  # failures while it was well, and when the first was
        self._stumbles_s, self._now_s = stumbles_s, now_s

    def failed(self, what: Hashable) -> int:
        """Return how often this failed: what failed most should be requested last, so that it delays nothing."""
        return self._failed[what]

    async def is_given_up(self, what: Hashable, error: CopyError, is_well: Callable[[], Awaitable[object]]) -> bool:
        """Whether this failed repeatedly though the recorder works; raises why it doesn't, or any other refusal."""
        if error.rule not in {CopyRule.AWAY, CopyRule.WRONG_ANSWER}:
            raise error
        self._failed[what] += 1
        await is_well()
        return self.is_over(what)

    def is_over(self, what: Hashable) -> bool:
        """Note that this failed though the recorder works; return whether it failed repeatedly."""
        tries, first_s = self._well.get(what, (0, self._now_s()))
        self._well[what] = tries + 1, first_s
        return tries + 1 >= TRIES_MAX and self._now_s() - first_s >= self._stumbles_s


class Going:
    """One pass over all that a hold wants: what fails but may still come is left, and the rest is requested."""

    def __init__(
        self,
        stumbling: Stumbling,
        progress: Progress,
        is_well: Callable[[], Awaitable[object]],
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin; `is_well` raises unless the recorder works."""
        self.progress = progress
        self._stumbling, self._is_well, self._now_s = stumbling, is_well, now_s
        self._left: CopyError | None = None
        self._until_s = 0.0

    async def is_settled(self, what: Hashable, key: str, error: CopyError) -> bool:
        """Settle or leave what failed; raises any other refusal, or why the recorder doesn't work."""
        if await self._stumbling.is_given_up(what, error, self._is_well):
            self.progress.settled.add(key)
            return True
        if self._left is None:
            self._left, self._until_s = error, self._now_s() + FAILING_MAX_S
        return False

    @property
    def is_too_long(self) -> bool:
        """Whether one thing after another failed for so long that the rest is left, too."""
        return self._left is not None and self._now_s() >= self._until_s

    def require_all(self) -> None:
        """Raise why something was left."""
        if self._left is not None:
            raise self._left
