"""A scripted Frigate with real files, and the source in front of it. No Home Assistant runs here."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import aiohttp

from custom_components.milton_share.sources.errors import SourceError
from custom_components.milton_share.sources.frigate import FrigateAdapter, FrigateClient, FrigateServer
from custom_components.milton_share.sources.recorder_clients import CopiedSource, RecorderCamera
from tests.simulators.frigate.peer import Frigate
from tests.simulators.frigate.recording import Row, placed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
    from pathlib import Path

    from custom_components.milton_share.sources.recorder_clients import Adapter
    from custom_components.milton_share.sources.steady import SteadyClock

CAMERA_ID, CAMERA = "door", "front_door"
LENGTH_S = 3.0
HOLD_BYTES = 100 * 1024 * 1024
LATER = timedelta(days=1)


@dataclass(slots=True, kw_only=True)
class Kitchen:
    """What a test needs: the peer, the source, and where in time the recordings lie."""

    peer: Frigate
    source: CopiedSource
    session: aiohttp.ClientSession
    folder: Path
    began: datetime
    until: datetime
    server: FrigateServer
    cameras: dict[str, RecorderCamera]
    peers: list[Adapter]
    changes: list[str] = field(default_factory=list)

    def client(self, server: FrigateServer | None = None) -> FrigateClient:
        """Return a client that doesn't rest after a failure."""
        return FrigateClient(self.session, server or self.server, rest_s=0.0)

    async def ask_by(self, peer: Adapter) -> None:
        """Have the source begin anew, and ask by a peer of the test's own, which has looked at its recorder."""
        await self.source.stop()
        self.peers.append(peer)
        await self.source.start()
        await peer.look()


def peer_of(session: aiohttp.ClientSession, server: object) -> FrigateAdapter:
    """Return what asks a Frigate, doesn't rest after a failure, and gives up soon what fails."""
    assert isinstance(server, FrigateServer)
    return FrigateAdapter(FrigateClient(session, server, rest_s=0.0), stumbles_s=0.0)


def rule_of(work: Callable[[], object]) -> str | None:
    """Do it, and return the rule by which it was refused; None when it wasn't."""
    try:
        work()
    except SourceError as refused:
        return refused.rule
    return None


async def refused_by(work: Awaitable[object]) -> str | None:
    """Wait for it, and return the rule by which it was refused; None when it wasn't."""
    try:
        await work
    except SourceError as refused:
        return refused.rule
    return None


def rows_of(parts: Sequence[Path], media: Path, began_s: int) -> list[Row]:
    """Have Frigate record these, one after the other, each of LENGTH_S."""
    return placed(
        [(part, began_s + round(index * LENGTH_S), LENGTH_S) for index, part in enumerate(parts)], media, CAMERA
    )


@asynccontextmanager
async def cooking(
    tmp_path: Path,
    parts: Sequence[Path],
    *,
    hold_bytes: int = HOLD_BYTES,
    free_bytes: int = 10**12,
    login: tuple[str, str] | None = None,
    cameras: dict[str, RecorderCamera] | None = None,
    clock: SteadyClock | None = None,
) -> AsyncIterator[Kitchen]:
    """Serve recordings of some minutes ago, and start the source in front of them."""
    began_s = int(time.time()) - 600
    media = tmp_path / "media"
    peer = Frigate(media, {CAMERA: True, "yard": False})
    peer.rows += rows_of(parts, media, began_s)
    peer.login = login
    peer.sound = "none"
    await peer.start()
    server = FrigateServer(url=peer.url, username=login[0] if login else "", password=login[1] if login else "")
    known = {CAMERA_ID: RecorderCamera(server=server, name=CAMERA)} if cameras is None else cameras
    changes: list[str] = []
    async with aiohttp.ClientSession(auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()) as session:
        peers: list[Adapter] = []
        source = CopiedSource(
            tmp_path / "copies",
            hold_bytes,
            cameras=lambda: known,
            peer=lambda one: peers[-1] if peers else peer_of(session, one),
            on_change=lambda: changes.append("changed"),
            free_bytes=lambda _: free_bytes,
            look_every_s=0.2,
            clock=clock,
        )
        await source.start()
        try:
            yield Kitchen(
                peer=peer,
                source=source,
                session=session,
                folder=tmp_path / "copies",
                began=datetime.fromtimestamp(began_s, UTC),
                until=datetime.fromtimestamp(began_s, UTC) + timedelta(seconds=LENGTH_S * len(parts)),
                server=server,
                cameras=known,
                peers=peers,
                changes=changes,
            )
        finally:
            await source.stop()
            await peer.stop()
