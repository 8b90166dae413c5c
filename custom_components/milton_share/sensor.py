"""How many requests are open, and how the hub is reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from homeassistant.components.sensor import SensorDeviceClass, SensorEntity, SensorEntityDescription, SensorStateClass
from homeassistant.const import EntityCategory

from .entity import MiltonShareEntity
from .hub_link.state import LinkState

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from homeassistant.core import HomeAssistant
    from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

    from .coordinator import MiltonShareConfigEntry
    from .runtime.snapshot import Snapshot

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class MiltonShareSensorDescription(SensorEntityDescription):
    """One sensor and where its value is."""

    value_fn: Callable[[Snapshot], int | str | datetime | None]


SENSORS = (
    MiltonShareSensorDescription(
        key="open_requests",
        translation_key="open_requests",
        state_class=SensorStateClass.MEASUREMENT,
        value_fn=lambda snapshot: snapshot.open_requests,
    ),
    MiltonShareSensorDescription(
        key="link",
        translation_key="link",
        device_class=SensorDeviceClass.ENUM,
        options=list(LinkState),
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda snapshot: snapshot.link,
    ),
    MiltonShareSensorDescription(
        key="last_contact",
        entity_registry_enabled_default=False,  # it changes at each read of the feed; the link says what matters
        translation_key="last_contact",
        device_class=SensorDeviceClass.TIMESTAMP,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda snapshot: snapshot.last_contact,
    ),
)


async def async_setup_entry(
    _hass: HomeAssistant, entry: MiltonShareConfigEntry, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the sensors."""
    async_add_entities(MiltonShareSensor(entry.runtime_data, description) for description in SENSORS)


class MiltonShareSensor(MiltonShareEntity, SensorEntity):
    """One value of the snapshot."""

    entity_description: MiltonShareSensorDescription

    @property
    def native_value(self) -> int | str | datetime | None:
        """The value now."""
        return self.entity_description.value_fn(self.coordinator.data)
