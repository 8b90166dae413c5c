"""Cameras of other integrations that record them, each with what its entry says of the recorder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeassistant.core import callback
from homeassistant.helpers import entity_registry as er

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from homeassistant.config_entries import ConfigEntry
    from homeassistant.core import HomeAssistant


@callback
def recorded_cameras[S](
    hass: HomeAssistant, platform: str, server_of: Callable[[ConfigEntry], S | None]
) -> Iterator[tuple[er.RegistryEntry, S]]:
    """Give an integration's cameras with their recorder, but for those of an entry that the owner has switched off."""
    servers = {
        entry.entry_id: server
        for entry in hass.config_entries.async_entries(platform, include_disabled=False)
        if (server := server_of(entry)) is not None
    }
    for entity in er.async_get(hass).entities.values():
        if entity.platform == platform and entity.domain == "camera" and entity.config_entry_id in servers:
            yield entity, servers[entity.config_entry_id]
