"""What all entities share. Law 1: they show what every home of the city receives alike, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import CONF_CITY_NAME, DOMAIN
from .coordinator import MiltonCoordinator

if TYPE_CHECKING:
    from homeassistant.helpers.entity import EntityDescription


class MiltonShareEntity(CoordinatorEntity[MiltonCoordinator]):
    """One entity of an enrollment."""

    _attr_has_entity_name = True

    def __init__(self, coordinator: MiltonCoordinator, description: EntityDescription) -> None:
        """Name it and its device."""
        super().__init__(coordinator)
        self.entity_description = description
        entry = coordinator.config_entry
        self._attr_unique_id = f"{entry.unique_id}_{description.key}"
        self._attr_device_info = DeviceInfo(
            identifiers={(DOMAIN, str(entry.unique_id))},
            entry_type=DeviceEntryType.SERVICE,
            name=entry.data[CONF_CITY_NAME],
            manufacturer="Milton Share",
        )

    @property
    def available(self) -> bool:
        """Stay: what was received is known without the hub, and the link has its own sensor."""
        return True
