"""Home Assistant's own `nest`, with its published client, on a simulated Google: what it keeps is found and held."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import os
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from homeassistant.components.application_credentials import ClientCredential, async_import_client_credential
from homeassistant.components.media_source import async_browse_media, async_resolve_media
from homeassistant.components.nest import api, application_credentials
from homeassistant.components.nest.media_source import async_get_media_source_devices
from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milton_share.cameras.links.nest import store_folder
from custom_components.milton_share.cameras.model import FootageFrom
from tests.simulators import nest_cloud
from tests.simulators.nest_cloud import CHIME, MOTION, NestCloud

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from homeassistant.core import HomeAssistant

    from custom_components.milton_share.sources.model import Segment
    from tests.milton_share.conftest import Home

LONG_AGO_S = 3_600.0
POLLER = "_poll_wrapper"
"""gRPC's thread: it ends with the last channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nest:
    """Home Assistant's own integration, set up, and Google."""

    hass: HomeAssistant
    cloud: NestCloud
    entry: MockConfigEntry

    def device_id(self, device: str = "door") -> str:
        """Return Home Assistant's id of a device."""
        devices = dr.async_entries_for_config_entry(dr.async_get(self.hass), self.entry.entry_id)
        named = ("nest", nest_cloud.device_name(device))
        (found,) = (one for one in devices if named in one.identifiers)
        return found.id

    def camera_id(self, device: str = "door") -> str:
        """Return the id of its camera."""
        entities = er.async_entries_for_device(er.async_get(self.hass), self.device_id(device))
        (camera,) = (entity for entity in entities if entity.domain == "camera")
        return camera.id

    async def listed(self, device: str = "door") -> list[Any]:
        """Return what Home Assistant's own media browser shows of a device."""
        shown = await async_browse_media(self.hass, f"media-source://nest/{self.device_id(device)}")
        return list(shown.children or ())

    async def played(self, identifier: str, device: str = "door") -> bytes:
        """Return what it plays."""
        play = await async_resolve_media(self.hass, identifier, "media_player.none")
        assert play.mime_type == "video/mp4"
        token = play.url.rsplit("/", 1)[-1].partition("?")[0]
        manager = async_get_media_source_devices(self.hass)[self.device_id(device)].event_media_manager
        media = await manager.get_media_from_token(token)
        assert media is not None
        return media.contents


@pytest.fixture
async def nest(home: Home, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Nest]:
    """Set the integration up as its owner did: credentials, a login that has run out, a subscription."""
    hass, cloud = home.hass, NestCloud(devices=[nest_cloud.doorbell(), nest_cloud.old_camera()])
    await cloud.start()
    monkeypatch.setattr(api, "API_URL", f"{cloud.url}/v1")
    monkeypatch.setattr(application_credentials, "OAUTH2_TOKEN", f"{cloud.url}/token")
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", f"127.0.0.1:{cloud.grpc_port}")
    for domain in ("http", "media_source", "application_credentials"):
        assert await async_setup_component(hass, domain, {})
    await async_import_client_credential(hass, "nest", ClientCredential("client", "secret"), "imported")
    token = {"access_token": "old", "refresh_token": nest_cloud.REFRESH_TOKEN, "expires_at": time.time() - 60}
    data = {
        "sdm": {},
        "auth_implementation": "imported",
        "token": token | {"token_type": "Bearer", "expires_in": 3600},
        "project_id": nest_cloud.PROJECT,
        "cloud_project_id": "cloud-project",
        "subscription_name": nest_cloud.SUBSCRIPTION,
        "topic_name": "projects/cloud-project/topics/home",
    }
    entry = MockConfigEntry(domain="nest", data=data, unique_id=nest_cloud.PROJECT)
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    yield Nest(hass=hass, cloud=cloud, entry=entry)
    assert await hass.config_entries.async_unload(entry.entry_id)
    await cloud.stop()
    async with asyncio.timeout(60):
        while any(POLLER in thread.name for thread in threading.enumerate()):
            gc.collect()  # the client lets its channel go without closing it
            await asyncio.sleep(0.02)


async def kept(nest: Nest, count: int) -> list[Any]:
    """Wait until Home Assistant shows so many events."""
    async with asyncio.timeout(60):
        while len(shown := await nest.listed()) < count:  # noqa: ASYNC110  it is asked
            await asyncio.sleep(0.02)
    return shown


async def held(home: Home, case_id: str, count: int) -> tuple[Segment, ...]:
    """Wait until so many clips are held, which come one after the other; return them."""
    async with asyncio.timeout(60):
        while len(found := (await home.services.footage.copied.held(case_id)).segments) < count:  # noqa: ASYNC110  it is asked
            await asyncio.sleep(0.02)
    return found


def grown_old(folder: Path) -> list[Path]:
    """Let an hour pass for what was written there: what is still being written is left alone."""
    clips = sorted(folder.glob("*.mp4"))
    for clip in clips:
        os.utime(clip, (time.time() - LONG_AGO_S, time.time() - LONG_AGO_S))
    return clips


async def test_clips_of_home_assistants_own_nest_are_held_and_google_is_asked_nothing_for_it(
    home: Home, nest: Nest, film: bytes
) -> None:
    """Every clip that the media browser shows is found, at its event's time, the same bytes; and law 1."""
    now = datetime.now(UTC).replace(microsecond=0)
    rung, moved = now - timedelta(minutes=7), now - timedelta(minutes=5)
    await nest.cloud.tell("rung", CHIME, rung, film)
    await nest.cloud.tell("moved", MOTION, moved, film)
    shown = await kept(nest, 2)
    clips = await asyncio.to_thread(grown_old, store_folder(home.hass) / nest.device_id())
    assert [int(clip.name.partition("-")[0]) for clip in clips] == [rung.timestamp(), moved.timestamp()]
    assert {await nest.played(one.media_content_id) for one in shown} == {film}
    asked = list(nest.cloud.asked)
    await home.services.footage.copied.look()
    camera_id = nest.camera_id()
    await home.place_camera(camera_id=camera_id)
    wanted = {"from_": now - timedelta(minutes=17), "until": now - timedelta(minutes=2)}
    case = await home.held(**wanted, created_at=now - timedelta(minutes=1))
    segments = await held(home, case.case_id, 2)
    assert [segment.from_ for segment in segments] == [rung, moved]
    assert {segment.sha256 for segment in segments} == {hashlib.sha256(film).hexdigest()}
    start = rung + timedelta(seconds=2)
    await home.panel.review.look(home.owner.session, case.case_id, start, start + timedelta(seconds=4), audio=False)
    clip = home.case(case.request_id).clip
    assert clip is not None
    assert (clip.clock_method, clip.uncertainty_ms >= 15_000) == ("source", True)
    assert nest.cloud.asked == asked


async def test_who_records_a_nest_camera_is_said_by_what_its_live_view_is(home: Home, nest: Nest) -> None:
    """WebRTC through Google's cloud can't be recorded here, whatever its features say; RTSP can."""
    await home.services.footage.copied.look()
    views = {view.camera_id: view for view in home.state().cameras}
    door, yard = views[nest.camera_id("door")], views[nest.camera_id("yard")]
    assert (door.footage, door.maker, door.can_record) == (FootageFrom.APP, "nest", False)
    assert (yard.footage, yard.maker, yard.can_record) == (FootageFrom.HERE, "nest", True)
    await home.place_camera(camera_id=door.camera_id)
    assert door.camera_id not in home.services.cameras.recorded()


async def test_a_clip_that_google_does_not_give_is_no_clip(home: Home, nest: Nest, film: bytes) -> None:
    """An event without one, and one whose file is cut off: what can't be used is a gap, and the rest is found."""
    now = datetime.now(UTC).replace(microsecond=0)
    await nest.cloud.tell("silent", MOTION, now - timedelta(minutes=9), None)
    await nest.cloud.tell("broken", MOTION, now - timedelta(minutes=8), film[:100])
    await nest.cloud.tell("rung", CHIME, now - timedelta(minutes=5), film)
    await kept(nest, 2)
    await asyncio.to_thread(grown_old, store_folder(home.hass) / nest.device_id())
    await home.place_camera(camera_id=nest.camera_id())
    wanted = {"from_": now - timedelta(minutes=17), "until": now - timedelta(minutes=2)}
    case = await home.held(**wanted, created_at=now - timedelta(minutes=1))
    (segment,) = await held(home, case.case_id, 1)
    assert segment.from_ == now - timedelta(minutes=5)
