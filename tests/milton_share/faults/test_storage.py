"""A disk that is full or read-only, a database that is locked or damaged: said in a repair, and gone on from."""

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import issue_registry as ir

from custom_components.milton_share.const import DOMAIN
from custom_components.milton_share.panel.websocket.encode import to_json
from custom_components.milton_share.shared.milton_protocol.sealing.age import open_sealed
from custom_components.milton_share.storage.health import StorageHealth, Trouble, trouble_of
from custom_components.milton_share.storage.paths import database_path, private_folder
from tests.simulators.city import age_identity
from tests.simulators.small_disk import mount, take_room

from .conftest import kept_on_a_small_disk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from homeassistant.core import HomeAssistant

    from tests.milton_share.conftest import Home
    from tests.milton_share.panel.conftest import Line

DISK_BYTES = 24 * 2**20
AGAIN = "Another dwelling was entered the same night."


def shown(home: Home) -> set[str]:
    """Return which repairs of this home's storage the owner sees."""
    keys = {issue_id for domain, issue_id in ir.async_get(home.hass).issues if domain == DOMAIN}
    return {key for key in keys if key.startswith(("storage_", "recording_paused"))}


@pytest.fixture
def _home_assistants_folder(request: pytest.FixtureRequest, hass: HomeAssistant, tmp_path: Path) -> Iterator[None]:
    """Keep Home Assistant's configuration, and with it all that is kept, on a small disk of its own."""
    with kept_on_a_small_disk(request, hass, tmp_path, DISK_BYTES):
        yield


async def fill(home: Home) -> Path:
    """Take all room that is left, to the last byte."""
    return await asyncio.to_thread(take_room, Path(home.hass.config.config_dir))


async def test_a_full_disk_keeps_nothing_half_and_says_so(home: Home) -> None:
    """What comes is asked for again until it can be kept; each request is told once."""
    told: list[int] = []
    home.coordinator.on_request(lambda: told.append(1))
    await home.receive()
    await home.until(lambda: home.state().snapshot.open_requests == 1)
    ballast = await fill(home)
    for number in range(40):  # some pages of the write-ahead log are there already, and take a few
        home.hub.city.publish(reason=f"Dwelling number {number} was entered the same night, and nobody saw how.")
    home.hub.publish()
    await home.until(lambda: "storage_full" in shown(home))
    await asyncio.to_thread(ballast.unlink)
    await home.until(lambda: home.state().snapshot.open_requests == 41)
    await home.until(lambda: shown(home) <= {"recording_paused"})
    await home.until(lambda: len(told) == 41)


@pytest.mark.usefixtures("recorded")
async def test_a_clip_that_finds_no_space_says_so_and_is_cut_later(home: Home, line: Line) -> None:
    """The page reads why in words; the case stays held, nothing half is left behind, and then it is cut."""
    await home.place_camera()
    case = await home.held()
    wish = {"case_id": case.case_id, "from": to_json(case.footage_from), "audio": False}
    wish["until"] = to_json(case.footage_until)
    ballast = await fill(home)
    error = (await line.ask("look", **wish))["error"]
    assert (error["code"], error["message"]) in {  # by which of the two ways it was met first
        ("no_space", "There is no room on the disk"),
        ("storage_failed", "This home's own storage can't be used"),
    }
    await asyncio.to_thread(ballast.unlink)
    assert home.case(case.request_id).state == "held"
    assert home.case(case.request_id).cutting is None
    clip = await line.result("look", **wish)
    folder = private_folder(home.hass).clips(case.case_id)
    names = await asyncio.to_thread(lambda: [path.name for path in folder.iterdir()])
    assert names == [f"{clip['clip_sha256']}.mp4"]


@pytest.mark.usefixtures("recorded")
async def test_an_approved_clip_waits_for_space_and_goes_once(home: Home) -> None:
    """The share says what is wrong while it waits; sealed, sent and receipted once there is room."""
    await home.place_camera()
    case = await home.looked_at()
    home.hub.away = True
    share_id = await home.approve(case)
    ballast = await fill(home)
    home.hub.away = False
    await home.until(lambda: (share := home.case(case.request_id).share) is not None and share.trouble is not None)
    await asyncio.to_thread(ballast.unlink)
    await home.until(lambda: home.case(case.request_id).state == "receipted", 30)
    assert list(home.hub.shares) == [share_id]
    assert len(home.hub.receipts[share_id]) == 1
    assert case.clip is not None
    clip = open_sealed(home.hub.file(share_id, "clip"), age_identity("custodian-1"))
    assert hashlib.sha256(clip).hexdigest() == case.clip.clip_sha256


async def test_a_disk_without_room_for_recordings_says_so_before_it_hurts(home: Home) -> None:
    """With less than the least that is left free nothing is recorded, and the owner is told why."""
    await home.until(lambda: "recording_paused" in shown(home))


async def test_a_read_only_disk_is_said_at_the_start_and_tried_again(home: Home) -> None:
    """As a failing card is: what is kept stays as it is."""
    disk = home.hass.config.config_dir
    await home.receive()
    await home.until(lambda: home.state().snapshot.open_requests == 1)
    assert await home.hass.config_entries.async_unload(home.entry.entry_id)
    await asyncio.to_thread(mount, "-o", "remount,ro", disk)
    assert not await home.hass.config_entries.async_setup(home.entry.entry_id)
    assert home.entry.state is ConfigEntryState.SETUP_RETRY
    assert home.entry.error_reason_translation_key == "storage_failed"
    assert shown(home) == {"storage_read_only"}
    await asyncio.to_thread(mount, "-o", "remount,rw", disk)
    assert await home.hass.config_entries.async_reload(home.entry.entry_id)
    await home.until(lambda: home.state().snapshot.open_requests == 1)
    await home.until(lambda: shown(home) <= {"recording_paused"})


HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


async def test_a_database_that_another_program_holds_is_waited_for(home: Home) -> None:
    """The owner is told while it lasts, and what came meanwhile is there afterwards, once."""
    await home.receive()
    await home.until(lambda: home.state().snapshot.open_requests == 1)
    pipe = asyncio.subprocess.PIPE
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, str(database_path(home.hass)), stdin=pipe, stdout=pipe
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"held\n"
    home.hub.city.publish(reason=AGAIN)
    home.hub.publish()
    try:
        await home.until(lambda: "storage_busy" in shown(home), 40)
    finally:
        await holder.communicate()
    await home.until(lambda: home.state().snapshot.open_requests == 2, 30)
    await home.until(lambda: "storage_busy" not in shown(home), 30)


def spoil(path: Path, at: int, length: int) -> bytes:
    """Write other bytes into a file, and return what it was."""
    before = path.read_bytes()
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"\xa5" * length)
    return before


@pytest.mark.parametrize("where", ["database", "index"])
@pytest.mark.parametrize(("at", "length"), [(0, 64), (4096, 3000)], ids=["its head", "a page"])
async def test_a_damaged_file_stops_the_home_and_says_what_to_do(home: Home, where: str, at: int, length: int) -> None:
    """No try after try, nothing shared, nothing deleted; with the file as it was all goes on."""
    request_id = await home.receive()
    await home.until(lambda: home.state().snapshot.open_requests == 1)
    assert await home.hass.config_entries.async_unload(home.entry.entry_id)
    recordings = private_folder(home.hass).recordings
    path = database_path(home.hass) if where == "database" else recordings / "index.sqlite3"
    before = await asyncio.to_thread(spoil, path, at, length)
    assert not await home.hass.config_entries.async_setup(home.entry.entry_id)
    assert home.entry.state is ConfigEntryState.SETUP_ERROR
    assert home.entry.error_reason_translation_key == "storage_damaged"
    assert shown(home) == {"storage_damaged"}
    await asyncio.to_thread(path.write_bytes, before)
    assert await home.hass.config_entries.async_reload(home.entry.entry_id)
    await home.until(lambda: home.request(request_id) is not None and home.request(request_id).refused is None)
    await home.until(lambda: "storage_damaged" not in shown(home))


@pytest.mark.parametrize("lost", ["emptied", "gone"])
async def test_a_database_that_was_lost_takes_nothing_along(home: Home, lost: str) -> None:
    """Else what was approved and is on its way would be a stray of no case, and the ring of a household's default."""
    folder = private_folder(home.hass)
    assert await home.hass.config_entries.async_unload(home.entry.entry_id)
    path, approved = database_path(home.hass), folder.sealed("share", "clip")
    before = await asyncio.to_thread(path.read_bytes)
    approved.parent.mkdir(parents=True)
    await asyncio.to_thread(approved.write_bytes, b"sealed")
    await asyncio.to_thread(path.write_bytes if lost == "emptied" else lambda _: path.unlink(), b"")
    for _ in range(2):  # nor does the next start take for new what this one made
        assert not await home.hass.config_entries.async_reload(home.entry.entry_id)
        assert home.entry.error_reason_translation_key == "storage_damaged"
    assert approved.exists()
    for log in path.parent.glob(f"{path.name}-*"):
        log.unlink()
    await asyncio.to_thread(path.write_bytes, before)
    assert await home.hass.config_entries.async_reload(home.entry.entry_id)
    assert not approved.exists(), "it is of no share that this home knows"


async def test_a_home_that_is_removed_takes_its_repairs_along(home: Home) -> None:
    """Also one that could not start."""
    assert await home.hass.config_entries.async_unload(home.entry.entry_id)
    await asyncio.to_thread(spoil, database_path(home.hass), 0, 64)
    assert not await home.hass.config_entries.async_setup(home.entry.entry_id)
    assert shown(home) == {"storage_damaged"}
    assert await home.hass.config_entries.async_remove(home.entry.entry_id)
    assert shown(home) == set()


def coded(code: int) -> sqlite3.OperationalError:
    """Return SQLite's error with a code."""
    error = sqlite3.OperationalError("x")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (OSError(28, "x"), Trouble.FULL),
        (OSError(30, "x"), Trouble.READ_ONLY),
        (OSError(5, "x"), Trouble.FAILING),
        (OSError(), Trouble.FAILING),
        (coded(sqlite3.SQLITE_FULL), Trouble.FULL),
        (coded(sqlite3.SQLITE_READONLY_DBMOVED), Trouble.READ_ONLY),
        (coded(sqlite3.SQLITE_BUSY_SNAPSHOT), Trouble.BUSY),
        (coded(sqlite3.SQLITE_CORRUPT_INDEX), Trouble.DAMAGED),
        (coded(sqlite3.SQLITE_IOERR_FSYNC), Trouble.FAILING),
        (sqlite3.ProgrammingError("closed"), Trouble.FAILING),
    ],
)
def test_each_failure_has_a_word(error: OSError | sqlite3.Error, trouble: Trouble) -> None:
    """The system's and SQLite's own codes, also the extended ones."""
    assert trouble_of(error) is trouble


def test_the_worst_of_what_fails_is_told_once() -> None:
    """By every part that met it, until that part works again."""
    told: list[Trouble | None] = []
    health = StorageHealth(lambda: told.append(health.trouble))
    health.works("judge")
    health.failed("judge", OSError(28, "x"))
    health.failed("act", OSError(28, "x"))
    health.failed("act", coded(sqlite3.SQLITE_CORRUPT))
    health.works("act")
    health.works("judge")
    assert told == [Trouble.FULL, Trouble.DAMAGED, Trouble.FULL, None]
