"""The other recorders of one home: how each is, and what it has of a range. One that is slow keeps no other waiting."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from .adapter import Known, RecorderStanding
from .clock import ClockOffset
from .errors import CopyError, CopyRule
from .unforeseen import by_rule

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
    """Asks them, and remembers what each said last. Call `close` before you let go of it."""

    def __init__(
        self,
        cameras: Callable[[], Mapping[str, RecorderCamera]],
        peer: Callable[[Server], Adapter],
        on_change: Callable[[], None],
        look_every_s: float,
    ) -> None:
        """Ask nothing yet."""
        self._cameras, self._make_peer, self._on_change = cameras, peer, on_change
        self._look_every_s = look_every_s
        self._peers: dict[Server, Adapter] = {}
        self._known: dict[Server, Known] = {}
        self._looks: dict[Server, asyncio.Task[None]] = {}

    async def close(self) -> None:
        """End all looks, and forget what was known."""
        looks = tuple(self._looks.values())
        for look in looks:
            look.cancel()
        await asyncio.gather(*looks, return_exceptions=True)
        self._peers.clear()
        self._known.clear()

    def standing(self, camera: RecorderCamera) -> RecorderStanding:
        """Say what is known of a camera's recorder."""
        known = self._known.get(camera.server, NOTHING_KNOWN)
        return RecorderStanding(kind=camera.server.kind, records=known.records.get(camera.name), trouble=known.trouble)

    def peer(self, server: Server) -> Adapter:
        """Return who asks it: one for each, whose turn is its own."""
        if server not in self._peers:
            self._peers[server] = self._make_peer(server)
        return self._peers[server]

    async def known_of(self, server: Server) -> Known:
        """Return what a recorder last said of itself, or ask it; raises CopyError."""
        known = self._known.get(server, NOTHING_KNOWN)
        if not known.version:
            known = self._known[server] = await self.peer(server).look()
        return known

    async def listed(self, camera: RecorderCamera, asked: Hold) -> Sequence[Range]:
        """Ask a recorder what it has of a range; raises CopyError."""
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
        """Look at every recorder, again and again."""
        while True:
            for server in self._servers() - self._looks.keys():
                self._looks[server] = asyncio.create_task(self._look_at(server), name="copied look")
                self._looks[server].add_done_callback(partial(self._looked, server))
            await asyncio.sleep(self._look_every_s)

    async def look(self) -> None:
        """Ask every recorder what it records, and how it is; none waits for another."""
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
