"""A SIMULATOR of Frigate's integration, for the journey: the same domain, entry and unique ids, and nothing more.

What it stands for is https://github.com/blakeblackshear/frigate-hass-integration (MIT; release 5.15.2 was read, and no
line copied): its entry's data (`config_flow.py`), its cameras' unique ids, devices and features (`camera.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeassistant.const import Platform

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigEntry
    from homeassistant.core import HomeAssistant

PLATFORMS = (Platform.CAMERA,)


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Set up the cameras."""
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    return True


async def async_unload_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Take them away."""
    return await hass.config_entries.async_unload_platforms(entry, PLATFORMS)
