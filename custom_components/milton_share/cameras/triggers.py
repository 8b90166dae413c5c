"""Entities that the owner names to have a camera recorded, where nothing on its own device tells, or not all.

A ring or a motion that another device notices, a gate or a door that opens, a button that is pressed. What is named is
kept by its id in Home Assistant's registry, so that another name of it changes nothing. What this home itself has
tells nothing: no camera is asked for anything because a request came (law 1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.const import ATTR_DEVICE_CLASS, Platform
from homeassistant.helpers import entity_registry as er

from ..const import DOMAIN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from homeassistant.core import HomeAssistant

TELLERS_MAX: Final = 12
"""Of one camera: each makes Home Assistant tell this home of all that it does."""
SENSORS: Final = frozenset(
    {
        BinarySensorDeviceClass.DOOR,
        BinarySensorDeviceClass.GARAGE_DOOR,
        BinarySensorDeviceClass.MOTION,
        BinarySensorDeviceClass.MOVING,
        BinarySensorDeviceClass.OCCUPANCY,
        BinarySensorDeviceClass.OPENING,
        BinarySensorDeviceClass.PRESENCE,
        BinarySensorDeviceClass.SOUND,
        BinarySensorDeviceClass.VIBRATION,
        BinarySensorDeviceClass.WINDOW,
    }
)
"""What of sensors tells that something happens; others (a battery, a connection) are on for days."""


def can_tell(hass: HomeAssistant, entity_id: str) -> bool:
    """Whether an entity is there and tells of moments (any event) or of what begins and ends."""
    entity = er.async_get(hass).async_get(entity_id)
    state = hass.states.get(entity_id)
    if (entity is None and state is None) or _is_own(entity):
        return False
    domain = entity_id.partition(".")[0]
    kind = (entity.device_class or entity.original_device_class) if entity else None
    kind = kind or (state.attributes.get(ATTR_DEVICE_CLASS) if state else None)
    return domain == Platform.EVENT or (domain == Platform.BINARY_SENSOR and kind in SENSORS)


def kept_as(hass: HomeAssistant, entity_ids: Iterable[str]) -> tuple[str, ...]:
    """Return how entities are kept, each once: by their registry's ids, where they have one."""
    registry = er.async_get(hass)
    found = ((registry.async_get(entity_id), entity_id) for entity_id in entity_ids)
    return tuple(dict.fromkeys(entity.id if entity else entity_id for entity, entity_id in found))


def entities_of(hass: HomeAssistant, kept: Iterable[str]) -> tuple[str, ...]:
    """Return the entities as they are called now; those that are gone are left out."""
    registry = er.async_get(hass)
    found = ((registry.entities.get_entry(one), one) for one in kept)
    named = (entity.entity_id if entity else one for entity, one in found if not _is_own(entity))
    return tuple(entity_id for entity_id in named if "." in entity_id)


def _is_own(entity: er.RegistryEntry | None) -> bool:
    return entity is not None and entity.platform == DOMAIN
