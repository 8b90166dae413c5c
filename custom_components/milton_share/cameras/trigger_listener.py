"""Tells the recorder what happens at each camera, by the entities of its device.

Nothing is kept of what happened but the footage around it, and nothing is told to anybody else.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from homeassistant.const import STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN, Platform
from homeassistant.core import callback
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State

    from ..sources.recorder import Recorder

FRESH = timedelta(seconds=60)
"""An event entity that comes back says again what it said last: that is long ago."""
_SILENT = frozenset({STATE_UNAVAILABLE, STATE_UNKNOWN})


class Happenings:
    """Listens to the entities that tell of the recorded cameras."""

    def __init__(self, hass: HomeAssistant, recorder: Recorder) -> None:
        """Do nothing yet."""
        self._hass, self._recorder = hass, recorder
        self._cameras: dict[str, tuple[str, ...]] = {}
        self._end: Callable[[], None] | None = None

    @callback
    def follow(self, telling: Mapping[str, tuple[str, ...]]) -> None:
        """Listen to exactly these entities, by the id of the camera that each tells of, from now on."""
        cameras: dict[str, tuple[str, ...]] = {}
        for camera_id, entity_ids in telling.items():
            for entity_id in entity_ids:
                cameras[entity_id] = (*cameras.get(entity_id, ()), camera_id)
        if cameras == self._cameras:
            return
        now = dt_util.utcnow()
        for entity_id, camera_ids in self._cameras.items():  # what isn't listened to has no end
            for camera_id in set(camera_ids).difference(cameras.get(entity_id, ())):
                self._recorder.ended(camera_id, entity_id, now)
        self.stop()
        self._cameras = cameras
        if cameras:
            self._end = async_track_state_change_event(self._hass, cameras, self._changed)
        for entity_id in cameras:
            if (state := self._hass.states.get(entity_id)) is not None and state.state == STATE_ON:
                self._lasts(state)

    @callback
    def stop(self) -> None:
        """Listen no longer."""
        self._cameras = {}
        if self._end is not None:
            self._end()
            self._end = None

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        old, new = event.data["old_state"], event.data["new_state"]
        if new is not None and new.domain == Platform.EVENT:
            if (at := happened_at(old, new, dt_util.utcnow())) is not None:
                for camera_id in self._cameras.get(new.entity_id, ()):
                    self._recorder.happened(camera_id, at)
        elif new is not None and new.state == STATE_ON:
            self._lasts(new)
        elif old is not None and old.state == STATE_ON:
            over = new.last_changed if new is not None else dt_util.utcnow()
            for camera_id in self._cameras.get(old.entity_id, ()):
                self._recorder.ended(camera_id, old.entity_id, over)

    @callback
    def _lasts(self, state: State) -> None:
        for camera_id in self._cameras.get(state.entity_id, ()):
            self._recorder.began(camera_id, state.entity_id, state.last_changed)


def happened_at(old: State | None, new: State, now: datetime) -> datetime | None:
    """Return when an event entity says that its event was; None where it says nothing new. Pure."""
    if new.state in _SILENT or (old is not None and old.state == new.state):
        return None
    at = dt_util.parse_datetime(new.state)
    return dt_util.as_utc(at) if at is not None and abs(now - dt_util.as_utc(at)) <= FRESH else None
