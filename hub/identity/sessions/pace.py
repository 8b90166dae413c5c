"""How fast one person, and one device, may act and read (:mod:`hub.kit.limits`): a stolen session carries off little.

Invariants: whatever a signed-in person asks for costs an act or a look, except what is the same for everybody (styles,
scripts, the words of a sign-in). A page that asks by itself, while perhaps nobody sits there, leaves looks for hands.
Further ranges of a sealed body that the person has begun to fetch are pieces, not looks: a player needs hundreds for
one clip.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.kit.buckets import Buckets
from hub.kit.limits import ACTS, LOOKS, PIECES, SPARE_LOOKS

if TYPE_CHECKING:
    from datetime import datetime

    from hub.kit.access import Actor

# Bodies that people are fetching, the newest: ten for each of the directory's people.
BEGUN_MAX = 20_000


class Pace:
    """What people and their devices did and read lately, and which bodies people are in the middle of."""

    def __init__(self, *, begun_max: int = BEGUN_MAX) -> None:
        """Begin with nobody."""
        self._buckets = Buckets()
        self._begun_max = begun_max
        self._begun: dict[tuple[str, str], None] = {}

    def count_act(self, actor: Actor, at: datetime) -> None:
        """Count one act; raise ``too_fast`` (429)."""
        self._buckets.count(ACTS, actor.id, at, device=actor.device)

    def count_look(self, actor: Actor, at: datetime, *, unattended: bool = False) -> None:
        """Count one look; raise ``too_much_read`` (429). ``unattended``: a page asks by itself."""
        self._buckets.count(LOOKS, actor.id, at, device=actor.device, spare=SPARE_LOOKS if unattended else 0)

    def count_piece(self, actor: Actor, body: str, at: datetime) -> None:
        """Count one range of a sealed body; the first of each ``body`` is a look, too. Raises as :meth:`count_look`."""
        begun = (actor.id, body)
        if begun not in self._begun:
            self.count_look(actor, at)
        self._buckets.count(PIECES, actor.id, at, device=actor.device)
        self._begun.pop(begun, None)
        self._begun[begun] = None  # the newest last
        while len(self._begun) > self._begun_max:
            del self._begun[next(iter(self._begun))]
