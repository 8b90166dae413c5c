"""A scripted console with a real film, and the source in front of it. No Home Assistant runs here."""

from __future__ import annotations

import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import aiohttp

from custom_components.milton_share.sources.protect import ProtectAdapter, ProtectClient, ProtectServer
from custom_components.milton_share.sources.recorder_clients import CopiedSource, RecorderCamera
from tests.milton_share.held_films import CAMERA_ID, HeldFilm
from tests.simulators.films import Film
from tests.simulators.unifi_protect.peer import MAC, Protect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

LOGIN = ("home", "a-password-of-the-test")
LENGTH_S, FPS, GOP_S = 60.0, 15, 2
AGO_S = 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class Console(HeldFilm):
    """What a test needs: the peer, the source, and when the first picture of the film was taken."""

    peer: Protect
    session: aiohttp.ClientSession
    server: ProtectServer
    folder: Path

    def keep(self, *spans_s: tuple[float, float]) -> None:
        """Have nothing of the film but these spans, in seconds after its start."""
        (whole,) = self.peer.films
        self.peer.films[:] = [replace(whole, from_s=from_s, until_s=until_s) for from_s, until_s in spans_s]

    def client(self, server: ProtectServer | None = None) -> ProtectClient:
        """Return a client that doesn't rest after a failure."""
        return ProtectClient(self.session, server or self.server, rest_s=0.0)


@asynccontextmanager
async def running(
    folder: Path,
    film: Path,
    *,
    hold_bytes: int = 10**9,
    look_every_s: float = 3_600.0,
    name: str = MAC,
    home_doubt_s: Callable[[], float] = float,
    stumbles_s: float = 0.0,
) -> AsyncIterator[Console]:
    """Serve a film of an hour ago, and start the source in front of it; what fails is given up soon."""
    began_s = int(time.time()) - AGO_S
    peer = Protect(folder / "console", LOGIN)
    peer.films.append(Film(path=film, began_s=began_s))
    await peer.start()
    server = ProtectServer(
        host="127.0.0.1", port=peer.port, username=LOGIN[0], password=LOGIN[1], check_certificate=False
    )
    connector = aiohttp.TCPConnector(ssl=False)  # as the owner said: the console's certificate is its own
    jar = aiohttp.DummyCookieJar()
    async with aiohttp.ClientSession(connector=connector, auto_decompress=False, cookie_jar=jar) as session:
        source = CopiedSource(
            folder / "copies",
            hold_bytes,
            cameras=lambda: {CAMERA_ID: RecorderCamera(server=server, name=name)},
            peer=lambda _: ProtectAdapter(ProtectClient(session, server, rest_s=0.0), stumbles_s),
            on_change=lambda: None,
            look_every_s=look_every_s,
            home_doubt_s=home_doubt_s,
        )
        await source.start()
        try:
            yield Console(
                peer=peer,
                source=source,
                session=session,
                server=server,
                folder=folder / "copies",
                began=datetime.fromtimestamp(began_s, UTC),
            )
        finally:
            await source.stop()
            await peer.stop()
