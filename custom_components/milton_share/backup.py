"""Before a backup the database is brought into its main file. Recordings are in a folder that no backup takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .const import DOMAIN

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from .coordinator import MiltonShareConfigEntry


async def async_pre_backup(hass: HomeAssistant) -> None:
    """Write all that is known into the file that is copied."""
    entries: list[MiltonShareConfigEntry] = hass.config_entries.async_loaded_entries(DOMAIN)
    for entry in (one for one in entries if hasattr(one, "runtime_data")):  # one that leaves has nothing
        await entry.runtime_data.checkpoint()


async def async_post_backup(hass: HomeAssistant) -> None:
    """Do nothing: what came meanwhile is in the database's log."""
    del hass
