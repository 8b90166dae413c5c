"""A home whose camera Frigate records: found by Home Assistant's own entry, shared from, and not recorded twice."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from aiohttp import web
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.milton_share.cameras.links.frigate import FrigateLink
from custom_components.milton_share.cameras.model import FootageFrom, Source
from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.sources.frigate import FrigateServer
from custom_components.milton_share.sources.recorder_clients import RecorderCamera
from custom_components.milton_share.sources.recorder_clients.connection import line
from custom_components.milton_share.storage.paths import private_folder
from tests.cases import in_ci
from tests.clips.frigate_recordings import record_as_frigate
from tests.milton_share.cases.test_kept_sources import copies_kept
from tests.milton_share.conftest import Stamped, keep_segments
from tests.milton_share.panel.test_own import done
from tests.simulators.frigate.peer import VERSION, Frigate
from tests.simulators.frigate.recording import placed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from homeassistant.core import HomeAssistant

    from custom_components.milton_share.city.verdicts import Assessment
    from tests.milton_share.conftest import Home

NAME = "front_door"
LENGTH_S, FILES = 6.0, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A Frigate with recordings, and its camera in Home Assistant."""

    peer: Frigate
    camera_id: str
    digests: tuple[str, ...]


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Four files of six seconds."""
    video: dict[str, object] = {"vcodec": "libx264", "preset": "ultrafast", "g": 15, "bf": 0}
    folder = tmp_path_factory.mktemp("frigate") / "parts"
    film = record_as_frigate(folder, seconds=int(LENGTH_S) * FILES, segment_s=int(LENGTH_S), video=video, sound="none")
    return [part.path for part in film.parts]


def add_camera(hass: HomeAssistant, entry: MockConfigEntry, name: str = NAME) -> str:
    """Register a camera as Frigate's integration does; return its id."""
    entity = er.async_get(hass).async_get_or_create(
        "camera", "frigate", f"{entry.entry_id}:camera:{name}", config_entry=entry, suggested_object_id=f"by_{name}"
    )
    hass.states.async_set(entity.entity_id, "recording", {"friendly_name": "Street side", "supported_features": 2})
    return entity.id


def add_entry(hass: HomeAssistant, url: str, **changes: object) -> MockConfigEntry:
    """Add Frigate's entry."""
    data = {"url": url, "validate_ssl": True, "username": "", "password": "", **changes}
    entry = MockConfigEntry(domain="frigate", data=data)
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
async def frigate(
    hass: HomeAssistant, tmp_path: Path, parts: list[Path], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Recorded]:
    """Serve recordings of two and a half hours ago, and let Home Assistant know the camera."""
    monkeypatch.setattr(line, "REST_S", 0.0)
    peer = Frigate(tmp_path / "media", {NAME: True})
    peer.sound = "none"
    began_s = int(dt_util.utcnow().timestamp()) - 9_000
    peer.rows += placed(
        [(part, began_s + round(index * LENGTH_S), LENGTH_S) for index, part in enumerate(parts)], peer.media, NAME
    )
    await peer.start()
    camera_id = add_camera(hass, add_entry(hass, peer.url))
    digests = tuple(hashlib.sha256(part.read_bytes()).hexdigest() for part in parts)
    yield Recorded(peer=peer, camera_id=camera_id, digests=digests)
    await peer.stop()


async def test_a_request_is_answered_out_of_frigates_recordings(frigate: Recorded, home: Home) -> None:
    """Held, looked at, approved: the manifest names Frigate, its files and its clock; and nothing was recorded here."""
    await home.place_camera(camera_id=frigate.camera_id)
    await home.until(lambda: home.recorder_of("Street side") == (FootageFrom.FRIGATE, None))
    case = await home.held()
    await home.until(lambda: home.case(case.request_id).footage_until is not None)
    case = home.case(case.request_id)
    assert case.footage_from is not None
    start = case.footage_from + timedelta(seconds=4)
    case = await home.look_when_copied(case, start, start + timedelta(seconds=10))
    assert case.clip is not None
    assert (case.clip.clock_method, case.clip.gaps) == ("source", ())
    manifest = home.services.book.reviews[case.case_id].manifest
    assert manifest.software["frigate"] == VERSION
    assert {segment.sha256 for segment in manifest.segments} <= set(frigate.digests)
    await home.approve(case, keep_sources=True)
    assert await copies_kept(home, case) == {segment.sha256 for segment in manifest.segments}
    assert home.services.cameras.recorded() == {}


async def test_how_far_the_copying_is_is_told_and_so_is_why_nothing_is_known(
    frigate: Recorded, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Frigate that is down as the request comes, then slow with its second file: never "nothing is recorded"."""
    monkeypatch.setattr("custom_components.milton_share.sources.recorder_clients.source.PATIENCE_S", 0.1)
    down = {"recordings": _down, "version": _down, "config": _down}
    frigate.peer.answer |= down
    await home.place_camera(camera_id=frigate.camera_id)
    request_id = await home.receive()
    await home.until(lambda: home.request(request_id).cases and home.case(request_id).hold_trouble == "source_away")  # type: ignore[union-attr]
    assert home.case(request_id).footage_from is None

    goes_on = asyncio.Event()
    own, asked = frigate.peer._file, []  # noqa: SLF001  what it gives without being told otherwise

    async def slow(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        if len(asked) > 1:
            await goes_on.wait()
        return await own(request)

    for name in down:
        del frigate.peer.answer[name]
    frigate.peer.answer["file"] = slow
    await home.round()
    async with asyncio.timeout(20):
        while home.case(request_id).copied != pytest.approx(1 / FILES, abs=0.1):
            await asyncio.sleep(0.05)
            await home.round()
    case = home.case(request_id)
    assert (case.state, case.hold_trouble) == ("held", None)
    assert case.footage_from is not None
    goes_on.set()
    await home.until(lambda: home.case(request_id).copied is None)
    until = home.case(request_id).footage_until
    assert until is not None
    assert until - case.footage_from > timedelta(seconds=LENGTH_S * (FILES - 1))


async def test_a_recording_that_does_not_come_keeps_the_home_no_busier_than_else(
    frigate: Recorded, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked for again with the next round, in a minute; not fifteen times a second, with all judged each time."""
    asked: list[str] = []

    async def fail(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(status=500)

    frigate.peer.answer["file"] = fail
    await home.place_camera(camera_id=frigate.camera_id)
    request_id = await home.receive()
    await home.until(lambda: home.request(request_id).cases and home.case(request_id).hold_trouble == "source_away")  # type: ignore[union-attr]
    await asyncio.sleep(0.5)  # what it was told of that is looked at
    scheduler, judged = home.scheduler, list[None]()
    judge = scheduler.judge

    async def counted() -> Assessment:
        judged.append(None)
        return await judge()

    monkeypatch.setattr(scheduler, "judge", counted)
    asked.clear()
    await asyncio.sleep(1.5)
    assert max(len(judged), len(asked)) <= 3


async def test_people_save_for_themselves_what_frigate_recorded(
    frigate: Recorded, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A camera that no request may ask; waited for while it is copied, cut, and the copies let go: nothing is held."""
    monkeypatch.setattr("custom_components.milton_share.sources.recorder_clients.source.PATIENCE_S", 0.0)
    monkeypatch.setattr("custom_components.milton_share.own_clips.cutter.COPY_LOOK_S", 0.01)
    own, session = home.panel.own, home.owner.session
    end = dt_util.utcnow()
    seen = await own.recorded(session, end - timedelta(hours=12), end)
    (camera,) = (one for one in seen if one.camera_id == frigate.camera_id)
    (part,) = camera.recorded
    start = part.from_ + timedelta(seconds=2)
    await own.cut(session, [frigate.camera_id], start, start + timedelta(seconds=9), audio=False, masks={})
    (one,) = (await done(home)).clips
    assert one.clip is not None, one.refused
    assert (one.camera_name, one.clip.clock_method, one.clip.gaps) == ("Street side", "source", ())
    assert home.services.footage.hold_budget.held_bytes == 0
    frigate.peer.rows.clear()
    frigate.peer.answer |= {"recordings": _down, "version": _down, "config": _down}
    await home.services.footage.copied.look()
    later = await own.recorded(session, end - timedelta(hours=12), end)
    assert {one.camera_id: one.trouble for one in later}[frigate.camera_id] == "source_away"


async def test_people_save_for_themselves_what_was_recorded_a_moment_ago(
    frigate: Recorded, home: Home, parts: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Frigate lists it only later, so it is asked again: nobody waits half an hour to be told that it still comes."""
    monkeypatch.setattr("custom_components.milton_share.sources.recorder_clients.source.PATIENCE_S", 0.0)
    monkeypatch.setattr("custom_components.milton_share.sources.recorder_clients.archive.progress.SETTLE_MS", 9_000)
    monkeypatch.setattr("custom_components.milton_share.own_clips.cutter.COPY_LOOK_S", 0.01)
    began_s = int(dt_util.utcnow().timestamp()) - round(LENGTH_S * FILES) - 6
    films = [(part, began_s + round(index * LENGTH_S), LENGTH_S) for index, part in enumerate(parts)]
    *listed, last = placed(films, frigate.peer.media, NAME)
    frigate.peer.rows[:] = listed
    own, session = home.panel.own, home.owner.session
    until = dt_util.utc_from_timestamp(began_s + LENGTH_S * FILES - 1)
    await own.cut(session, [frigate.camera_id], until - timedelta(seconds=9), until, audio=False, masks={})
    await home.until(lambda: bool(home.services.footage.hold_budget.held_bytes))
    frigate.peer.rows.append(last)
    (one,) = (await done(home)).clips
    assert one.clip is not None, one.refused
    assert one.clip.gaps == ()


async def _down(_request: web.Request) -> web.Response:
    return web.Response(status=502)


async def test_a_camera_that_frigate_does_not_record_is_recorded_here(frigate: Recorded, home: Home) -> None:
    """As soon as that is known; and no more once Frigate records it."""
    await home.place_camera(camera_id=frigate.camera_id)
    recorded = home.services.cameras.recorded
    source = home.services.footage.copied
    assert recorded() == {}
    frigate.peer.cameras[NAME] = False
    await source.look()
    assert set(recorded()) == {frigate.camera_id}
    assert home.recorder_of("Street side") == (FootageFrom.HERE, None)
    frigate.peer.cameras[NAME] = True
    await source.look()
    assert recorded() == {}


async def test_a_frigate_that_is_away_is_said_and_answers_when_it_is_back(frigate: Recorded, home: Home) -> None:
    """The request waits; nothing is called a gap meanwhile, and the owner is told why nothing can be cut."""

    async def down(_request: web.Request) -> web.Response:
        return web.Response(status=502)

    frigate.peer.answer |= dict.fromkeys(("version", "config", "recordings", "file"), down)
    source = home.services.footage.copied
    await source.look()
    assert home.recorder_of("Street side") == (FootageFrom.FRIGATE, "source_away")
    await home.place_camera(camera_id=frigate.camera_id)
    request_id = await home.receive()
    await home.until(lambda: home.case(request_id).state == "received")
    case = home.case(request_id)
    assert (case.footage_until, case.gaps) == (None, ())
    frigate.peer.answer.clear()
    await source.look()
    await home.until(lambda: home.case(request_id).footage_until is not None)
    assert home.recorder_of("Street side") == (FootageFrom.FRIGATE, None)


@pytest.fixture
def also_here(hass: HomeAssistant, frigate: Recorded, segment_file: Path) -> None:
    """Have this home record the camera as well, as an owner may want it."""
    timestamp = Stamped(method="arrival", uncertainty_ms=150, offset_ms=0)
    keep_segments(private_folder(hass), segment_file, dict.fromkeys(range(3), timestamp), [frigate.camera_id])


@pytest.mark.usefixtures("also_here")
async def test_a_frigate_that_gives_pages_for_recordings_keeps_none_of_this_homes_own_back(
    frigate: Recorded, home: Home
) -> None:
    """It lists what it has, and each file is its login page: what was recorded here is held and cut."""

    async def page(_request: web.Request) -> web.Response:
        return web.Response(text="<!doctype html><title>Sign in</title>", content_type="text/html")

    frigate.peer.answer["file"] = page
    await home.place_camera(camera_id=frigate.camera_id)
    case = await home.held()
    await home.until(lambda: home.case(case.request_id).footage_until is not None)
    case = home.case(case.request_id)
    assert case.footage_from is not None
    start = case.footage_from + timedelta(seconds=2)
    await home.panel.review.look(home.owner.session, case.case_id, start, start + timedelta(seconds=4), audio=False)
    clip = home.case(case.request_id).clip
    assert clip is not None
    assert (clip.clock_method, clip.gaps) == ("arrival", ())
    assert frigate.peer.asked["file"] > 0


@pytest.mark.usefixtures("also_here")
@pytest.mark.parametrize("picked", in_ci([None, Source.FRIGATE, Source.HERE], [None, Source.HERE]))
async def test_a_request_is_answered_out_of_the_source_that_the_owner_picked(
    frigate: Recorded, home: Home, picked: Source | None
) -> None:
    """Frigate by default, as before there was a choice; the page says which it was, and has it after a restart."""
    await home.place_camera(camera_id=frigate.camera_id, source=picked)
    await home.restart()
    (camera,) = (camera for camera in home.state().cameras if camera.name == "Street side")
    assert camera.sources == (Source.FRIGATE, Source.HERE)
    used = picked or Source.FRIGATE
    assert (camera.footage, camera.settings.source) == (FootageFrom(used), picked)
    assert bool(home.services.cameras.recorded()) is (picked is Source.HERE)
    case = await home.held()
    await home.until(lambda: home.case(case.request_id).footage_from is not None)
    assert home.case(case.request_id).source == used


@pytest.mark.parametrize("picked", in_ci([None, Source.FRIGATE, Source.MEDIA_FOLDER], [Source.FRIGATE]))
async def test_of_two_recorders_the_picked_one_is_asked(
    frigate: Recorded, home: Home, tmp_path: Path, picked: Source | None
) -> None:
    """A folder that the owner named, and Frigate: the folder by default."""
    folder = tmp_path / "files"
    folder.mkdir()
    home.hass.config.allowlist_external_dirs = {str(tmp_path)}
    await home.place_camera(camera_id=frigate.camera_id, source=picked)
    await home.services.footage.folders.save(frigate.camera_id, str(folder), None)
    (camera,) = (camera for camera in home.state().cameras if camera.name == "Street side")
    assert camera.sources == (Source.MEDIA_FOLDER, Source.FRIGATE, Source.HERE)
    assert camera.footage == (picked or Source.MEDIA_FOLDER)


async def test_what_is_still_being_copied_is_not_cut_as_if_it_were_a_gap(frigate: Recorded, home: Home) -> None:
    """The owner is asked to wait; what is there can be cut."""
    own, going_on = frigate.peer._file, asyncio.Event()  # noqa: SLF001  its own answer, held back

    async def slow(request: web.Request) -> web.StreamResponse:
        if frigate.peer.asked["file"] > 2:
            await going_on.wait()
        return await own(request)

    frigate.peer.answer["file"] = slow
    await home.place_camera(camera_id=frigate.camera_id)
    case = await home.held()
    await home.until(lambda: home.case(case.request_id).footage_until is not None)
    request = home.request(case.request_id)
    assert request is not None
    footage = home.case(case.request_id)
    assert footage.footage_from is not None
    with pytest.raises(MiltonShareError) as refused:
        await home.panel.review.look(
            home.owner.session,
            case.case_id,
            footage.footage_from,
            footage.footage_from + timedelta(seconds=20),
            audio=False,
        )
    assert refused.value.rule == "still_copying"
    going_on.set()
    await home.until(lambda: frigate.peer.asked["file"] >= FILES)


async def test_copies_that_cannot_be_opened_keep_nothing_half_started(
    hass: HomeAssistant, frigate: Recorded, home: Home
) -> None:
    """Something lies where the copies should; when it is gone, the entry starts, the recorder too."""
    assert frigate.peer.url
    await hass.config_entries.async_unload(home.entry.entry_id)
    copies = private_folder(hass).copies
    shutil.rmtree(copies)
    copies.write_bytes(b"in the way")
    assert not await hass.config_entries.async_setup(home.entry.entry_id)
    assert home.entry.state is ConfigEntryState.SETUP_RETRY
    copies.unlink()
    assert await hass.config_entries.async_reload(home.entry.entry_id)
    assert home.entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize(
    "url",
    ["", None, 7],
)
def test_an_entry_without_an_address_has_no_cameras(hass: HomeAssistant, url: object) -> None:
    """Nothing is guessed."""
    entry = MockConfigEntry(domain="frigate", data={"url": url})
    entry.add_to_hass(hass)
    add_camera(hass, entry)
    assert FrigateLink(hass).cameras() == {}


async def test_only_cameras_of_frigates_own_entries_are_frigates(hass: HomeAssistant) -> None:
    """Not its bird's-eye view, not its other entities, no name that could be a path, no entry that is switched off."""
    entry = add_entry(hass, "http://frigate.local:5000", username="viewer", password="a-word", validate_ssl=False)
    registry = er.async_get(hass)
    camera_id = add_camera(hass, entry)
    add_camera(hass, entry, "birdseye")
    add_camera(hass, entry, "../config")
    registry.async_get_or_create("sensor", "frigate", f"{entry.entry_id}:camera:{NAME}", config_entry=entry)
    registry.async_get_or_create("camera", "generic", f"{entry.entry_id}:camera:{NAME}")
    registry.async_get_or_create("camera", "frigate", f"{entry.entry_id}:camera:no_entry")
    off = MockConfigEntry(domain="frigate", data={"url": "http://off.local:5000"}, disabled_by=ConfigEntryDisabler.USER)
    off.add_to_hass(hass)
    add_camera(hass, off, "off")
    server = FrigateServer(
        url="http://frigate.local:5000", username="viewer", password="a-word", check_certificate=False
    )
    assert FrigateLink(hass).cameras() == {camera_id: RecorderCamera(server=server, name=NAME)}


async def test_each_way_of_checking_certificates_has_its_session(hass: HomeAssistant) -> None:
    """As the owner told Frigate's own entry; and both are let go when Home Assistant ends."""
    link = FrigateLink(hass)
    checked, unchecked = (
        FrigateServer(url="https://nas.local"),
        FrigateServer(url="https://nas.local", check_certificate=False),
    )
    sessions = [link.peer(server)._client._line._session for server in (checked, replace(checked), unchecked)]  # noqa: SLF001
    assert sessions[0] is sessions[1]
    assert sessions[0] is not sessions[2]
    await hass.async_stop(force=True)
    assert all(session.closed for session in sessions)
