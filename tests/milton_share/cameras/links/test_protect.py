"""A home whose camera UniFi Protect records: found by Home Assistant's own entry, and shared from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import ffmpeg
import pytest
from aiohttp import web
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milton_share.cameras.links.protect import ProtectLink
from custom_components.milton_share.cameras.model import FootageFrom
from custom_components.milton_share.sources.protect import ProtectServer
from custom_components.milton_share.sources.recorder_clients import RecorderCamera
from custom_components.milton_share.sources.recorder_clients.connection import line
from tests.cases import in_ci
from tests.clips.recordings import FPS, numbers_in, picture, run
from tests.milton_share.cases.test_kept_sources import copies_kept
from tests.simulators.films import Film
from tests.simulators.unifi_protect.peer import MAC, VERSION, Protect

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from homeassistant.core import HomeAssistant

    from tests.milton_share.conftest import Home

LOGIN = ("home", "a-password-of-the-test")
LENGTH_S = 40
AGO_S = 9_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A console with a recording, and its camera in Home Assistant."""

    peer: Protect
    camera_id: str
    began_s: int


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Film numbered pictures."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    encoded = ffmpeg.output(
        picture(LENGTH_S), str(path), vcodec="libx264", preset="ultrafast", g=30, bf=0, pix_fmt="yuv420p"
    )
    run(encoded.global_args("-v", "error", "-nostdin").compile())
    return path


def add_entry(hass: HomeAssistant, port: int, **changes: object) -> MockConfigEntry:
    """Add Protect's entry."""
    data = {"host": "127.0.0.1", "port": port, "username": LOGIN[0], "password": LOGIN[1], "verify_ssl": False}
    entry = MockConfigEntry(domain="unifiprotect", data={**data, **changes})
    entry.add_to_hass(hass)
    return entry


def add_camera(hass: HomeAssistant, entry: MockConfigEntry, unique_id: str = f"{MAC}_0") -> str:
    """Register a camera as Protect's integration does; return its id."""
    entity = er.async_get(hass).async_get_or_create("camera", "unifiprotect", unique_id, config_entry=entry)
    hass.states.async_set(entity.entity_id, "recording", {"friendly_name": "Street side", "supported_features": 2})
    return entity.id


@pytest.fixture
async def protect(
    hass: HomeAssistant, tmp_path: Path, film: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Recorded]:
    """Serve recordings of two and a half hours ago, and let Home Assistant know the camera."""
    monkeypatch.setattr(line, "REST_S", 0.0)
    began_s = int(dt_util.utcnow().timestamp()) - AGO_S
    peer = Protect(tmp_path / "console", LOGIN)
    peer.films.append(Film(path=film, began_s=began_s))
    await peer.start()
    camera_id = add_camera(hass, add_entry(hass, peer.port))
    yield Recorded(peer=peer, camera_id=camera_id, began_s=began_s)
    await peer.stop()


async def test_a_request_is_answered_out_of_protects_recordings(protect: Recorded, home: Home) -> None:
    """Held, looked at, approved: the manifest names Protect, and the clip has what was asked, at a stated time."""
    await home.place_camera(camera_id=protect.camera_id)
    await home.until(lambda: home.recorder_of("Street side") == (FootageFrom.UNIFI_PROTECT, None))
    case = await home.held()
    await home.until(lambda: home.case(case.request_id).footage_until is not None)
    case = home.case(case.request_id)
    assert case.footage_from is not None
    start = case.footage_from + timedelta(seconds=10)
    case = await home.look_when_copied(case, start, start + timedelta(seconds=15))
    assert case.clip is not None
    assert (case.clip.clock_method, case.clip.gaps) == ("source", ())
    manifest = home.services.book.reviews[case.case_id].manifest
    assert manifest.software["unifi_protect"] == VERSION
    clip = home.services.folder.clip(case.case_id, case.clip.clip_sha256)
    numbers = numbers_in(clip)
    assert numbers == list(range(numbers[0], numbers[0] + 15 * FPS))
    first_s = protect.began_s + numbers[0] / FPS
    assert abs(first_s - start.timestamp()) <= case.clip.uncertainty_ms / 1000 + 1 / FPS
    await home.approve(case, keep_sources=True)
    assert await copies_kept(home, case) == {segment.sha256 for segment in manifest.segments}


@pytest.mark.parametrize(
    ("kind", "rule"),
    in_ci([("page", "source_answer"), ("down", "source_away"), ("login", "source_login")], [("login", "source_login")]),
)
async def test_a_console_in_trouble_is_shown_as_it_is_and_answers_when_it_is_well(
    protect: Recorded, home: Home, kind: str, rule: str
) -> None:
    """A page in place of an answer, nobody there, another password: said on the camera's card; nothing is a gap."""

    async def answer(_request: web.Request) -> web.Response:
        if kind == "page":
            return web.Response(text="<!doctype html><title>UniFi OS</title>", content_type="text/html")
        return web.Response(status=502 if kind == "down" else 401)

    protect.peer.answer |= dict.fromkeys(("login", "nvr", "cameras", "export"), answer)
    protect.peer.tokens.clear()
    source = home.services.footage.copied
    await source.look()
    assert home.recorder_of("Street side") == (FootageFrom.UNIFI_PROTECT, rule)
    await home.place_camera(camera_id=protect.camera_id)
    request_id = await home.receive()
    await home.until(lambda: home.case(request_id).state == "received")
    case = home.case(request_id)
    assert (case.footage_until, case.gaps) == (None, ())
    if kind == "login":
        return  # it isn't tried again for a quarter of an hour
    protect.peer.answer.clear()
    await source.look()
    await home.until(lambda: home.case(request_id).footage_until is not None)
    assert home.recorder_of("Street side") == (FootageFrom.UNIFI_PROTECT, None)


async def test_only_cameras_of_protects_own_entries_are_protects(hass: HomeAssistant) -> None:
    """Not its other entities, no name that is no camera's address, no entry that is switched off or has no host."""
    entry = add_entry(hass, 443)
    registry = er.async_get(hass)
    camera_id = add_camera(hass, entry)
    old_id = add_camera(hass, entry, f"{MAC}_1_insecure")
    package_id = add_camera(hass, entry, f"{MAC}_3")
    add_camera(hass, entry, "../config_0")
    registry.async_get_or_create("sensor", "unifiprotect", f"{MAC}_0", config_entry=entry)
    registry.async_get_or_create("camera", "generic", f"{MAC}_0")
    registry.async_get_or_create("camera", "unifiprotect", "AABBCCDDEEFF_0")
    off = MockConfigEntry(domain="unifiprotect", data=dict(entry.data), disabled_by=ConfigEntryDisabler.USER)
    off.add_to_hass(hass)
    add_camera(hass, off, "AABBCCDDEE00_0")
    add_camera(hass, add_entry(hass, 443, host=""), "AABBCCDDEE01_0")
    server = ProtectServer(host="127.0.0.1", port=443, username=LOGIN[0], password=LOGIN[1], check_certificate=False)
    assert ProtectLink(hass).cameras() == {
        camera_id: RecorderCamera(server=server, name=MAC),
        old_id: RecorderCamera(server=server, name=MAC),
        package_id: RecorderCamera(server=server, name=f"{MAC}_3"),
    }


async def test_an_entry_with_a_key_alone_has_no_login_and_its_certificate_is_judged_as_its_owner_said(
    hass: HomeAssistant,
) -> None:
    """Newer entries may have no password: recordings are then refused by a rule, and nothing is guessed."""
    entry = add_entry(hass, 443, username=None, password=None, api_key="a-key", verify_ssl=True)
    (camera,) = (add_camera(hass, entry),)
    link = ProtectLink(hass)
    server = link.cameras()[camera].server
    assert isinstance(server, ProtectServer)
    assert (server.username, server.password, server.check_certificate) == ("", "", True)
    sessions = [
        link.peer(each)._client._line._session  # noqa: SLF001  which session it asks in
        for each in (server, replace(server, host="other"), replace(server, check_certificate=False))
    ]
    assert sessions[0] is sessions[1]
    assert sessions[0] is not sessions[2]
    await hass.async_stop(force=True)
    assert all(session.closed for session in sessions)
