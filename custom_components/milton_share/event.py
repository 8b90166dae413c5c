"""The event of a request that came and was verified, whether or not it concerns this home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import callback

from .entity import MiltonShareEntity

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant
    from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

    from .coordinator import MiltonShareConfigEntry

PARALLEL_UPDATES = 0

RECEIVED = "received"

REQUEST = EventEntityDescription(key="request", translation_key="request", event_types=[RECEIVED])


async def async_setup_entry(
    _hass: HomeAssistant, entry: MiltonShareConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the event."""
    async_add_entities([RequestEvent(entry.runtime_data, REQUEST)])


class RequestEvent(MiltonShareEntity, EventEntity):
    """Fires for every verified request, with the same words for each (law 1)."""

    async def async_added_to_hass(self) -> None:
        """Listen."""
        await super().async_added_to_hass()
        self.async_on_remove(self.coordinator.on_request(self._received))

    @callback
    def _received(self) -> None:
        self._trigger_event(RECEIVED)
        self.async_write_ha_state()

    @callback
    def _handle_coordinator_update(self) -> None:
        """Change nothing: only a request does."""
