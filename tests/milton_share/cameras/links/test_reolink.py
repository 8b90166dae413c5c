"""A home whose camera a Reolink device records itself: found by Home Assistant's own entry, and shared from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milton_share.cameras.links.reolink import ReolinkLink
from custom_components.milton_share.cameras.model import FootageFrom
from custom_components.milton_share.sources.recorder_clients import RecorderCamera
from custom_components.milton_share.sources.recorder_clients.connection import line
from custom_components.milton_share.sources.reolink import ReolinkServer
from tests.cases import in_ci
from tests.clips.frigate_recordings import record_as_frigate
from tests.clips.recordings import FPS, numbers_in
from tests.milton_share.cases.test_kept_sources import copies_kept
from tests.simulators.reolink.peer import UID, VERSION, Reolink, stored_parts

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from homeassistant.core import HomeAssistant

    from tests.milton_share.conftest import Home

LOGIN = ("home", "a-password-of-the-test")
LENGTH_S, FILES = 6, 5
AGO_S = 9_000
MAC = "ec:71:db:00:00:01"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A camera with a card, and how Home Assistant knows it."""

    peer: Reolink
    camera_id: str
    began_s: int


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Film numbered pictures into files."""
    video: dict[str, object] = {"vcodec": "libx264", "preset": "ultrafast", "g": 15, "bf": 0}
    folder = tmp_path_factory.mktemp("reolink") / "parts"
    film = record_as_frigate(folder, seconds=LENGTH_S * FILES, segment_s=LENGTH_S, video=video, sound="none")
    return [part.path for part in film.parts]


def add_entry(hass: HomeAssistant, port: int | None, **changes: object) -> MockConfigEntry:
    """Add Reolink's entry."""
    data = {"host": "127.0.0.1", "port": port, "use_https": False, "username": LOGIN[0], "password": LOGIN[1]}
    entry = MockConfigEntry(domain="reolink", data={**data, **changes}, options={"protocol": "rtsp"})
    entry.add_to_hass(hass)
    return entry


def add_camera(hass: HomeAssistant, entry: MockConfigEntry, unique_id: str = f"{MAC}_0_sub") -> str:
    """Register a camera as Reolink's integration does; return its id."""
    entity = er.async_get(hass).async_get_or_create("camera", "reolink", unique_id, config_entry=entry)
    hass.states.async_set(entity.entity_id, "idle", {"friendly_name": "Street side", "supported_features": 2})
    return entity.id


@pytest.fixture
async def reolink(
    hass: HomeAssistant, tmp_path: Path, parts: list[Path], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Recorded]:
    """Serve recordings of two and a half hours ago, and let Home Assistant know the camera."""
    monkeypatch.setattr(line, "REST_S", 0.0)
    began_s = int(dt_util.utcnow().timestamp()) - AGO_S
    peer = Reolink(tmp_path / "device", LOGIN)
    peer.files += stored_parts(parts, began_s, LENGTH_S)
    await peer.start()
    camera_id = add_camera(hass, add_entry(hass, peer.port))
    yield Recorded(peer=peer, camera_id=camera_id, began_s=began_s)
    await peer.stop()


async def test_a_request_is_answered_out_of_a_cameras_own_card(reolink: Recorded, home: Home) -> None:
    """Held, looked at, approved: the manifest names the device, and the clip has what was asked, at a stated time."""
    await home.place_camera(camera_id=reolink.camera_id)
    await home.until(lambda: home.recorder_of("Street side") == (FootageFrom.REOLINK, None))
    case = await home.held()
    await home.until(lambda: home.case(case.request_id).footage_until is not None)
    case = home.case(case.request_id)
    assert case.footage_from is not None
    start = case.footage_from + timedelta(seconds=5)
    case = await home.look_when_copied(case, start, start + timedelta(seconds=15))
    assert case.clip is not None
    assert case.clip.clock_method == "source"
    manifest = home.services.book.reviews[case.case_id].manifest
    assert manifest.software["reolink"] == VERSION
    clip = home.services.folder.clip(case.case_id, case.clip.clip_sha256)
    numbers = numbers_in(clip)
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    assert abs(len(numbers) - 15 * FPS) <= 1
    first_s = reolink.began_s + numbers[0] / FPS
    assert abs(first_s - start.timestamp()) <= case.clip.uncertainty_ms / 1000 + 1 / FPS
    await home.approve(case, keep_sources=True)
    assert await copies_kept(home, case) == {segment.sha256 for segment in manifest.segments}


@pytest.mark.parametrize(
    ("kind", "rule"),
    in_ci([("page", "source_answer"), ("down", "source_away"), ("login", "source_login")], [("login", "source_login")]),
)
async def test_a_device_in_trouble_is_shown_as_it_is_and_answers_when_it_is_well(
    reolink: Recorded, home: Home, kind: str, rule: str
) -> None:
    """A page in place of an answer, nobody there, another password: said on the camera's card; nothing is a gap."""

    async def answer(_request: web.Request) -> web.Response:
        if kind == "page":
            return web.Response(text="<!doctype html><title>Reolink</title>", content_type="text/html")
        return web.Response(status=502 if kind == "down" else 401)

    commands = ("Login", "GetDevInfo", "GetTime", "GetHddInfo", "GetChannelstatus", "Search", "Download", "Playback")
    reolink.peer.answer |= dict.fromkeys(commands, answer)
    source = home.services.footage.copied
    await source.look()
    assert home.recorder_of("Street side") == (FootageFrom.REOLINK, rule)
    await home.place_camera(camera_id=reolink.camera_id)
    request_id = await home.receive()
    await home.until(lambda: home.case(request_id).state == "received")
    case = home.case(request_id)
    assert (case.footage_until, case.gaps) == (None, ())
    if kind == "login":
        return  # it isn't tried again for a quarter of an hour
    reolink.peer.answer.clear()
    await source.look()
    await home.until(lambda: home.case(request_id).footage_until is not None)
    assert home.recorder_of("Street side") == (FootageFrom.REOLINK, None)


async def test_only_cameras_of_reolinks_own_entries_are_reolinks(hass: HomeAssistant) -> None:
    """Not a second lens, no other stream, no entry that is off, has no host, or whose device speaks no HTTP."""
    entry = add_entry(hass, 80)
    registry = er.async_get(hass)
    camera_id = add_camera(hass, entry)
    on_recorder_id = add_camera(hass, entry, f"{UID}_{UID}_main")
    for unique_id in (f"{MAC}_0_autotrack_sub", f"{MAC}_0_other", f"{MAC}_../0_sub", f"{MAC}_0_sub01_main", "0_sub"):
        add_camera(hass, entry, unique_id)
    registry.async_get_or_create("sensor", "reolink", f"{MAC}_0_sub", config_entry=entry)
    registry.async_get_or_create("camera", "generic", f"{MAC}_0_sub")
    registry.async_get_or_create("camera", "reolink", f"{MAC}_1_sub")
    off = MockConfigEntry(domain="reolink", data=dict(entry.data), disabled_by=ConfigEntryDisabler.USER)
    off.add_to_hass(hass)
    add_camera(hass, off, f"{MAC}_2_sub")
    add_camera(hass, add_entry(hass, 80, host=""), f"{MAC}_3_sub")
    add_camera(hass, add_entry(hass, None, baichuan_only=True), f"{MAC}_4_sub")
    server = ReolinkServer(host="127.0.0.1", port=80, https=False, username=LOGIN[0], password=LOGIN[1])
    assert ReolinkLink(hass).cameras() == {
        camera_id: RecorderCamera(server=server, name="0"),
        on_recorder_id: RecorderCamera(server=server, name=UID),
    }


async def test_a_device_without_a_port_is_asked_at_the_usual_one(hass: HomeAssistant) -> None:
    """And all devices in one session, whose certificates nobody can check."""
    first = add_camera(hass, add_entry(hass, None, use_https=True))
    second = add_camera(hass, add_entry(hass, None, host="127.0.0.2"), f"{MAC}_5_sub")
    link = ReolinkLink(hass)
    servers = [link.cameras()[camera].server for camera in (first, second)]
    assert all(isinstance(server, ReolinkServer) for server in servers)
    assert [str(server.api) for server in servers] == [
        "https://127.0.0.1/cgi-bin/api.cgi",
        "http://127.0.0.2/cgi-bin/api.cgi",
    ]
    sessions = {link.peer(server)._client._line._session for server in servers}  # noqa: SLF001  which it asks in
    assert len(sessions) == 1
    await hass.async_stop(force=True)
    assert all(session.closed for session in sessions)
