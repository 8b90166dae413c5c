"""Rings and movement in the time asked for, as Home Assistant's own recorder remembers them. Read, never kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from homeassistant.components.recorder import get_instance
from homeassistant.core import State
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import async_wait_recording_done

from custom_components.milton_share.cameras.history import MARKS_MAX, Mark, MarkKind, marks_in, marks_of

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

NOON = datetime(2026, 11, 10, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SPAN = (11, "on"), (19, "off")
RING, MOTION, SENSOR = "event.front_ring", "event.front_motion", "binary_sensor.front_motion"


def at(seconds: float) -> datetime:
    """Return a moment after noon."""
    return NOON + timedelta(seconds=seconds)


def event(seconds: float, kind: str = "doorbell") -> State:
    """Make what an event entity says after an event."""
    return State(RING, at(seconds).isoformat(), {"device_class": kind}, last_changed=at(seconds))


def sensor(seconds: float, state: str) -> State:
    """Make what a sensor says."""
    return State(SENSOR, state, last_changed=at(seconds))


def ring(seconds: float) -> Mark:
    """Make a ring."""
    return Mark(kind=MarkKind.RING, from_=at(seconds), until=at(seconds))


def moved(start: float, end: float) -> Mark:
    """Make a movement."""
    return Mark(kind=MarkKind.MOTION, from_=at(start), until=at(end))


def test_a_ring_is_a_moment_and_a_movement_lasts() -> None:
    """Each within the time asked for, whatever came before or after."""
    states = {
        RING: [event(-5), event(10), event(70), State(RING, "unavailable"), State(RING, "unknown"), State(RING, "x")],
        SENSOR: [
            sensor(-30, "on"),
            sensor(-20, "off"),
            sensor(-9, "on"),
            sensor(5, "off"),
            sensor(20, "on"),
            sensor(25, "unavailable"),
            sensor(50, "on"),
        ],
    }
    assert marks_in(states, NOON, at(60)) == (moved(0, 5), ring(10), moved(20, 25), moved(50, 60))


def test_what_two_sensors_saw_is_one_movement() -> None:
    """Also of an event that says so; a ring beside it stays one."""
    states = {
        SENSOR: [sensor(10, "on"), sensor(20, "off")],
        "binary_sensor.other": [sensor(18, "on"), sensor(30, "off")],
        MOTION: [event(31, "motion")],
        RING: [event(15)],
    }
    assert marks_in(states, NOON, at(60)) == (moved(10, 31), ring(15))


def test_the_sensor_of_a_doorbell_s_button_tells_of_a_ring() -> None:
    """It stays on for a while, which is no movement; what was pressed before is not told, nor is a ring told twice."""
    button = "binary_sensor.front_visitor"
    states = {
        button: [sensor(0, "on"), sensor(5, "off"), sensor(15, "on"), sensor(45, "off"), sensor(55, "on")],
        RING: [event(15.5)],
    }
    pressed = (replace(ring(15), until=at(15.5)), ring(55))
    assert marks_in(states, NOON, at(60), ringing={button}) == pressed


def test_a_sensor_that_flutters_fills_no_page() -> None:
    """The earliest are shown."""
    states = {
        SENSOR: [sensor(4 * number + shift, state) for number in range(900) for shift, state in ((0, "on"), (1, "off"))]
    }
    found = marks_in(states, NOON, NOON + HOUR)
    assert len(found) == MARKS_MAX
    assert found[0] == moved(0, 1)


def test_what_the_owner_named_has_its_name_and_is_told_apart() -> None:
    """By its device class a ring, a movement, or something else; nothing of it becomes one with the device's own."""
    gate, yard, bell, button = "binary_sensor.gate", "binary_sensor.yard", "event.bell", "event.button"
    kinds = {gate: "opening", yard: "occupancy"}
    states = {
        SENSOR: [sensor(10, "on"), sensor(20, "off")],
        RING: [event(40)],
        **{
            name: [State(name, state, {"device_class": kind}, last_changed=at(when)) for when, state in SPAN]
            for name, kind in kinds.items()
        },
        bell: [event(40)],
        button: [event(41, "button")],
    }
    names = {gate: "Gate", yard: "Yard", bell: "Bell", button: "Button"}
    assert marks_in(states, NOON, at(60), names) == (
        moved(10, 20),
        replace(moved(11, 19), name="Yard"),
        replace(moved(11, 19), name="Gate", kind=MarkKind.OTHER),
        ring(40),
        replace(ring(40), name="Bell"),
        replace(ring(41), name="Button", kind=MarkKind.OTHER),
    )


@pytest.fixture
def camera_id(recorder_mock: object, hass: HomeAssistant) -> str:
    """Register a doorbell with what tells of rings and of movement."""
    del recorder_mock
    entry = MockConfigEntry(domain="demo")
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(config_entry_id=entry.entry_id, identifiers={("demo", "bell")})
    registry = er.async_get(hass)
    for domain, name, kind in (
        ("event", "front_ring", "doorbell"),
        ("binary_sensor", "front_motion", "motion"),
        ("sensor", "front_wifi", "signal_strength"),
    ):
        registry.async_get_or_create(
            domain, "demo", name, suggested_object_id=name, device_id=device.id, original_device_class=kind
        )
    camera = registry.async_get_or_create("camera", "demo", "front", suggested_object_id="front", device_id=device.id)
    return camera.id


async def test_they_are_read_from_home_assistant_s_own_recorder(camera_id: str, hass: HomeAssistant) -> None:
    """A real one, with a real database."""
    before = dt_util.utcnow() - timedelta(seconds=1)
    rang = dt_util.utcnow()
    hass.states.async_set(RING, rang.isoformat(timespec="milliseconds"), {"device_class": "doorbell"})
    hass.states.async_set(SENSOR, "on")
    await async_wait_recording_done(hass)
    hass.states.async_set(SENSOR, "off")
    hass.states.async_set("sensor.front_wifi", "-60")
    await async_wait_recording_done(hass)
    found = await marks_of(hass, camera_id, before, dt_util.utcnow() + HOUR)
    assert found is not None
    assert {mark.kind for mark in found} == {MarkKind.RING, MarkKind.MOTION}
    assert next(mark for mark in found if mark.kind is MarkKind.RING).from_ == rang.replace(
        microsecond=rang.microsecond // 1000 * 1000
    )
    assert await marks_of(hass, camera_id, before - 2 * HOUR, before - HOUR) == ()
    assert await marks_of(hass, "no camera", before, dt_util.utcnow()) == ()


async def test_what_the_owner_named_is_read_too(camera_id: str, hass: HomeAssistant) -> None:
    """A gate's sensor and a button elsewhere; what is gone, or is the device's own already, makes none of its own."""
    before = dt_util.utcnow() - timedelta(seconds=1)
    hass.states.async_set("binary_sensor.gate", "on", {"device_class": "opening", "friendly_name": "Side gate"})
    hass.states.async_set(SENSOR, "on", {"device_class": "motion"})
    await async_wait_recording_done(hass)
    named = ("binary_sensor.gate", SENSOR, "event.gone", "an id of nothing")
    found = await marks_of(hass, camera_id, before, dt_util.utcnow() + HOUR, named)
    assert found is not None
    assert {(mark.kind, mark.name) for mark in found} == {(MarkKind.OTHER, "Side gate"), (MarkKind.MOTION, None)}
    hass.states.async_remove("binary_sensor.gate")
    again = await marks_of(hass, "no camera", before, dt_util.utcnow() + HOUR, named)
    assert again is not None
    assert {(mark.kind, mark.name) for mark in again} >= {(MarkKind.OTHER, "binary_sensor.gate")}


async def test_a_database_that_fails_is_a_page_without_marks(
    camera_id: str, hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It isn't ours; the page says that nothing is known."""
    monkeypatch.setattr(get_instance(hass), "get_session", None)
    assert await marks_of(hass, camera_id, NOON, NOON + HOUR) is None


async def test_a_home_without_a_recorder_knows_of_none(hass: HomeAssistant) -> None:
    """Who switched it off still shares."""
    assert await marks_of(hass, "camera.front", NOON, NOON + HOUR) is None
