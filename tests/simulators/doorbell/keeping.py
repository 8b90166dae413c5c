"""What a server between does that keeps pictures and sound for a while: it gives them out late, in their order."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .studio import Unit


@dataclass(slots=True, kw_only=True)
class Kept:
    """The units of one client, with when they came."""

    _units: deque[tuple[float, Unit]] = field(default_factory=deque)

    def through(self, unit: Unit, kept_s: float) -> Iterator[Unit]:
        """Take one in; give out those that were kept for so long."""
        now_s = time.monotonic()
        self._units.append((now_s, unit))
        while self._units and now_s - self._units[0][0] >= kept_s:
            yield self._units.popleft()[1]
