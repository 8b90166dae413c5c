"""The Nest cameras that Home Assistant knows, and the clips of their events that it keeps itself.

Home Assistant's own `nest` integration fetches the clip of each event when the event comes, and keeps it in a folder of
its own. Only that folder is read. To ask Google for more because a request matched would show it the match (law 1).
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from homeassistant.core import callback
from homeassistant.helpers import entity_registry as er

from ...sources.media_folder import NestAdapter, NestFolder
from ...sources.media_folder.adapter import CAMERA
from ...sources.recorder_clients import RecorderCamera

if TYPE_CHECKING:
    from collections.abc import Callable

    from homeassistant.core import HomeAssistant

NEST = "nest"
STORE = "event_media"


class NestLink:
    """What Home Assistant keeps of Nest's events."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Do nothing yet."""
        self._hass = hass

    @callback
    def cameras(self) -> dict[str, RecorderCamera]:
        """Return Home Assistant's Nest cameras, by camera id: a device's clips lie in a folder of its id."""
        store = str(store_folder(self._hass))
        return {
            entity.id: RecorderCamera(
                server=NestFolder(folder=str(Path(store, entity.device_id)), zone="UTC", roots=(store,)), name=CAMERA
            )
            for entity in er.async_get(self._hass).entities.values()
            if entity.platform == NEST and entity.domain == "camera" and entity.device_id is not None
        }

    @callback
    def peer(self, server: NestFolder) -> NestAdapter:
        """Return what reads a camera's clips."""
        return NestAdapter(server)


def store_folder(hass: HomeAssistant) -> Path:
    """Return where Home Assistant keeps them: with its caches, and before 2026.11 with its settings."""
    cache_path: Callable[..., str] | None = getattr(hass.config, "cache_path", None)
    return Path(cache_path(NEST, STORE) if cache_path else hass.config.path(NEST, STORE))
