"""How fast one person, and one device, may act: a bucket of tokens each, which fills again by itself.

An act is whatever is not only read. The bounds are far above what hands do and far below what a program does: they keep
one stolen session, or one broken page, from taking the database's one writer for itself. What is only read has bounds
of its own (:mod:`hub.identity.sessions.reading`).
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from hub.identity.sessions.buckets import Buckets, Rate
from hub.kit.errors import too_many

if TYPE_CHECKING:
    from datetime import datetime

    from hub.kit.access import Actor

# A draft is judged at most three times a second while somebody draws and types, and a page's own calls come with it.
OF_A_PERSON = Rate(burst=240, per_s=4)
# A device at a front desk is shared by two people of one shift, who draw at the same time.
OF_A_DEVICE = Rate(burst=480, per_s=8)


class Pace:
    """The buckets of acts: of the directory's people (2,000 at most) and of the devices that they signed in at."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._buckets = Buckets()

    def count(self, actor: Actor, at: datetime) -> None:
        """Count one act; raise ``too_fast`` (429), which says when to try again, when either bucket is empty."""
        needed = {f"person {actor.id}": OF_A_PERSON, f"device {actor.device}": OF_A_DEVICE}
        wait_s = self._buckets.take(needed, at.timestamp())
        if wait_s > 0:
            rule = "too_fast"
            raise too_many(rule, "Too many acts at once; wait a little.", wait_s=ceil(wait_s))
