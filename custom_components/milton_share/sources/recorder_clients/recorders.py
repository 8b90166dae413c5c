"""The other recorders of one home: their state and listings. A slow one doesn't delay the others."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from .adapter import Known, RecorderStanding
from .clock.offset import ClockOffset
from .errors import CopyError, CopyRule
from .unexpected import by_rule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..recorder.store.index import Hold
    from ..spans import Range
    from .adapter import Adapter, RecorderCamera, Server

_LOGGER = logging.getLogger(__name__)

COVERAGE_S = 30.0
"""How long all answers to one question may take together: other cameras' recordings wait to be held meanwhile."""
LOOK_S = 60.0
"""How long a recorder may take to say how it is."""
NOTHING_KNOWN = Known(records={}, version="", clock=ClockOffset(offset_s=0.0, uncertainty_s=0.0))


class Recorders:
    """Queries the recorders and keeps each one's last state. Call `close` at the end."""

    def __init__(
        self,
        cameras: Callable[[], Mapping[str, RecorderCamera]],
        peer: Callable[[Server], Adapter],
        on_change: Callable[[], None],
        look_every_s: float,
    ) -> None:
        """Prepare; sends nothing yet."""
        self._cameras, self._make_peer, self._on_change = cameras, peer, on_change
        self._look_every_s = look_every_s
        self._peers: dict[Server, Adapter] = {}
        self._known: dict[Server, Known] = {}
        self._looks: dict[Server, asyncio.Task[None]] = {}

    async def close(self) -> None:
        """Cancel all checks and forget the known states."""
        looks = tuple(self._looks.values())
        for look in looks:
            look.cancel()
        await asyncio.gather(*looks, return_exceptions=True)
        self._peers.clear()
        self._known.clear()

    def standing(self, camera: RecorderCamera) -> RecorderStanding:
        """Return the known state of a camera's recorder."""
        known = self._known.get(camera.server, NOTHING_KNOWN)
        return RecorderStanding(kind=camera.server.kind, records=known.records.get(camera.name), trouble=known.trouble)

    def peer(self, server: Server) -> Adapter:
        """Return the recorder's adapter: one each, with its own turn."""
        if server not in self._peers:
            self._peers[server] = self._make_peer(server)
        return self._peers[server]

    async def known_of(self, server: Server) -> Known:
        """Return a recorder's last known state, or ask for it; raises CopyError."""
        known = self._known.get(server, NOTHING_KNOWN)
        if not known.version:
            known = self._known[server] = await self.peer(server).look()
        return known

    async def listed(self, camera: RecorderCamera, asked: Hold) -> Sequence[Range]:
        """List what a recorder has in a range; raises CopyError."""
        peer = self.peer(camera.server)
        try:
            with by_rule(TimeoutError):
                async with asyncio.timeout(COVERAGE_S):
                    known = await self.known_of(camera.server)
                    return await peer.listed(camera.name, asked, known.clock)
        except TimeoutError as error:
            peer.rest()
            raise CopyError(CopyRule.AWAY, "slow answers") from error

    async def watch(self) -> None:
        """Check every recorder periodically."""
        while True:
            for server in self._servers() - self._looks.keys():
                self._looks[server] = asyncio.create_task(self._look_at(server), name="copied look")
                self._looks[server].add_done_callback(partial(self._looked, server))
            await asyncio.sleep(self._look_every_s)

    async def look(self) -> None:
        """Check every recorder's state and cameras concurrently."""
        await asyncio.gather(*(self._look_at(server) for server in self._servers()))

    def _looked(self, server: Server, _look: asyncio.Task[None]) -> None:
        self._looks.pop(server, None)

    def _servers(self) -> set[Server]:
        return {camera.server for camera in self._cameras().values()}

    async def _asked(self, server: Server) -> Known:
        try:
            with by_rule(TimeoutError):
                async with asyncio.timeout(LOOK_S):
                    return await self.peer(server).look()
        except TimeoutError as error:
            raise CopyError(CopyRule.AWAY, "slow answers") from error

    async def _look_at(self, server: Server) -> None:
        before = self._known.get(server)
        try:
            after = await self._asked(server)
        except CopyError as error:
            rule = error.rule
            after = replace(before or NOTHING_KNOWN, trouble=rule)
            if before is None or before.trouble != rule:
                _LOGGER.warning("A recorder (%s) can't be asked for its recordings: %s", server.kind, error)
        self._known[server] = after
        if before is None or (before.records, before.trouble) != (after.records, after.trouble):
            self._on_change()
