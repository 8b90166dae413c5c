"""Clips of Nest's events that Home Assistant keeps are found; Google is asked for nothing, whatever matches."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milton_share.models import FootageFrom
from custom_components.milton_share.nest_link import store_folder

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from tests.milton_share.conftest import Home

ROOT = Path(__file__).parents[3]
NEST_DEVICE = "enterprises/project/devices/door"


@pytest.fixture(autouse=True)
def _own_folder(hass: HomeAssistant, tmp_path: Path) -> None:
    """Each test has a configuration folder of its own."""
    (tmp_path / ".storage").mkdir()
    hass.config.config_dir = str(tmp_path)


def kept_by_home_assistant(config: Path, device_id: str, at_s: int, clip: Path) -> Path:
    """Have Home Assistant's own code keep a clip of an event; return where it is."""
    words = [str(config), NEST_DEVICE, device_id, str(at_s), "doorbell_chime", str(clip)]
    program = [sys.executable, "-m", "tests.simulators.nest_store", *words]
    return Path(subprocess.run(program, cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip())


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


async def test_a_clip_that_home_assistant_kept_is_held_looked_at_and_timed_by_its_event(
    home: Home, film: bytes, tmp_path: Path
) -> None:
    """By Home Assistant's own store; the time is the event's, give or take what a clip is long."""
    camera = nest_camera(home)
    assert camera.device_id is not None
    (tmp_path / "film.mp4").write_bytes(film)
    at_s = int(time.time()) - 9_000
    kept = await asyncio.to_thread(kept_by_home_assistant, tmp_path, camera.device_id, at_s, tmp_path / "film.mp4")
    assert kept.parent.parent == store_folder(home.hass)
    await home.coordinator._parts.copied.look()  # noqa: SLF001
    (view,) = [view for view in home.state().cameras if view.camera_id == camera.id]
    assert (view.footage, view.maker, view.footage_trouble) == (FootageFrom.APP, "nest", None)
    await home.place_camera(camera_id=camera.id)
    case = await home.held()
    await home.until(lambda: home.case(case.request_id).footage_from is not None, 30)
    case = home.case(case.request_id)
    assert case.footage_from is not None
    assert case.footage_from.timestamp() == at_s
    start = case.footage_from + timedelta(seconds=2)
    await home.desk.look(home.owner.session, case.case_id, start, start + timedelta(seconds=4), audio=False)
    clip = home.case(case.request_id).clip
    assert clip is not None
    assert (clip.clock_method, clip.uncertainty_ms >= 15_000) == ("source", True)
    assert await asyncio.to_thread(kept.read_bytes) == film


async def test_a_nest_camera_without_clips_has_nothing_and_no_trouble(home: Home) -> None:
    """No store, no event: the app has it, and nothing is asked of anybody."""
    camera = nest_camera(home)
    await home.coordinator._parts.copied.look()  # noqa: SLF001
    (view,) = [view for view in home.state().cameras if view.camera_id == camera.id]
    assert (view.footage, view.footage_trouble) == (FootageFrom.APP, None)
    await home.place_camera(camera_id=camera.id)
    request_id = await home.receive()
    await home.until(lambda: home.case(request_id).state == "received")
    await home.coordinator._rounds.go()  # noqa: SLF001
    assert home.case(request_id).state == "received"


async def test_a_camera_of_nest_that_streams_is_recorded_here(home: Home) -> None:
    """Its clips are of events alone: this home's own recorder isn't kept from it."""
    camera = nest_camera(home)
    home.hass.states.async_set(camera.entity_id, "idle", {"friendly_name": "Nest door", "supported_features": 2})
    await home.coordinator._parts.copied.look()  # noqa: SLF001
    (view,) = [view for view in home.state().cameras if view.camera_id == camera.id]
    assert view.footage is FootageFrom.HERE
    await home.place_camera(camera_id=camera.id)
    assert set(home.coordinator._parts.cameras.recorded()) == {camera.id}  # noqa: SLF001
