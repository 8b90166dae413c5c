"""A camera's folder in a real Home Assistant: named by the owner, read for a request, by nobody else."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from homeassistant.util import dt as dt_util

from custom_components.milton_share.cameras.model import FootageFrom
from custom_components.milton_share.errors import MiltonShareError
from tests.cases import in_ci
from tests.e2e.processes import until
from tests.milton_share.conftest import CAMERA, Home
from tests.milton_share.panel.conftest import administrator, connect, line, provider, token_of

from .conftest import LENGTH_S, ZONE, in_container
from .conftest import Camera as Uploading

if TYPE_CHECKING:
    from pathlib import Path

    from homeassistant.core import HomeAssistant

    from tests.milton_share.conftest import Owner
    from tests.milton_share.panel.conftest import Connect, Line

__all__ = ["administrator", "connect", "line", "provider"]  # fixtures


@pytest.fixture(autouse=True)
def _home_assistants_folder(request: pytest.FixtureRequest, hass: HomeAssistant, tmp_path: Path) -> None:
    """Each test has a configuration folder of its own, and a media folder beside it."""
    request.getfixturevalue("enable_custom_integrations")
    (tmp_path / "config" / ".storage").mkdir(parents=True)
    (tmp_path / "media" / "front").mkdir(parents=True)
    hass.config.config_dir = str(tmp_path / "config")
    hass.config.media_dirs = {"local": str(tmp_path / "media")}
    hass.config.allowlist_external_dirs = {str(tmp_path / "media")}


@pytest.fixture
def uploading(tmp_path: Path, film: bytes) -> Uploading:
    """Let a camera upload into its folder."""
    return Uploading(folder=tmp_path / "media" / "front", film=film)


async def is_looked_at(home: Home, request_id: str) -> bool:
    """Look at fifteen seconds of what there is, unless it is still being copied."""
    case = home.case(request_id)
    assert case.footage_from is not None
    start = case.footage_from.replace(microsecond=0) + timedelta(seconds=2)
    try:
        await home.panel.review.look(
            home.owner.session, case.case_id, start, start + timedelta(seconds=15), audio=False
        )
    except MiltonShareError as error:
        if error.rule != "still_copying":
            raise
        return False
    return True


@pytest.mark.parametrize("suffix", in_ci(["mp4", "ts"], ["ts"]))
async def test_a_request_finds_what_a_camera_wrote_into_its_folder(
    home: Home, line: Line, uploading: Uploading, tmp_path: Path, suffix: str
) -> None:
    """The owner looks what would be found, names the folder, and looks at the clip; it outlives a restart."""
    if suffix != "mp4":
        uploading.film = in_container(uploading.film, tmp_path, suffix)
        uploading.form = uploading.form.replace("mp4", suffix)
    began = int(time.time()) - 9_000  # inside what the city asks for
    for number in range(3):
        uploading.write(began + LENGTH_S * number)
    (uploading.folder / "holiday.mp4").write_bytes(b"x")
    folder = str(uploading.folder)
    assert (await line.result("folder/roots"))["roots"] == [str(tmp_path / "media")]
    seen = await line.result("folder/look", folder=folder, zone=ZONE)
    assert (seen["count"], seen["timed"], seen["untimed"]) == (4, 3, ["holiday.mp4"])
    assert seen["examples"][0]["kind"] == "plain"
    await line.result("folder/set", camera_id=CAMERA, folder=folder, zone=ZONE)
    await home.restart()
    await home.until(lambda: home.state().folders[0].folder == folder)
    await home.place_camera()
    (camera,) = [view for view in home.state().cameras if view.camera_id == CAMERA]
    assert camera.footage is FootageFrom.MEDIA_FOLDER
    assert not home.services.cameras.recorded()
    case = await home.held()
    await home.until(lambda: home.case(case.request_id).footage_from is not None, 30)
    await until(lambda: is_looked_at(home, case.request_id), 60, "the files are still being copied")
    case = home.case(case.request_id)
    assert case.footage_from is not None
    clip = home.case(case.request_id).clip
    assert clip is not None
    assert clip.clock_method == "source"
    assert abs(case.footage_from.timestamp() - began) * 1000 <= clip.uncertainty_ms
    await line.result("folder/set", camera_id=CAMERA, folder=None, zone=None)
    assert home.state().folders == ()


async def test_a_folder_that_gives_nothing_is_refused_by_name(
    home: Home, line: Line, uploading: Uploading, tmp_path: Path
) -> None:
    """Outside, away, without times, no zone, no camera; and what isn't a path is out of form."""
    words = {"camera_id": CAMERA, "zone": None}
    assert await line.refusal("folder/set", **words, folder="/etc") == "folder_outside"
    assert await line.refusal("folder/set", **words, folder=home.hass.config.config_dir) == "folder_outside"
    assert await line.refusal("folder/look", folder=str(tmp_path / "media" / "x"), zone=None) == "folder_gone"
    (uploading.folder / "holiday.mp4").write_bytes(b"x")
    assert await line.refusal("folder/set", **words, folder=str(uploading.folder)) == "folder_no_times"
    for zone in ("Mars/Olympus", "America", "../../../etc/passwd", "/etc/localtime"):
        assert await line.refusal("folder/look", folder=str(uploading.folder), zone=zone) == "unknown_zone"
    uploading.write(time.time() - 60)
    folder = str(uploading.folder)
    assert await line.refusal("folder/set", camera_id="camera.x", folder=folder, zone=None) == "unknown_camera"
    for folder in ("media", "/a\0b", "", "/" + "a" * 2_000):
        assert await line.refusal("folder/set", **words, folder=folder) == "invalid_format"
    assert home.state().folders == ()


async def test_only_an_approver_looks_into_folders(
    home: Home, administrator: Owner, connect: Connect, uploading: Uploading
) -> None:
    """An administrator neither sees what lies there nor says which folder is a camera's."""
    adam = await connect(token_of(administrator.user))
    folder = str(uploading.folder)
    assert await adam.refusal("folder/roots") == "not_approver"
    assert await adam.refusal("folder/look", folder=folder, zone=None) == "not_approver"
    assert await adam.refusal("folder/set", camera_id=CAMERA, folder=folder, zone=None) == "not_approver"
    assert [attempt.act for attempt in home.state().attempts] == ["folder/set"]


async def test_names_are_read_by_the_house_s_clock_unless_the_owner_says_another(
    home: Home, uploading: Uploading
) -> None:
    """A camera that names its files in UTC."""
    uploading.form = "%Y-%m-%d_%H-%M-%S.mp4"
    path = uploading.write(time.time() - 3_600)
    by_house = await home.panel.folders.look(home.owner.session, str(uploading.folder), None)
    in_utc = await home.panel.folders.look(home.owner.session, str(uploading.folder), "UTC")
    shown = path.stem.replace("_", "T")
    assert f"{in_utc.examples[0].at:%Y-%m-%dT%H-%M-%S}" == shown
    zone = dt_util.get_default_time_zone()
    assert f"{by_house.examples[0].at.astimezone(zone):%Y-%m-%dT%H-%M-%S}" == shown
    with pytest.raises(MiltonShareError, match="folder_gone"):
        await home.panel.folders.look(home.owner.session, str(uploading.folder / "gone"), None)
