"""The go2rtc servers that Home Assistant knows: its own, and that of each Frigate.

They are asked when a camera is about to be recorded, by the clock of the recorder and never because of a request.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from http import HTTPStatus
from http.cookies import CookieError
from typing import TYPE_CHECKING, Final

import aiohttp
from yarl import URL

from ...const import LOGGER
from ...sources.go2rtc import Preference, Server, read_streams, restream_of
from ...sources.recorder_clients.connection.line import read
from ...sources.recorder_clients.errors import CopyError

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from ...sources.frigate import FrigateClient, FrigateServer
    from .frigate import FrigateLink

GO2RTC: Final = "go2rtc"  # the integration, and the key of its `hass.data`: `.url` and `.session` (2025.1 to 2026.11)
MANAGED_PORT: Final = 11984  # of the one that Home Assistant runs itself
MANAGED_RTSP: Final = "127.0.0.1:18554"
RTSP_PORT: Final = 8554
STREAMS_MAX_BYTES: Final = 1024 * 1024
PATIENCE_S: Final = 5.0  # in the house; a camera waits for it
ASK_EVERY_S: Final = 30.0


class Restreams:
    """Finds where a stream is already passed on."""

    def __init__(self, hass: HomeAssistant, frigates: FrigateLink) -> None:
        """Ask nobody yet."""
        self._hass, self._frigates = hass, frigates
        self._preferences: defaultdict[str, Preference] = defaultdict(Preference)
        self._clients: dict[FrigateServer, FrigateClient] = {}  # each knows when its login was refused
        self._known: tuple[Server, ...] = ()
        self._ask_at_s = 0.0
        self._asking = asyncio.Lock()

    async def best(self, camera_id: str, address: str) -> str:
        """Return the address to record a camera from: a restream of it where there is one, else its own."""
        restream = restream_of(address, await self._servers())
        return self._preferences[camera_id].choose(address, restream, time.monotonic())

    async def _servers(self) -> tuple[Server, ...]:
        async with self._asking:
            if time.monotonic() >= self._ask_at_s:
                found = await asyncio.gather(self._own(), *map(self._of_frigate, self._frigates.servers()))
                self._known = tuple(server for server in found if server is not None)
                self._ask_at_s = time.monotonic() + ASK_EVERY_S
            return self._known

    async def _own(self) -> Server | None:
        """Ask Home Assistant's go2rtc, if it has one."""
        known = self._hass.data.get(GO2RTC)
        url, session = getattr(known, "url", None), getattr(known, "session", None)
        if not isinstance(url, str) or not isinstance(session, aiohttp.ClientSession):
            return None
        try:
            asked = (place := URL(url)) / "api" / "streams"
            async with asyncio.timeout(PATIENCE_S), session.get(asked, allow_redirects=False) as answer:
                if answer.status != HTTPStatus.OK:
                    LOGGER.debug("Home Assistant's go2rtc was not asked: status %s", answer.status)
                    return None
                return Server(rtsp=rtsp_of(place), streams=read_streams(await read(answer, STREAMS_MAX_BYTES)))
        except (aiohttp.ClientError, CookieError, TimeoutError, CopyError, ValueError) as error:
            LOGGER.debug("Home Assistant's go2rtc was not asked: %s", type(error).__name__)
            return None

    async def _of_frigate(self, server: FrigateServer) -> Server | None:
        client = self._clients.setdefault(server, self._frigates.client(server))
        try:
            async with asyncio.timeout(PATIENCE_S):
                streams = await client.streams()
        except (CopyError, TimeoutError) as error:
            LOGGER.debug("A Frigate's streams were not asked for: %s", type(error).__name__)
            return None
        return Server(rtsp=f"{_host(URL(server.url))}:{RTSP_PORT}", streams=streams)


def rtsp_of(url: URL) -> str:
    """Return where a go2rtc passes streams on: Home Assistant's own one on a port of its own. Pure."""
    return MANAGED_RTSP if url.port == MANAGED_PORT else f"{_host(url)}:{RTSP_PORT}"


def _host(url: URL) -> str:
    host = url.host or ""
    return f"[{host}]" if ":" in host else host
