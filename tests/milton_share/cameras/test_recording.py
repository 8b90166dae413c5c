"""What a home records of each camera: around events by what its device tells, continuously by the owner's word."""

from __future__ import annotations

import shutil
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING

import pytest
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from custom_components.milton_share.cameras import repository
from custom_components.milton_share.cameras.device_entities import NOTHING, Surroundings, surroundings
from custom_components.milton_share.cameras.model import CameraSettings, Recording, RoomView, SoundLeftOut, Source
from custom_components.milton_share.cameras.recording_mode import is_recorded_here, way_of
from custom_components.milton_share.cameras.trigger_listener import FRESH, Happenings
from custom_components.milton_share.cameras.triggers import entities_of
from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.sources.recorder import Limits, State, Way
from custom_components.milton_share.sources.recorder.store.ring import GIB
from custom_components.milton_share.storage import schema
from custom_components.milton_share.storage.paths import private_folder
from tests.milton_share.conftest import CAMERA, SEGMENT_S, STAMPED, keep_segments

if TYPE_CHECKING:
    from pathlib import Path

    from homeassistant.config_entries import ConfigEntry
    from homeassistant.core import HomeAssistant

    from custom_components.milton_share.cameras.model import CameraView
    from tests.milton_share.conftest import Home

BELL, MOTION, BATTERY = "event.door_ring", "binary_sensor.door_motion", "sensor.door_battery"
SETTINGS = CameraSettings(camera_id="door")
ON_BATTERY = replace(SETTINGS, on_battery=True)


@pytest.mark.parametrize(
    ("settings", "has_battery", "way"),
    [
        (SETTINGS, False, Way.EVENTS),
        (replace(SETTINGS, recording=Recording.CONTINUOUS), False, Way.CONTINUOUS),
        (ON_BATTERY, False, Way.AT_EVENTS),
        (SETTINGS, True, Way.AT_EVENTS),
        (replace(SETTINGS, recording=Recording.CONTINUOUS), True, Way.AT_EVENTS),
        (replace(ON_BATTERY, recording=Recording.CONTINUOUS), False, Way.AT_EVENTS),
    ],
)
def test_a_camera_is_recorded_around_events_unless_its_owner_gives_it_storage(
    settings: CameraSettings, way: Way, *, has_battery: bool
) -> None:
    """And one on a battery never continuously."""
    assert way_of(settings, has_battery=has_battery) is way


def test_what_another_records_is_recorded_here_only_by_the_owners_word() -> None:
    """Two recordings of one camera are one too many."""
    assert is_recorded_here(SETTINGS, is_covered=False)
    assert not is_recorded_here(SETTINGS, is_covered=True)
    assert is_recorded_here(replace(SETTINGS, record_also=True), is_covered=True)
    assert is_recorded_here(replace(SETTINGS, source=Source.HERE), is_covered=True)
    assert not is_recorded_here(replace(SETTINGS, source=Source.FRIGATE), is_covered=True)


def test_cameras_that_were_set_before_there_was_a_choice_are_recorded_around_events() -> None:
    """The tables of an older version get the new columns, and nothing else changes."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.row_factory = sqlite3.Row
        added = next(number for number, step in enumerate(schema.STEPS) if "COLUMN recording" in step[0])
        for statement in chain.from_iterable(schema.STEPS[:added]):
            connection.execute(statement)
        connection.execute("INSERT INTO cameras VALUES ('door', 'outdoor', 1, 341400000, -843000000, 90, 80, 30)")
        for statement in chain.from_iterable(schema.STEPS[added:]):
            connection.execute(statement)
        found = repository.all_cameras(connection)["door"]
        assert (found.recording, found.on_battery, found.record_also) == (Recording.EVENTS, False, False)
        assert (found.also_told_by, found.source) == ((), None)
        assert (found.eligible, found.range_m) == (True, 30)
        changed = replace(
            found,
            recording=Recording.CONTINUOUS,
            record_also=True,
            also_told_by=("event.gate", "b"),
            source=Source.NEST,
        )
        repository.save(connection, changed)
        assert repository.all_cameras(connection)["door"] == changed


@dataclass(slots=True)
class Told:
    """A recorder that only writes down what it is told."""

    said: list[tuple[str, ...]] = field(default_factory=list)

    def happened(self, camera_id: str, at: datetime) -> None:
        """Note a moment."""
        self.said.append(("happened", camera_id, at.isoformat()))

    def began(self, camera_id: str, what: str, at: datetime) -> None:
        """Note a beginning."""
        assert at.tzinfo is not None
        self.said.append(("began", camera_id, what))

    def ended(self, camera_id: str, what: str, at: datetime) -> None:
        """Note an end."""
        assert at.tzinfo is not None
        self.said.append(("ended", camera_id, what))


async def test_a_ring_is_told_once_and_an_old_one_that_comes_back_is_none(hass: HomeAssistant) -> None:
    """An event entity's state is when its event was; after a restart it says its last one again."""
    told = Told()
    happenings = Happenings(hass, told)
    hass.states.async_set(BELL, "unknown")
    happenings.follow({"door": (BELL,), "gate": (BELL,)})
    now = dt_util.utcnow()
    old = (now - FRESH - timedelta(seconds=1)).isoformat()
    for state in ("unavailable", old, "unknown", "not a time", now.isoformat(), now.isoformat()):
        hass.states.async_set(BELL, state)
    hass.states.async_set(BELL, now.isoformat(), {"friendly_name": "only its name changed"})
    hass.states.async_remove(BELL)
    await hass.async_block_till_done()
    assert told.said == [("happened", "door", now.isoformat()), ("happened", "gate", now.isoformat())]
    happenings.stop()
    hass.states.async_set(BELL, (now + timedelta(seconds=1)).isoformat())
    await hass.async_block_till_done()
    assert len(told.said) == 2


async def test_a_sensor_tells_when_motion_begins_and_when_it_ends(hass: HomeAssistant) -> None:
    """Also one that is on when it is first asked, goes away while it is on, or is removed."""
    told = Told()
    happenings = Happenings(hass, told)
    hass.states.async_set(MOTION, "on")
    happenings.follow({"door": (MOTION, "binary_sensor.nowhere")})
    happenings.follow({"door": (MOTION, "binary_sensor.nowhere")})
    for state in ("off", "unavailable", "on", "unavailable", "on"):
        hass.states.async_set(MOTION, state)
    hass.states.async_remove(MOTION)
    await hass.async_block_till_done()
    assert [said[0] for said in told.said] == ["began", "ended", "began", "ended", "began", "ended"]
    assert {said[1:] for said in told.said} == {("door", MOTION)}
    happenings.follow({})


async def test_what_a_camera_is_no_longer_told_by_is_over_for_it(hass: HomeAssistant) -> None:
    """Nobody would hear of its end, and the next thing that it tells when it is named again would be that one still."""
    told = Told()
    happenings = Happenings(hass, told)
    hass.states.async_set(MOTION, "on")
    happenings.follow({"door": (MOTION,), "gate": (MOTION,)})
    happenings.follow({"door": (), "gate": (MOTION,)})
    assert told.said[2:] == [("ended", "door", MOTION), ("began", "gate", MOTION)]
    hass.states.async_set(MOTION, "off")
    hass.states.async_set(MOTION, "on")
    await hass.async_block_till_done()
    happenings.follow({"door": (MOTION,), "gate": (MOTION,)})
    assert ("began", "door", MOTION) in told.said[4:]
    happenings.stop()


def make_device(hass: HomeAssistant, entry: ConfigEntry, *entities: tuple[str, str, str | None]) -> str:
    """Make a device of entities, each by domain, name and device class; return its camera's id."""
    device = dr.async_get(hass).async_get_or_create(config_entry_id=entry.entry_id, identifiers={("test", "1")})
    registry = er.async_get(hass)
    for domain, name, kind in (("camera", "door", None), *entities):
        registry.async_get_or_create(
            domain,
            "test",
            name,
            suggested_object_id=name,
            device_id=device.id,
            config_entry=entry,
            original_device_class=kind,
        )
    hass.states.async_set("camera.door", "idle", {"friendly_name": "Door", "supported_features": 2})
    camera = registry.async_get("camera.door")
    assert camera is not None
    return camera.id


def view_of(home: Home, camera_id: str) -> CameraView:
    """Return a camera as the owner sees it."""
    return next(one for one in home.state().cameras if one.camera_id == camera_id)


async def test_what_tells_of_events_is_found_on_the_cameras_own_device(hass: HomeAssistant, home: Home) -> None:
    """Rings and motions, by their class; neither other classes nor cameras without a device."""
    camera_id = make_device(
        hass,
        home.entry,
        ("event", "door_ring", "doorbell"),
        ("binary_sensor", "door_motion", "motion"),
        ("binary_sensor", "door_open", "door"),
        ("event", "door_key", None),
        ("sensor", "door_temperature", "temperature"),
    )
    hass.states.async_set(MOTION, "off", {"friendly_name": "Motion at the door"})
    found = surroundings(hass, camera_id)
    assert (found.telling, found.has_battery) == ((MOTION, BELL), False)
    assert surroundings(hass, CAMERA) == surroundings(hass, "nowhere") == NOTHING
    seen = view_of(home, camera_id)
    assert (seen.told_by, seen.has_battery, seen.room) == (
        ("Motion at the door", BELL),
        False,
        RoomView(kbit_s=None, days=None),
    )
    assert view_of(home, CAMERA).told_by == ()


@pytest.mark.parametrize(
    ("unique_id", "named", "kind"),
    [
        ("0_visitor", "visitor", None),  # Reolink
        ("front_ding", "ding", "occupancy"),  # August, Yale
        ("0A0B_doorbell", "doorbell", "occupancy"),  # UniFi Protect
        ("0a_tns1:RuleEngine/MyRuleDetector/Visitor_0", None, "occupancy"),  # ONVIF
    ],
)
async def test_a_doorbell_s_button_that_is_a_sensor_tells_of_a_ring(
    hass: HomeAssistant, home: Home, unique_id: str, named: str | None, kind: str | None
) -> None:
    """Whatever its device class says, which may be nothing; and the camera is a doorbell."""
    camera_id = make_device(hass, home.entry, ("binary_sensor", "door_motion", "motion"))
    assert not view_of(home, camera_id).doorbell
    registry = er.async_get(hass)
    camera = registry.entities.get_entry(camera_id)
    assert camera is not None
    button = registry.async_get_or_create(
        "binary_sensor",
        "test",
        unique_id,
        device_id=camera.device_id,
        translation_key=named,
        original_device_class=kind,
    )
    found = surroundings(hass, camera_id)
    assert set(found.telling) == {MOTION, button.entity_id}
    assert found.ringing == {button.entity_id}
    assert view_of(home, camera_id).doorbell


async def test_a_camera_on_a_battery_sleeps_until_something_happens(hass: HomeAssistant, home: Home) -> None:
    """Its stream is not even asked for before; and it can't be set to be recorded continuously."""
    camera_id = make_device(hass, home.entry, ("event", "door_ring", "doorbell"), ("sensor", "door_battery", "battery"))
    assert view_of(home, camera_id).has_battery
    with pytest.raises(MiltonShareError, match="battery_never_continuous"):
        await home.place_camera(camera_id=camera_id, recording=Recording.CONTINUOUS)
    await home.place_camera(camera_id=camera_id)
    recorder = home.services.footage.recorder
    await home.until(lambda: recorder.status(camera_id).state is State.ASLEEP)
    hass.states.async_set(BELL, datetime.now(UTC).isoformat())
    await home.until(lambda: recorder.status(camera_id).state is State.NO_STREAM)


@pytest.mark.parametrize("by", er.RegistryEntryDisabler)
async def test_a_battery_whose_charge_nobody_wants_to_see_is_a_battery(
    hass: HomeAssistant, home: Home, by: er.RegistryEntryDisabler
) -> None:
    """Disabled by the person, or by its integration from the start; a disabled sensor of motion tells nothing."""
    camera_id = make_device(hass, home.entry, ("sensor", "door_battery", "battery"), ("binary_sensor", "m", "motion"))
    for entity_id in (BATTERY, "binary_sensor.m"):
        er.async_get(hass).async_update_entity(entity_id, disabled_by=by)
    assert surroundings(hass, camera_id) == Surroundings(has_battery=True)
    with pytest.raises(MiltonShareError, match="battery_never_continuous"):
        await home.place_camera(camera_id=camera_id, recording=Recording.CONTINUOUS)


async def test_a_camera_on_a_battery_is_not_woken_to_be_asked_for_its_time(
    hass: HomeAssistant, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some integrations have it stream when they are asked for its address. While it is recorded it may be asked."""
    camera_id = make_device(hass, home.entry, ("event", "door_ring", "doorbell"), ("sensor", "door_battery", "battery"))
    woken: list[str] = []

    async def stream_source(_hass: HomeAssistant, entity_id: str) -> str:
        woken.append(entity_id)
        return "rtsp://192.0.2.1/live"

    async def ask(_host: str, _port: int) -> None:
        """Tell no time."""

    monkeypatch.setattr("custom_components.milton_share.cameras.clocks.async_get_stream_source", stream_source)
    await home.place_camera(camera_id=camera_id)
    services, recorder = home.services, home.services.footage.recorder
    await home.until(lambda: recorder.status(camera_id).state is State.ASLEEP)
    await services.clocks.look(ask)
    await recorder.set_cameras({})  # as at the start, when clocks are asked before anything is recorded
    await services.clocks.look(ask)
    assert woken == []
    await services.recording.update()
    hass.states.async_set(BELL, datetime.now(UTC).isoformat())
    await home.until(lambda: recorder.status(camera_id).state is State.NO_STREAM)
    await services.clocks.look(ask)
    assert woken == ["camera.door"]


GATE, BUTTON = "binary_sensor.gate", "event.gate_button"


async def test_what_the_owner_names_has_a_camera_recorded(hass: HomeAssistant, home: Home) -> None:
    """A gate that opens, though nothing on the camera's device tells anything; by what it is called now."""
    hass.states.async_set(GATE, "off", {"device_class": "opening"})
    registry = er.async_get(hass)
    button = registry.async_get_or_create("event", "test", "gate_button", suggested_object_id="gate_button")
    await home.place_camera(on_battery=True, also_told_by=(GATE, BUTTON, GATE))
    assert view_of(home, CAMERA).settings.also_told_by == (GATE, BUTTON)
    recorder = home.services.footage.recorder
    await home.until(lambda: recorder.status(CAMERA).state is State.ASLEEP)
    registry.async_update_entity(BUTTON, new_entity_id="event.bell_push")
    assert view_of(home, CAMERA).settings.also_told_by == (GATE, "event.bell_push")
    await home.place_camera(on_battery=True, also_told_by=(GATE, "event.bell_push"))
    hass.states.async_set("event.bell_push", datetime.now(UTC).isoformat())
    await home.until(lambda: recorder.status(CAMERA).state is State.NO_STREAM)
    registry.async_remove("event.bell_push")
    assert button.id not in view_of(home, CAMERA).settings.also_told_by
    hass.states.async_remove(GATE)
    await home.place_camera(range_m=20, also_told_by=(GATE,))  # it was named before: no other change is held up


async def test_a_gate_that_opens_is_told_to_the_recorder_of_the_camera_it_was_named_for(
    hass: HomeAssistant, home: Home
) -> None:
    """Beside what its own device tells, each once; what another records, or may not be asked, hears nothing."""
    camera_id = make_device(hass, home.entry, ("event", "door_ring", "doorbell"))
    hass.states.async_set(GATE, "off", {"device_class": "garage_door"})
    await home.place_camera(camera_id=camera_id, also_told_by=(GATE, BELL))
    recorded = home.services.cameras.recorded()
    assert recorded[camera_id].telling == (BELL, GATE)
    await home.place_camera(camera_id=camera_id, eligible=False, also_told_by=(GATE,))
    assert camera_id not in home.services.cameras.recorded()


@pytest.mark.parametrize(
    ("entity_id", "kind"),
    [("binary_sensor.cell", "battery"), ("binary_sensor.plain", None), ("light.porch", None), ("gate", None)],
)
async def test_what_tells_of_nothing_that_happens_is_not_taken(
    hass: HomeAssistant, home: Home, entity_id: str, kind: str | None
) -> None:
    """It would be on for days; nor is what isn't there."""
    with pytest.raises(MiltonShareError, match="tells_nothing"):
        await home.place_camera(also_told_by=(entity_id,))
    if "." in entity_id:
        hass.states.async_set(entity_id, "on", {"device_class": kind} if kind else {})
    with pytest.raises(MiltonShareError, match="tells_nothing"):
        await home.place_camera(also_told_by=(entity_id,))
    assert view_of(home, CAMERA).settings.also_told_by == ()


async def test_a_request_that_comes_has_no_camera_recorded(hass: HomeAssistant, home: Home) -> None:
    """The event of this home's own is refused, and tells nothing where it was named before; a stranger's may tell."""
    registry = er.async_get(hass)
    own = next(one for one in registry.entities.values() if (one.platform, one.domain) == ("milton_share", "event"))
    with pytest.raises(MiltonShareError, match="tells_nothing"):
        await home.place_camera(also_told_by=(own.entity_id,))
    assert entities_of(hass, (own.id,)) == ()
    other = registry.async_get_or_create("event", "test", "gate_button")
    assert entities_of(hass, (own.id, other.id)) == (other.entity_id,)


async def test_by_the_owners_word_a_camera_runs_on_a_battery(home: Home) -> None:
    """Though no entity says so; then it isn't recorded continuously either."""
    with pytest.raises(MiltonShareError, match="battery_never_continuous"):
        await home.place_camera(on_battery=True, recording=Recording.CONTINUOUS)
    await home.place_camera(on_battery=True)
    recorder = home.services.footage.recorder
    await home.until(lambda: recorder.status(CAMERA).state is State.ASLEEP)
    await home.place_camera(recording=Recording.CONTINUOUS)
    await home.until(lambda: recorder.status(CAMERA).state is State.NO_STREAM)


@pytest.fixture
def filmed(hass: HomeAssistant, segment_file: Path) -> float:
    """Put more than a minute of recordings where the recorder keeps them; return how many bytes a second they take."""
    keep_segments(private_folder(hass), segment_file, dict.fromkeys(range(7), STAMPED))
    return segment_file.stat().st_size / SEGMENT_S


@pytest.mark.long
async def test_how_many_days_fit_is_shown_as_it_was_measured(hass: HomeAssistant, filmed: float, home: Home) -> None:
    """In kilobits and days, once it is known that the camera is recorded: also after a restart."""
    await home.panel.household.set(home.owner.session, storage_gb=1)
    await home.place_camera(recording=Recording.CONTINUOUS)
    free_bytes = shutil.disk_usage(hass.config.config_dir).free
    room_bytes = min(GIB, max(0, free_bytes - Limits().free_bytes_min))
    days = min(home.state().household.keep_days, room_bytes / (filmed * 86_400))
    for again in (False, True):
        if again:
            await home.restart()
        await home.until(lambda: view_of(home, CAMERA).room.kbit_s is not None, 30)
        room = view_of(home, CAMERA).room
        assert room.kbit_s == int(filmed * 8 / 1000)
        assert room.days == pytest.approx(days, abs=0.11)


async def test_that_a_cameras_sound_is_left_out_is_shown_since_when_and_until_when(home: Home) -> None:
    """Once it ended two runs in a row; of a camera whose sound is recorded nothing is said."""
    await home.place_camera(recording=Recording.CONTINUOUS)
    recorder = home.services.footage.recorder
    await home.until(lambda: recorder.status(CAMERA).state is State.NO_STREAM)
    assert view_of(home, CAMERA).sound_left_out is None
    now_s = time.monotonic()
    for _ in range(2):
        recorder._cameras[CAMERA].mute.ended(now_s, now_s, out_of_step=True)  # noqa: SLF001
    said = recorder.sound_left_out(CAMERA)
    assert said is not None
    assert view_of(home, CAMERA).sound_left_out == SoundLeftOut(since=said.since, until=said.until)
