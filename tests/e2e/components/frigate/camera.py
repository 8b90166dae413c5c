"""Its cameras."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeassistant.components.camera import Camera, CameraEntityFeature
from homeassistant.const import CONF_URL
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.device_registry import DeviceInfo

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigEntry
    from homeassistant.core import HomeAssistant
    from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback


async def async_setup_entry(
    hass: HomeAssistant, entry: ConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add a camera for each that Frigate has."""
    async with async_get_clientsession(hass).get(f"{entry.data[CONF_URL]}/api/config") as answer:
        cameras = (await answer.json())["cameras"]
    async_add_entities([FrigateCamera(entry, name) for name in cameras])


class FrigateCamera(Camera):
    """One of them."""

    _attr_has_entity_name = True
    _attr_name = None
    _attr_supported_features = CameraEntityFeature.STREAM

    def __init__(self, entry: ConfigEntry, name: str) -> None:
        """Name it as Frigate's integration does."""
        super().__init__()
        self._attr_unique_id = f"{entry.entry_id}:camera:{name}"
        self._attr_device_info = DeviceInfo(
            identifiers={("frigate", f"{entry.entry_id}:{name}")},
            name=name.replace("_", " ").title(),
            manufacturer="Frigate",
        )
