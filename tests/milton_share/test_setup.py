"""Starting, stopping, and what keeps a home from starting."""

from __future__ import annotations

import asyncio
import errno
import os
import sqlite3
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from homeassistant.components import frontend
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STOP

from custom_components.milton_share.const import PANEL_PATH
from custom_components.milton_share.enrollment.leave import wipe
from custom_components.milton_share.own_clips.cutter import OWN_HOLD, TRIAL_HOLD
from custom_components.milton_share.processes import supervise
from custom_components.milton_share.sources.recorder import Recorder, RecorderError
from custom_components.milton_share.sources.recorder.store.index import Hold, Index
from custom_components.milton_share.storage.database import HomeDatabase
from custom_components.milton_share.storage.paths import database_path, private_folder, private_places

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from .conftest import Home


async def test_a_stop_of_home_assistant_closes_everything(hass: HomeAssistant, home: Home) -> None:
    """Without an unload; a later unload finds nothing to do."""
    await home.receive()
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done(wait_background_tasks=True)
    with pytest.raises(sqlite3.ProgrammingError):
        await home.place_camera()


async def test_a_part_that_breaks_by_a_bug_is_told_and_begins_again(
    home: Home, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """No request is missed because one round, one read of the feed or one step of the outbox went wrong."""
    monkeypatch.setattr(supervise, "AGAIN_S", 0.05)
    services = home.services
    for part, name in ((services.city, "assess"), (services.workflow, "update"), (services.link._feed, "read")):  # noqa: SLF001
        _break_once(monkeypatch, part, name)
    for name in ("listener", "scheduler", "feed"):
        await home.until(lambda name=name: f"milton_share {name} failed; it begins again" in caplog.text)
    await home.receive()
    await home.until(lambda: home.state().snapshot.open_requests == 1)


def _break_once(monkeypatch: pytest.MonkeyPatch, part: object, name: str) -> None:
    true = getattr(part, name)

    async def broken(*_arguments: object, **_words: object) -> None:
        monkeypatch.setattr(part, name, true)
        message = "a bug"
        raise RuntimeError(message)

    monkeypatch.setattr(part, name, broken)


async def test_a_database_of_a_newer_version_is_left_alone(hass: HomeAssistant, home: Home) -> None:
    """The entry says so, and asks for no retry."""
    await hass.config_entries.async_unload(home.entry.entry_id)

    def make_newer() -> None:
        connection = sqlite3.connect(database_path(hass))
        connection.execute("PRAGMA user_version=99")
        connection.close()

    await hass.async_add_executor_job(make_newer)
    assert not await hass.config_entries.async_setup(home.entry.entry_id)
    assert home.entry.state is ConfigEntryState.SETUP_ERROR
    assert home.entry.error_reason_translation_key == "storage_newer"


async def test_storage_that_fails_is_tried_again(hass: HomeAssistant, home: Home) -> None:
    """A folder that can't be made is a reason to wait, not to forget."""
    await hass.config_entries.async_unload(home.entry.entry_id)
    root = private_folder(hass).root
    away = root.with_name("away")
    await asyncio.to_thread(root.rename, away)
    await asyncio.to_thread(Path.write_bytes, root, b"")
    assert not await hass.config_entries.async_setup(home.entry.entry_id)
    assert home.entry.state is ConfigEntryState.SETUP_RETRY
    await asyncio.to_thread(root.unlink)
    await asyncio.to_thread(away.rename, root)
    assert await hass.config_entries.async_reload(home.entry.entry_id)


async def test_a_start_that_fails_late_leaves_nothing_running(hass: HomeAssistant, home: Home) -> None:
    """The address of the page is taken: no task, no recording and no open database stay, and a later try works."""
    assert await hass.config_entries.async_unload(home.entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    before = asyncio.all_tasks()
    frontend.async_register_built_in_panel(hass, "lovelace", frontend_url_path=PANEL_PATH)
    assert not await hass.config_entries.async_setup(home.entry.entry_id)
    assert home.entry.state is ConfigEntryState.SETUP_ERROR
    services = home.services
    with pytest.raises(RecorderError, match="recorder_stopped"):
        await services.footage.recorder.held("any")
    with pytest.raises(sqlite3.ProgrammingError):
        await services.cameras.load()
    assert {task for task in asyncio.all_tasks() - before if "milton_share" in task.get_name()} == set()
    frontend.async_remove_panel(hass, PANEL_PATH)
    assert await hass.config_entries.async_reload(home.entry.entry_id)
    await home.receive()


async def test_a_start_whose_recorder_fails_closes_the_database(
    hass: HomeAssistant, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cameras that can't be given to the recorder end the start, and nothing stays open."""
    assert await hass.config_entries.async_unload(home.entry.entry_id)

    true, close = Recorder.set_cameras, HomeDatabase.close
    closed = []

    async def broken(*_arguments: object) -> None:
        monkeypatch.setattr(Recorder, "set_cameras", true)
        raise OSError

    async def noted(database: HomeDatabase) -> None:
        await close(database)
        closed.append(database)

    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "set_cameras", broken)
        patch.setattr(HomeDatabase, "close", noted)
        assert not await hass.config_entries.async_setup(home.entry.entry_id)
        assert home.entry.state is ConfigEntryState.SETUP_RETRY
    assert closed


async def test_files_that_a_kill_left_are_wiped_at_the_start(hass: HomeAssistant, home: Home) -> None:
    """Half-cut clips and sealed bodies that no case and no share has."""
    root = private_folder(hass).root
    strays = [root / "clips" / ("a" * 32) / "half.mp4", root / "sealed" / ("b" * 32) / "clip"]

    def leave() -> None:
        for stray in strays:
            stray.parent.mkdir()
            stray.write_bytes(b"x")

    await hass.async_add_executor_job(leave)
    await home.restart()
    assert not await hass.async_add_executor_job(lambda: any(stray.exists() for stray in strays))


async def test_an_upgrade_keeps_what_was_there(home: Home) -> None:
    """Requests, settings and the PIN are there after a restart without a hub."""
    await home.place_camera()
    request_id = await home.receive()
    await home.until(lambda: home.request(request_id).refused is None and home.request(request_id).cases)
    home.hub.away = True
    await home.restart()
    await home.until(lambda: home.request(request_id) is not None)
    assert home.request(request_id).refused is None
    assert home.panel.approver_for(home.owner.session).refusal is None
    await home.until(lambda: home.state().snapshot.link == "away")


@pytest.mark.parametrize("hold_id", [OWN_HOLD, TRIAL_HOLD])
async def test_what_an_own_cut_held_and_cannot_be_wiped_stops_no_start(
    hass: HomeAssistant, home: Home, hold_id: str
) -> None:
    """A bad place of the disk is of that file; the hold has a deadline of its own."""
    recordings = private_folder(hass).recordings
    hold = Hold(hold_id=hold_id, camera_id="camera.one", folder="f" * 32, from_ms=0, until_ms=1, deadline_ms=2**50)

    def leave() -> None:
        with closing(Index(recordings / "index.sqlite3")) as index:
            index.begin_hold(hold)
        (recordings / "holds" / hold.folder).write_bytes(b"no folder")

    await hass.config_entries.async_unload(home.entry.entry_id)
    await hass.async_add_executor_job(leave)
    assert await hass.config_entries.async_setup(home.entry.entry_id)
    assert home.entry.state is ConfigEntryState.LOADED


@pytest.mark.parametrize("is_another_disk", [False, True])
async def test_an_upgrade_of_home_assistant_takes_recordings_along(
    hass: HomeAssistant, home: Home, monkeypatch: pytest.MonkeyPatch, *, is_another_disk: bool
) -> None:
    """Newer versions have a place of their own for what is in no backup; what leaves is wiped in both."""
    here, elsewhere = private_places(hass)
    kept = Path("recordings", "holds", "one", "1.mp4")

    def leave() -> None:
        elsewhere.parent.mkdir(exist_ok=True)
        here.rename(elsewhere)
        (elsewhere / kept).parent.mkdir(parents=True)
        (elsewhere / kept).write_bytes(b"x")
        with closing(Index(elsewhere / "recordings" / "index.sqlite3")) as index:
            index.begin_hold(hold)

    hold = Hold(hold_id="one", camera_id="camera.one", folder="one", from_ms=0, until_ms=1, deadline_ms=2**50)
    await hass.config_entries.async_unload(home.entry.entry_id)
    await hass.async_add_executor_job(leave)
    with monkeypatch.context() as patch:
        if is_another_disk:
            patch.setattr(Path, "rename", _fail)
        assert await hass.config_entries.async_setup(home.entry.entry_id)
    root = private_folder(hass).root
    assert root == (elsewhere if is_another_disk else here)
    assert (root / kept).exists()
    assert not (here if is_another_disk else elsewhere).exists()
    await hass.async_add_executor_job(partial(elsewhere.mkdir, parents=True, exist_ok=True))
    await hass.config_entries.async_unload(home.entry.entry_id)
    await hass.async_add_executor_job(wipe, hass)
    assert not here.exists()
    assert not elsewhere.exists()


@pytest.mark.parametrize("linked", ["", "recordings"])
async def test_recordings_that_the_owner_has_elsewhere_by_a_link_stay_there_and_are_wiped_with_the_home(
    hass: HomeAssistant, home: Home, linked: str
) -> None:
    """A link that is told from where it stands would lead to nothing from another place."""
    here, elsewhere = private_places(hass)
    disk = Path(hass.config.path("disk"))

    def leave() -> None:
        elsewhere.parent.mkdir(exist_ok=True)
        (here / linked).rename(disk)
        if linked:
            here.rename(elsewhere)
        link = elsewhere / linked
        link.symlink_to(os.path.relpath(disk, link.parent))
        (disk / "holiday.jpg").touch()
        (elsewhere / "recordings" / "wedding.jpg").touch()

    await hass.config_entries.async_unload(home.entry.entry_id)
    await hass.async_add_executor_job(leave)
    assert await hass.config_entries.async_setup(home.entry.entry_id)
    assert (private_folder(hass).root / linked).resolve() == disk
    await hass.config_entries.async_unload(home.entry.entry_id)
    await hass.async_add_executor_job(wipe, hass)
    assert left(disk) == {"holiday.jpg", "wedding.jpg"}, "what is not ours stays"
    assert not elsewhere.is_symlink()
    assert not elsewhere.exists()


def left(folder: Path) -> set[str]:
    """Name the files that are below a folder."""
    return {each.name for each in folder.rglob("*") if each.is_file()}


def _fail(_path: Path, _target: Path) -> None:
    raise OSError(errno.EXDEV, "another disk")
