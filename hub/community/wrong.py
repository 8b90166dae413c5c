"""Wrong codes and keys: ten an hour from one network are answered at once, further ones slowly; nobody is locked out.

A right one is taken at once, whatever came before (docs/adr/0093). Counts are in memory; no address is written down.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.kit.buckets import Buckets, RateLimit
from hub.kit.errors import HubError
from hub.kit.guesses import SlowAnswers, network_of
from hub.web.server.peers import address_of

if TYPE_CHECKING:
    from datetime import datetime

    from aiohttp import web

WRONG = RateLimit(name="wrong codes of a network", rule="too_fast", message="Wait.", burst=10, per_s=10 / 3600)


class WrongTries:
    """Counts what was wrong, by network."""

    def __init__(self) -> None:
        """Begin with none."""
        self._buckets, self._slow = Buckets(), SlowAnswers()

    async def note(self, request: web.Request, at: datetime) -> None:
        """Count a wrong try; where its network has used up what is, wait first."""
        try:
            self._buckets.count(WRONG, network_of(address_of(request)), at)
        except HubError:
            await self._slow.wait()
