"""A home's disk fills up while a camera is recorded: recording stops in time, the owner is told, and it goes on."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.cameras import service
from custom_components.milton_share.cameras.model import Recording
from custom_components.milton_share.sources.recorder import Limits, State
from custom_components.milton_share.storage.paths import private_folder
from tests.milton_share.conftest import CAMERA
from tests.milton_share.faults.test_storage import shown
from tests.milton_share.sources.recorder.conftest import doorbell
from tests.simulators.small_disk import take_room

from .conftest import kept_on_a_small_disk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from homeassistant.core import HomeAssistant

    from tests.milton_share.conftest import Home

LEAST_BYTES = Limits().free_bytes_min
DISK_BYTES = LEAST_BYTES * 11 // 10 + 32 * 2**20
"""Just enough for recording to begin: the rest is never written."""
SOON_BYTES = 2**20
PASSED_BYTES = 16 * 2**20
"""More than one camera sends between two looks at the disk."""


@pytest.fixture
def _home_assistants_folder(request: pytest.FixtureRequest, hass: HomeAssistant, tmp_path: Path) -> Iterator[None]:
    """Keep Home Assistant's configuration, and with it all that is kept, on a small disk of its own."""
    with kept_on_a_small_disk(request, hass, tmp_path, DISK_BYTES):
        yield


@pytest.fixture
def _filmed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the camera of Home Assistant be a real stream."""
    with doorbell("--gop", "8") as bell:

        async def address(_hass: object, _entity_id: str) -> str:
            return bell.urls[0]

        monkeypatch.setattr(service, "async_get_stream_source", address)
        yield


def files(folder: Path) -> dict[str, str]:
    """Read all recordings of a folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*.mp4")}


@pytest.mark.usefixtures("recorded", "_filmed")
async def test_a_disk_that_fills_up_stops_recording_in_time_and_the_owner_reads_why(home: Home) -> None:
    """What is held for a request stays, and a clip is cut of it; once there is room again, recording goes on."""
    await home.place_camera(recording=Recording.CONTINUOUS)
    recorder, folder = home.services.footage.recorder, private_folder(home.hass).recordings
    await home.held()
    held = files(folder / "holds")
    assert held
    disk = Path(home.hass.config.config_dir)
    await home.until(lambda: recorder.status(CAMERA).state is State.RECORDING, 60)
    assert "recording_paused" not in shown(home)
    ballast = await asyncio.to_thread(take_room, disk, LEAST_BYTES + SOON_BYTES)
    await home.until(lambda: "recording_paused" in shown(home), 60)
    await home.until(lambda: recorder.status(CAMERA).state is State.DISK_FULL)
    assert shutil.disk_usage(disk).free > LEAST_BYTES - PASSED_BYTES
    assert files(folder / "holds") == held
    case = await home.looked_at()
    assert case.clip is not None
    await asyncio.to_thread(ballast.unlink)
    await home.until(lambda: recorder.status(CAMERA).state is State.RECORDING, 60)
    await home.until(lambda: "recording_paused" not in shown(home), 60)
    assert files(folder / "holds").items() >= held.items()
