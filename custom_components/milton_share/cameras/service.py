"""The home's cameras, out of Home Assistant's registries, with what the owner said about each.

Nothing is eligible by itself. What calls itself indoor never is, whatever else is said.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from homeassistant.components.camera import Camera, CameraEntityFeature, async_get_stream_source
from homeassistant.components.camera.const import DATA_COMPONENT
from homeassistant.components.camera.const import DOMAIN as CAMERA_DOMAIN
from homeassistant.core import callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er

from ..const import LOGGER
from ..errors import MiltonShareError
from ..shared.milton_protocol.limits import HEADING_MAX_DEG, VIEW_ANGLE_MAX_DEG, VIEW_RANGE_MAX_M
from ..storage.durable_steps import Step
from . import repository
from .app_only_makers import maker_of, only_in_app
from .device_entities import surroundings
from .matching import is_eligible
from .model import CameraSettings, CameraView, FootageFrom, Placing, Recording, RoomView, SoundLeftOut, Source
from .recording_mode import Recorded, is_awake, is_recorded_here, way_of
from .sources import in_order
from .triggers import can_tell, entities_of, kept_as

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from homeassistant.core import HomeAssistant, State

    from ..sources.recorder import LeftOut, Recorder, Room
    from ..sources.recorder_clients import RecorderStanding
    from ..storage.database import HomeDatabase
    from .app_only_makers import Maker
    from .links.go2rtc import Restreams
    from .sources import Elsewhere

DOORBELL = "doorbell"
INDOOR = "indoor"


class CameraService:
    """The only writer of camera settings."""

    def __init__(
        self,
        hass: HomeAssistant,
        database: HomeDatabase,
        elsewhere: Elsewhere,
        recorder: Recorder,
        restreams: Restreams,
    ) -> None:
        """Do nothing yet; `load` reads."""
        self._hass = hass
        self._database = database
        self._standing, self._linked = elsewhere.standing, elsewhere.linked
        self._recorder = recorder
        self._restreams = restreams
        self._settings: dict[str, CameraSettings] = {}
        self._lock = asyncio.Lock()  # memory and disk take two wishes in the same order

    async def load(self) -> None:
        """Read what was kept."""
        self._settings = await self._database.read(repository.all_cameras)

    @property
    def settings(self) -> Mapping[str, CameraSettings]:
        """What the owner said, by camera id."""
        return self._settings

    def picked(self, camera_id: str) -> Source | None:
        """Return the source that the owner chose for a camera, if any."""
        settings = self._settings.get(camera_id)
        return settings.source if settings else None

    @callback
    def views(self) -> tuple[CameraView, ...]:
        """Return all cameras that Home Assistant has now, by name."""
        linked = self._linked()
        views = (self._view(state, linked) for state in self._hass.states.async_all(CAMERA_DOMAIN))
        return tuple(sorted(views, key=lambda view: (view.name, view.camera_id)))

    async def save(self, settings: CameraSettings) -> None:
        """Keep what the owner says; raise MiltonShareError when it can't be."""
        view = next((view for view in self.views() if view.camera_id == settings.camera_id), None)
        if view is None:
            rule = "unknown_camera"
            raise MiltonShareError(rule)
        _check(settings, view)
        new = set(settings.also_told_by).difference(view.settings.also_told_by)
        if not all(can_tell(self._hass, entity_id) for entity_id in new):
            rule = "tells_nothing"
            raise MiltonShareError(rule)
        settings = replace(settings, also_told_by=kept_as(self._hass, settings.also_told_by))
        async with self._lock:
            await self._database.run(Step.CAMERA_SET, partial(repository.save, settings=settings))
            self._settings[settings.camera_id] = settings

    async def ask_no_more(self, camera_id: str) -> None:
        """Take back that a camera may be asked, whether or not it is there; raise MiltonShareError `unknown_camera`."""
        async with self._lock:
            settings = self._settings.get(camera_id)
            if settings is None:
                rule = "unknown_camera"
                raise MiltonShareError(rule)
            settings = replace(settings, eligible=False)
            await self._database.run(Step.CAMERA_SET, partial(repository.save, settings=settings))
            self._settings[camera_id] = settings

    @callback
    def recorded(self) -> dict[str, Recorded]:
        """Return what to record: eligible cameras that no other records, or that the owner wants recorded also."""
        return {
            camera_id: self._recorded(settings)
            for camera_id, settings in self._settings.items()
            if is_eligible(settings)
            and is_recorded_here(settings, is_covered=_records(self._standing(camera_id)))
            and not self._gives_no_stream(camera_id)
        }

    @callback
    def awake(self) -> tuple[str, ...]:
        """Return the recorded cameras that may be asked anything without being woken for it."""
        status = self._recorder.status
        return tuple(one for one, how in self.recorded().items() if is_awake(how.way, status(one).state))

    @callback
    def gone(self) -> dict[str, str]:
        """Return cameras that may be asked and that Home Assistant has no more, by id, with their last name."""
        registry = er.async_get(self._hass)
        last = {entity.id: entity.name or entity.entity_id for entity in registry.deleted_entities.values()}
        return {
            camera_id: last.get(camera_id, camera_id)
            for camera_id, settings in self._settings.items()
            if is_eligible(settings)
            and registry.entities.get_entry(camera_id) is None
            and self._hass.states.get(camera_id) is None
        }

    def _gives_no_stream(self, camera_id: str) -> bool:
        """Whether a camera's integration has none that a recorder could open, whatever its features say."""
        entity = er.async_get(self._hass).entities.get_entry(camera_id)
        maker = maker_of(entity.platform if entity else None)
        return (maker is not None and not maker.streams) or not self._has_address(
            entity.entity_id if entity else camera_id
        )

    def _has_address(self, entity_id: str) -> bool:
        """Whether a camera's own code can name a stream: one whose live view is WebRTC alone says it streams, too."""
        component = self._hass.data.get(DATA_COMPONENT)
        camera = component.get_entity(entity_id) if component else None
        return camera is None or type(camera).stream_source is not Camera.stream_source

    def _recorded(self, settings: CameraSettings) -> Recorded:
        around = surroundings(self._hass, settings.camera_id)
        return Recorded(
            stream_url=partial(self._stream_url, settings.camera_id),
            way=way_of(settings, has_battery=around.has_battery),
            telling=tuple(dict.fromkeys((*around.telling, *entities_of(self._hass, settings.also_told_by)))),
        )

    async def _stream_url(self, camera_id: str) -> str | None:
        """Return the stream's address now, or None while the camera gives none."""
        entity = er.async_get(self._hass).entities.get_entry(camera_id)
        entity_id = entity.entity_id if entity else camera_id
        if self._hass.states.get(entity_id) is None:
            return None
        try:
            address = await async_get_stream_source(self._hass, entity_id)
        except Exception as error:  # noqa: BLE001  another integration's code: whatever breaks there, it is asked again
            LOGGER.debug("The address of a camera's stream could not be had: %s", type(error).__name__)
            return None
        return address and await self._restreams.best(camera_id, address)

    def _name(self, entity_id: str) -> str:
        state = self._hass.states.get(entity_id)
        return state.name if state else entity_id

    def _view(self, state: State, linked: Mapping[str, Collection[str]]) -> CameraView:
        entity = er.async_get(self._hass).async_get(state.entity_id)
        camera_id = entity.id if entity else state.entity_id
        device = dr.async_get(self._hass).async_get(entity.device_id) if entity and entity.device_id else None
        words = " ".join(filter(None, (state.name, device.model if device else None))).casefold()
        siblings = er.async_entries_for_device(er.async_get(self._hass), device.id) if device else []
        streams = bool(state.attributes.get("supported_features", 0) & CameraEntityFeature.STREAM)
        can_record = streams and self._has_address(state.entity_id)
        standing = self._standing(camera_id)
        around = surroundings(self._hass, camera_id)
        settings = self._settings.get(camera_id, CameraSettings(camera_id=camera_id))
        maker = maker_of(entity.platform if entity else None)
        is_here = can_record and settings.source is Source.HERE
        return CameraView(
            camera_id=camera_id,
            entity_id=state.entity_id,
            name=state.name,
            doorbell=DOORBELL in words or bool(around.ringing) or any(_rings(sibling) for sibling in siblings),
            seems_indoor=INDOOR in words,
            can_record=can_record,
            sources=in_order({*linked.get(camera_id, ()), *((Source.HERE,) if can_record else ())}),
            footage=FootageFrom.HERE if is_here else _footage_from(standing, maker, can_record=can_record),
            maker=maker.key if maker else None,
            footage_trouble=standing.trouble if standing and not is_here else None,
            told_by=tuple(self._name(entity_id) for entity_id in around.telling),
            has_battery=around.has_battery,
            room=_room(self._recorder.room(camera_id)),
            sound_left_out=_left_out(self._recorder.sound_left_out(camera_id)),
            settings=replace(settings, also_told_by=entities_of(self._hass, settings.also_told_by)),
        )


def _room(room: Room) -> RoomView:
    return RoomView(
        kbit_s=None if room.bits_per_s is None else room.bits_per_s // 1000,
        days=None if room.days is None else round(room.days, 1),
    )


def _left_out(said: LeftOut | None) -> SoundLeftOut | None:
    return None if said is None else SoundLeftOut(since=said.since, until=said.until)


def _records(standing: RecorderStanding | None) -> bool:
    """Whether another recorder records a camera, or may: two recordings of one camera are one too many."""
    return standing is not None and standing.records is not False


def _footage_from(standing: RecorderStanding | None, maker: Maker | None, *, can_record: bool) -> FootageFrom:
    if standing is not None and _records(standing):
        return FootageFrom(standing.kind)
    if only_in_app(maker, can_record=can_record):
        return FootageFrom.APP
    return FootageFrom.HERE if can_record else FootageFrom.NONE


def _rings(entity: er.RegistryEntry) -> bool:
    """Whether a sibling entity says that the device is a doorbell."""
    return entity.domain == "event" and DOORBELL in {entity.device_class, entity.original_device_class}


def _check(settings: CameraSettings, view: CameraView) -> None:
    bounds = (
        (settings.heading_deg, 0, HEADING_MAX_DEG),
        (settings.field_of_view_deg, 1, VIEW_ANGLE_MAX_DEG),
        (settings.range_m, 1, VIEW_RANGE_MAX_M),
    )
    if not all(low <= value <= high for value, low, high in bounds):
        rule = "out_of_bounds"
        raise MiltonShareError(rule)
    if settings.eligible and (settings.placing is not Placing.OUTDOOR or view.seems_indoor):
        rule = "never_eligible"
        raise MiltonShareError(rule)
    if settings.recording is Recording.CONTINUOUS and (settings.on_battery or view.has_battery):
        rule = "battery_never_continuous"
        raise MiltonShareError(rule)
    if settings.eligible and settings.position is None:
        rule = "no_position"
        raise MiltonShareError(rule)
