"""What else the device of a camera has in Home Assistant: what tells that something happens, and a battery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from homeassistant.components.binary_sensor import BinarySensorDeviceClass
from homeassistant.components.event import EventDeviceClass
from homeassistant.const import Platform
from homeassistant.helpers import entity_registry as er

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

TELLING: Final = frozenset(
    {
        *(
            (Platform.EVENT, kind)
            for kind in (EventDeviceClass.DOORBELL, EventDeviceClass.MOTION, EventDeviceClass.BUTTON)
        ),
        *(
            (Platform.BINARY_SENSOR, kind)
            for kind in (
                BinarySensorDeviceClass.MOTION,
                BinarySensorDeviceClass.MOVING,
                BinarySensorDeviceClass.OCCUPANCY,
                BinarySensorDeviceClass.PRESENCE,
            )
        ),
    }
)
"""Entities, by domain and device class, that tell of a ring or of something that moves."""
RINGING: Final = frozenset({"ding", "doorbell", "visitor"})
"""What integrations call the sensor of a doorbell's button: August and Yale, UniFi Protect, Reolink. Its device class
says something else, or nothing."""
VISITOR_TOPIC: Final = "RuleEngine/MyRuleDetector/Visitor"
"""By which event of ONVIF it is told; stands in the sensor's unique id."""
BATTERY: Final = "battery"
POWERED: Final = frozenset({Platform.SENSOR, Platform.BINARY_SENSOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Of one camera: the entities that tell of events, and whether its device runs on a battery.

    `ringing` are the sensors among them that a doorbell's button switches on.
    """

    telling: tuple[str, ...] = ()
    ringing: frozenset[str] = frozenset()
    has_battery: bool = False


NOTHING: Final = Surroundings()


def surroundings(hass: HomeAssistant, camera_id: str) -> Surroundings:
    """Look them up in the registries, by the camera's id there; a camera without a device has none.

    An entity that is disabled tells nothing; but a battery is there whether or not somebody wants to see its charge.
    """
    registry = er.async_get(hass)
    camera = registry.entities.get_entry(camera_id)
    if camera is None or camera.device_id is None:
        return NOTHING
    all_siblings = er.async_entries_for_device(registry, camera.device_id, include_disabled_entities=True)
    siblings = [one for one in all_siblings if not one.disabled]
    ringing = frozenset(one.entity_id for one in siblings if _is_button(one))
    moving = {one.entity_id for one in siblings if (one.domain, _kind(one)) in TELLING}
    return Surroundings(
        telling=tuple(sorted(moving | ringing)),
        ringing=ringing,
        has_battery=any(one.domain in POWERED and _kind(one) == BATTERY for one in all_siblings),
    )


def _is_button(entity: er.RegistryEntry) -> bool:
    named = entity.translation_key in RINGING or VISITOR_TOPIC in entity.unique_id
    return named and entity.domain == Platform.BINARY_SENSOR


def _kind(entity: er.RegistryEntry) -> str | None:
    return entity.device_class or entity.original_device_class
