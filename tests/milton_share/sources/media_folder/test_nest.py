"""A Nest camera without clips, and one that is recorded here; test_own_nest.py has Home Assistant's own integration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milton_share.cameras.model import FootageFrom

if TYPE_CHECKING:
    from tests.milton_share.conftest import Home

NEST_DEVICE = "enterprises/project/devices/door"


def nest_camera(home: Home) -> er.RegistryEntry:
    """Return a Nest doorbell of this home, as Home Assistant registers it."""
    entry = MockConfigEntry(domain="nest", disabled_by=None)
    entry.add_to_hass(home.hass)
    device = dr.async_get(home.hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("nest", NEST_DEVICE)}
    )
    camera = er.async_get(home.hass).async_get_or_create(
        "camera", "nest", "door-camera", device_id=device.id, config_entry=entry, suggested_object_id="nest_door"
    )
    home.hass.states.async_set(camera.entity_id, "idle", {"friendly_name": "Nest door", "supported_features": 0})
    return camera


async def test_a_nest_camera_without_clips_has_nothing_and_no_trouble(home: Home) -> None:
    """No store, no event: the app has it, and nothing is asked of anybody."""
    camera = nest_camera(home)
    await home.services.footage.copied.look()
    (view,) = [view for view in home.state().cameras if view.camera_id == camera.id]
    assert (view.footage, view.footage_trouble) == (FootageFrom.APP, None)
    await home.place_camera(camera_id=camera.id)
    request_id = await home.receive()
    await home.until(lambda: home.case(request_id).state == "received")
    await home.round()
    assert home.case(request_id).state == "received"


async def test_a_camera_of_nest_that_streams_is_recorded_here(home: Home) -> None:
    """Its clips are of events alone: this home's own recorder isn't kept from it."""
    camera = nest_camera(home)
    home.hass.states.async_set(camera.entity_id, "idle", {"friendly_name": "Nest door", "supported_features": 2})
    await home.services.footage.copied.look()
    (view,) = [view for view in home.state().cameras if view.camera_id == camera.id]
    assert view.footage is FootageFrom.HERE
    await home.place_camera(camera_id=camera.id)
    assert set(home.services.cameras.recorded()) == {camera.id}
