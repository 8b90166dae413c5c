"""Which cameras may be asked: by the owner's word, never by themselves, and indoor ones never."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er

from custom_components.milton_share.cameras.matching import sees
from custom_components.milton_share.cameras.model import CameraSettings, Placing
from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.shared.milton_protocol.geometry import Point
from tests.milton_share.conftest import CAMERA, FAR_AWAY
from tests.simulators.city import AREA, City

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from tests.milton_share.conftest import Home

IN_AREA = CameraSettings(
    camera_id="door", placing=Placing.OUTDOOR, eligible=True, position=AREA.center, heading_deg=0, range_m=20
)


@pytest.mark.parametrize(
    ("change", "looks"),
    [
        ({}, True),
        ({"eligible": False}, False),
        ({"placing": Placing.UNCLASSIFIED}, False),
        ({"placing": Placing.INDOOR}, False),
        ({"position": None}, False),
        ({"position": FAR_AWAY}, False),
        # 280 m south of a circle of 250 m: in reach northwards with 50 m, not with 20, not southwards.
        ({"position": Point(lat_e7=AREA.center.lat_e7 - 25_180, lon_e7=AREA.center.lon_e7), "range_m": 50}, True),
        ({"position": Point(lat_e7=AREA.center.lat_e7 - 25_180, lon_e7=AREA.center.lon_e7), "range_m": 20}, False),
        (
            {
                "position": Point(lat_e7=AREA.center.lat_e7 - 25_180, lon_e7=AREA.center.lon_e7),
                "range_m": 50,
                "heading_deg": 180,
            },
            False,
        ),
    ],
)
def test_a_camera_matches_by_its_view_and_the_owners_word(change: dict[str, Any], *, looks: bool) -> None:
    """All of: outdoor, eligible, placed, and its view reaches in."""
    assert sees(replace(IN_AREA, **change), City().draft()) is looks


async def test_nothing_is_eligible_by_itself(home: Home) -> None:
    """A fresh home matches nothing."""
    (camera,) = home.state().cameras
    assert (camera.settings.placing, camera.settings.eligible) == (Placing.UNCLASSIFIED, False)
    request_id = await home.receive()
    request = home.request(request_id)
    assert request is not None
    assert request.cases == ()


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"placing": Placing.INDOOR}, "never_eligible"),
        ({"placing": Placing.UNCLASSIFIED}, "never_eligible"),
        ({"position": None}, "no_position"),
        ({"heading_deg": 360}, "out_of_bounds"),
        ({"field_of_view_deg": 0}, "out_of_bounds"),
        ({"range_m": 501}, "out_of_bounds"),
        ({"camera_id": "camera.nowhere"}, "unknown_camera"),
    ],
)
async def test_a_setting_that_can_not_be_is_refused(home: Home, change: dict[str, Any], rule: str) -> None:
    """And nothing is kept of it."""
    with pytest.raises(MiltonShareError, match=rule):
        await home.place_camera(**change)
    assert not home.state().cameras[0].settings.eligible


async def test_settings_survive_a_restart(home: Home) -> None:
    """They are the home's own, in its own database."""
    await home.place_camera()
    await home.restart()
    (camera,) = home.panel.settings.cameras(home.owner.session)
    assert camera.settings == replace(IN_AREA, camera_id=CAMERA, heading_deg=90, range_m=30)


@pytest.mark.usefixtures("recorded")
async def test_a_camera_that_may_no_longer_be_asked_ends_its_case(home: Home) -> None:
    """The recordings that were kept for it are let go."""
    await home.place_camera()
    case = await home.held()
    await home.place_camera(eligible=False)
    await home.until(lambda: home.case(case.request_id).state == "lapsed")


async def test_doorbells_and_indoor_cameras_are_recognized(hass: HomeAssistant, home: Home) -> None:
    """By a sibling entity, and by the model's name; what calls itself indoor is never eligible."""
    assert home
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=home.entry.entry_id, identifiers={("test", "1")}, model="Indoor Cam 2"
    )
    entities = er.async_get(hass)
    for domain, name, extra in (
        ("camera", "hall", {}),
        ("event", "ring", {"original_device_class": "doorbell"}),
    ):
        entities.async_get_or_create(
            domain, "test", name, suggested_object_id=name, device_id=device.id, config_entry=home.entry, **extra
        )
    hass.states.async_set("camera.hall", "idle", {"friendly_name": "Hall", "supported_features": 2})
    camera = next(one for one in home.state().cameras if one.entity_id == "camera.hall")
    assert (camera.doorbell, camera.seems_indoor, camera.can_record) == (True, True, True)
    assert camera.camera_id == entities.async_get("camera.hall").id
    with pytest.raises(MiltonShareError, match="never_eligible"):
        await home.place_camera(camera_id=camera.camera_id)
