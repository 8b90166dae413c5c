"""A scripted Reolink device with real files, and the source in front of it. No Home Assistant runs here."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import aiohttp

from custom_components.milton_share.sources.recorder_clients import CopiedSource, RecorderCamera
from custom_components.milton_share.sources.reolink import ReolinkAdapter, ReolinkClient, ReolinkServer
from tests.milton_share.held_films import CAMERA_ID, HeldFilm
from tests.simulators.films import Film
from tests.simulators.reolink.peer import Reolink, stored_parts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

LOGIN = ("home", "a-password-of-the-test")
LENGTH_S, FILES, FPS = 6, 4, 15
AGO_S = 7_200


@dataclass(frozen=True, slots=True, kw_only=True)
class Device(HeldFilm):
    """What a test needs: the peer, the source, and when the first picture was taken."""

    peer: Reolink
    session: aiohttp.ClientSession
    server: ReolinkServer
    folder: Path

    def client(self, server: ReolinkServer | None = None) -> ReolinkClient:
        """Return a client that doesn't rest after a failure."""
        return ReolinkClient(self.session, server or self.server, rest_s=0.0)


@asynccontextmanager
async def running(
    folder: Path,
    parts: Sequence[Path],
    *,
    film: Path | None = None,
    began_s: float | None = None,
    hold_bytes: int = 10**9,
    name: str = "0",
    rest_s: float | None = 0.0,
    stumbles_s: float = 0.0,
) -> AsyncIterator[Device]:
    """Serve files of two hours ago on a card, or a film on a recorder's disk; start the source in front of it.

    What fails is given up soon.
    """
    first_s = int(time.time()) - AGO_S if began_s is None else began_s
    peer = Reolink(folder / "device", LOGIN, is_recorder=film is not None)
    if film is not None:
        peer.films.append(Film(path=film, began_s=first_s))
    peer.files += stored_parts(list(parts), first_s, LENGTH_S)
    await peer.start()
    server = ReolinkServer(host="127.0.0.1", port=peer.port, https=False, username=LOGIN[0], password=LOGIN[1])
    async with aiohttp.ClientSession(auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()) as session:
        source = CopiedSource(
            folder / "copies",
            hold_bytes,
            cameras=lambda: {CAMERA_ID: RecorderCamera(server=server, name=name)},
            peer=lambda _: ReolinkAdapter(ReolinkClient(session, server, rest_s=rest_s), stumbles_s),
            on_change=lambda: None,
            look_every_s=3_600.0,
        )
        await source.start()
        try:
            yield Device(
                peer=peer,
                source=source,
                session=session,
                server=server,
                folder=folder / "copies",
                began=datetime.fromtimestamp(first_s, UTC),
            )
        finally:
            await source.stop()
            await peer.stop()
