"""How far each recorded camera's own clock is from this home's, as the camera says by ONVIF.

They are asked by a clock of their own and never because of a request. A camera that doesn't answer is left alone for
long, and one that runs on a battery while it sleeps; how it is asked is in `sources/onvif`.
"""

from __future__ import annotations

import asyncio
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from homeassistant.components.camera import async_get_stream_source
from homeassistant.const import CONF_HOST, CONF_PORT
from homeassistant.helpers import entity_registry as er

from ..const import LOGGER
from ..sources.onvif import ask_clock
from ..sources.steady import boot_s, wall_lead_s
from .links.sessions import Judged, peer_session

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection

    from homeassistant.core import HomeAssistant

    from ..sources.bounds import Asked

ONVIF: Final = "onvif"
HTTP_PORT: Final = 80
ROUND_S: Final = 60.0
ASK_EVERY_ROUNDS: Final = 5  # no longer than a file is weighed (`recorder/timing.py`): so each is with an answer
SILENT_ROUNDS: Final = 360
PATIENCE_S: Final = 10.0
STALE_S: Final = 3_600.0  # a camera that answers was asked again long before; one that doesn't may have been put since
PUT_S: Final = 1.0  # this home's own clock was put, if it moved by more: what was said was of the clock as it was
type Ask = Callable[[str, int], Awaitable[Asked | None]]


class CameraClocks:
    """Knows what each camera last said of its clock."""

    def __init__(self, hass: HomeAssistant, cameras: Callable[[], Collection[str]]) -> None:
        """Take what says which cameras are recorded and awake; ask nobody yet."""
        self._hass, self._cameras = hass, cameras
        self._said: dict[str, tuple[Asked, float, float]] = {}  # when, and by how much this home's clock led then
        self._rest: dict[str, int] = {}
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin to ask, again and again."""
        self._task = asyncio.create_task(self._ask_all(), name="camera clocks")

    async def stop(self) -> None:
        """Ask no more. May be called twice."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def asked(self, camera_id: str) -> Asked | None:
        """Return what a camera last said; None for one that never did, or of whom that says nothing any more."""
        if camera_id not in self._said:
            return None
        said, at_s, lead_s = self._said[camera_id]
        holds = boot_s() - at_s <= STALE_S and abs(wall_lead_s(monotonic_s=boot_s) - lead_s) <= PUT_S
        return said if holds else None

    async def _ask_all(self) -> None:
        session = peer_session(self._hass, Judged(check_certificate=True))
        while True:
            await self.look(lambda host, port: ask_clock(session, host, port))
            await asyncio.sleep(ROUND_S)

    async def look(self, ask: Ask) -> None:
        """Ask each camera that is due."""
        for camera_id in tuple(self._cameras()):
            self._rest[camera_id] = self._rest.get(camera_id, 0) - 1
            if self._rest[camera_id] > 0:
                continue
            place = await self._place(camera_id)
            said = await ask(*place) if place is not None else None
            if said is not None:
                self._said[camera_id] = said, boot_s(), wall_lead_s(monotonic_s=boot_s)
            answers = self.asked(camera_id) is not None  # of late: one answer that got lost is no silence
            self._rest[camera_id] = ASK_EVERY_ROUNDS if answers else SILENT_ROUNDS

    async def _place(self, camera_id: str) -> tuple[str, int] | None:
        """Return where a camera may be asked: where its `onvif` entry has it, else where its stream comes from."""
        entity = er.async_get(self._hass).entities.get_entry(camera_id)
        entry_id = entity.config_entry_id if entity else None
        entry = self._hass.config_entries.async_get_entry(entry_id) if entry_id else None
        if entry is not None and entry.domain == ONVIF:
            host, port = entry.data.get(CONF_HOST), entry.data.get(CONF_PORT)
            return (host, port) if isinstance(host, str) and isinstance(port, int) else None
        try:
            async with asyncio.timeout(PATIENCE_S):
                address = await async_get_stream_source(self._hass, entity.entity_id if entity else camera_id)
            host = urlsplit(address or "").hostname
        except Exception as error:  # noqa: BLE001  another integration's code: whatever breaks there, it is asked again
            LOGGER.debug("The address of a camera could not be had: %s", type(error).__name__)
            return None
        return (host, HTTP_PORT) if host and not _is_here(host) else None


def _is_here(host: str) -> bool:
    """Whether a stream is passed on by this very machine: that is no camera."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
