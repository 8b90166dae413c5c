"""How much one person, and one device, may read: what a program with a stolen session can carry off is bounded.

Invariants: whatever a signed-in person asks for without changing anything costs a look, but what is everybody's and the
same for all (styles, scripts, the words of a sign-in). A page's own asking, while nobody sits there, leaves looks over
for hands. A further range of a sealed body that the person has begun to fetch is a piece, not a look: a player needs
hundreds of one clip. All of it lies in memory, which is bounded; after a restart everybody begins anew.

What an honest person needs, reckoned for a hurried one: a page and its own calls are five looks, a page every three
seconds is under two a second; a page that is told of each arrival while 2,000 homes answer asks up to a few times a
second, for minutes; a screen of thirty open pages that the hub's restart makes new is two hundred. A clip is read in
pieces of 2 MiB, half a MiB at a place that was gone to: 512 for one of 1 GiB that is read as fast as this browser
decrypts (120 MB/s: 60 a second), and three for each seek: four clips on one board, gone through by a held key, are 60 a
second.
"""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from hub.identity.sessions.buckets import Buckets, Rate
from hub.kit.errors import too_many

if TYPE_CHECKING:
    from datetime import datetime

    from hub.kit.access import Actor

# Ten minutes of the busiest page beside a person who opens one every three seconds; then still twice as much as hands.
LOOKS_OF_A_PERSON = Rate(burst=2_400, per_s=4)
LOOKS_OF_A_DEVICE = Rate(burst=4_800, per_s=8)  # two people of one shift
# A minute of the worst of scrubbing beyond what goes on for ever.
PIECES_OF_A_PERSON = Rate(burst=6_000, per_s=100)
PIECES_OF_A_DEVICE = Rate(burst=12_000, per_s=200)
SPARE_FOR_HANDS = 300  # a minute of a person's own looks, when pages that ask by themselves took all others
# Bodies that people are fetching, the newest: ten for each of the directory's people.
BEGUN_MAX = 20_000


class Reading:
    """The buckets of looks and pieces of one hub, and which bodies people are in the middle of."""

    def __init__(self, *, begun_max: int = BEGUN_MAX) -> None:
        """Begin with nobody."""
        self._buckets = Buckets()
        self._begun_max = begun_max
        self._begun: dict[tuple[str, str], None] = {}

    def count_look(self, actor: Actor, at: datetime, *, unattended: bool = False) -> None:
        """Count one look; raise ``too_much_read`` (429), which says when to try again, when either bucket is empty.

        ``unattended``: a page asks by itself, and leaves :data:`SPARE_FOR_HANDS` in each.
        """
        needed = {f"looks of {actor.id}": LOOKS_OF_A_PERSON, f"looks at {actor.device}": LOOKS_OF_A_DEVICE}
        self._take(needed, at, spare=SPARE_FOR_HANDS if unattended else 0)

    def count_piece(self, actor: Actor, body: str, at: datetime) -> None:
        """Count one range of a sealed body; the first of each ``body`` is a look, too. Raises as :meth:`count_look`."""
        begun = (actor.id, body)
        if begun not in self._begun:
            self.count_look(actor, at)
        needed = {f"pieces of {actor.id}": PIECES_OF_A_PERSON, f"pieces at {actor.device}": PIECES_OF_A_DEVICE}
        self._take(needed, at)
        self._begun.pop(begun, None)
        self._begun[begun] = None  # the newest last
        while len(self._begun) > self._begun_max:
            del self._begun[next(iter(self._begun))]

    def _take(self, needed: dict[str, Rate], at: datetime, *, spare: int = 0) -> None:
        wait_s = ceil(self._buckets.take(needed, at.timestamp(), spare=spare))
        if wait_s > 0:
            seconds = "second" if wait_s == 1 else "seconds"
            message = (
                f"More was read here in a short time than a person reads. Try again in {wait_s} {seconds}; "
                "nothing is lost."
            )
            rule = "too_much_read"
            raise too_many(rule, message, wait_s=wait_s)
