"""Attacks on saving footage for oneself: other people, other sessions, names that are paths, too much at once."""

from __future__ import annotations

import errno
import os
import resource
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from homeassistant.components.http.auth import async_sign_path

from custom_components.milton_share.errors import MiltonShareError
from custom_components.milton_share.own_clips.files import MEDIA_FOLDER, OwnShelf, file_name, media_folder, save
from custom_components.milton_share.panel.http.views import own_url
from custom_components.milton_share.panel.websocket.encode import to_json
from custom_components.milton_share.sources.media_folder import list_files
from custom_components.milton_share.sources.recorder_clients import CopyError
from tests.milton_share.conftest import CAMERA, PIN, Home, sign_in
from tests.milton_share.panel.conftest import Connect, Line, long_lived, token_of
from tests.milton_share.panel.test_own import GARAGE, done, media, two_recorded, wish

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

__all__ = ["two_recorded"]

AT = datetime(2026, 11, 10, 7, 10, tzinfo=UTC)
ZONE = ZoneInfo("America/New_York")
STAMP = "2026-11-10 02.10.00 -0500.mp4"


async def test_another_approver_gets_nothing_of_the_owners_and_is_not_let_into_the_house(
    home: Home, line: Line, connect: Connect, two_recorded: datetime, hass_client_no_auth: ClientSessionGenerator
) -> None:
    """Neither what is cut, nor that it was; cameras that no request may ask are the owner's alone."""
    media(home.hass)
    adam = await sign_in(home.hass, home.hass.auth.auth_providers[0], "adam")
    await line.result("approver/name", user_id=adam.user.id, pin=PIN)
    his = await connect(token_of(adam.user))
    await his.result("pin/set", pin="314159")
    day = {"from": to_json(two_recorded), "until": to_json(two_recorded + timedelta(minutes=1))}
    assert await his.result("own/recorded", **day) == []
    for camera_ids in ([CAMERA], [GARAGE]):
        assert await his.refusal("own/cut", **wish(two_recorded, camera_ids=camera_ids)) == "unknown_camera"
    await home.place_camera()
    assert [one["camera_id"] for one in await his.result("own/recorded", **day)] == [CAMERA]
    assert await his.refusal("own/cut", **wish(two_recorded, camera_ids=[CAMERA, GARAGE])) == "unknown_camera"

    await line.result("own/cut", **wish(two_recorded, 2, camera_ids=[GARAGE]))
    (one,) = (await done(home)).clips
    assert one.clip is not None
    assert home.panel.state_for(adam.session).own is None
    assert await his.refusal("own/path", clip_id=one.clip_id, kind="clip") == "own_gone"
    assert await his.refusal("own/save", clip_id=one.clip_id) == "own_gone"
    client = await hass_client_no_auth()
    url = own_url(one.clip_id, "clip")
    script = await long_lived(home.hass, home.owner, timedelta(days=1))
    for token, rule in ((token_of(adam.user), "own_gone"), (script, "not_interactive")):
        signed = async_sign_path(home.hass, url, timedelta(minutes=1), refresh_token_id=token.id)
        answer = await client.get(signed)
        assert (answer.status, await answer.json()) == (HTTPStatus.FORBIDDEN, {"error": rule})
    assert (await client.get(url)).status == HTTPStatus.UNAUTHORIZED
    mine = (await line.result("own/path", clip_id=one.clip_id, kind="clip"))["path"]
    for other in ("..%2f..%2fsecret", one.clip_id[:-1] + "\0"):
        assert (await client.get(mine.replace(one.clip_id, other))).status >= HTTPStatus.BAD_REQUEST
    assert (await client.get(mine)).status == HTTPStatus.OK
    await his.result("own/forget")
    assert (await client.get(mine)).status == HTTPStatus.OK, "nobody throws another's away"
    tried = home.panel.state_for(adam.session).attempts
    assert [(each.act, each.rule) for each in tried] == [("own/path", "not_interactive")]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"until": AT + timedelta(days=365)}, "own_too_long"),
        ({"until": AT + timedelta(hours=1, milliseconds=1)}, "own_too_long"),
        ({"until": AT}, "too_short"),
        ({"until": AT - timedelta(days=365)}, "too_short"),
        ({"from": AT + timedelta(days=3650), "until": AT + timedelta(days=3650, minutes=1)}, "own_not_yet"),
        ({"camera_ids": ["camera.of_nobody"]}, "unknown_camera"),
        ({"masks": [{"camera_id": "camera.of_nobody", "masks": []}]}, "unknown_camera"),
        ({"camera_ids": []}, "invalid_format"),
        ({"camera_ids": [CAMERA] * 2}, "invalid_format"),
        ({"camera_ids": [f"camera.number_{number}" for number in range(9)]}, "invalid_format"),
    ],
)
async def test_a_range_of_a_year_and_whatever_else_is_too_much_is_refused(
    home: Home, line: Line, changes: dict[str, Any], rule: str
) -> None:
    """By its rule, before anything is read; and nobody looks through more than a day."""
    fields = {"camera_ids": [CAMERA], "audio": False, "from": AT, "until": AT + timedelta(minutes=1)} | changes
    sent = {name: to_json(value) if isinstance(value, datetime) else value for name, value in fields.items()}
    assert await line.refusal("own/cut", **sent) == rule
    day = {"from": to_json(AT), "until": to_json(AT + timedelta(hours=24, milliseconds=1))}
    assert await line.refusal("own/recorded", **day) == "own_too_long"
    assert home.state().own is None


@pytest.mark.parametrize(
    ("camera", "kept"),
    [
        ("../../etc/passwd", "etc passwd"),
        ("/media/local/x", "media local x"),
        ("..", "Camera"),
        ("", "Camera"),
        (".hidden\x00\n\r", "hidden"),
        ("a\\b:c*?<>|\"'", "a b c"),
        ("\u202egpj.exe", "gpj exe"),
        ("Haustür: Süd", "Haustür Süd"),
        ("--help", "help"),
        ("x" * 400, "x" * 120),
        ("ü" * 400, "ü" * 60),
    ],
)
def test_no_name_of_a_camera_is_a_path(camera: str, kept: str) -> None:
    """Letters, digits, spaces, `-` and `_` alone, and no more than any file system takes."""
    assert file_name(camera, AT, ZONE) == f"{kept} {STAMP}"


def film(folder: Path, size_bytes: int = 1000) -> Path:
    """Write what stands for a clip."""
    path = folder / "clip.mp4"
    path.write_bytes(b"f" * size_bytes)
    return path


def test_no_link_leads_out_of_the_media_folder_and_nothing_is_written_over(tmp_path: Path) -> None:
    """A folder that is a link or a file is refused; a name that is a link, or taken, is left as it is."""
    secret = tmp_path / "secret"
    secret.mkdir()
    linked = tmp_path / "linked" / MEDIA_FOLDER
    linked.parent.mkdir()
    linked.symlink_to(secret)
    (tmp_path / MEDIA_FOLDER).write_bytes(b"no folder")
    for folder in (linked, tmp_path / MEDIA_FOLDER, tmp_path / MEDIA_FOLDER / "below"):
        with pytest.raises(MiltonShareError, match="no_media_folder"):
            save(film(tmp_path), folder, f"Door {STAMP}")
    assert list(secret.iterdir()) == []
    folder = media_folder({"local": str(tmp_path / "media"), "a": "/elsewhere"})
    folder.mkdir(parents=True)
    (folder / f"Door {STAMP}").symlink_to(secret / "made")
    taken = save(film(tmp_path), folder, f"Door {STAMP}")
    assert taken == f"Door {STAMP}".replace(".mp4", " (2).mp4")
    assert list(secret.iterdir()) == []
    assert media_folder({"b": "/b", "a": "/a"}).parent.name == "a"
    with pytest.raises(MiltonShareError, match="no_media_folder"):
        media_folder({})


def test_what_is_saved_never_comes_back_as_a_cameras_recording(tmp_path: Path) -> None:
    """Its name says a time and a camera, and a camera's folder may lie around it: it could be shared as another's."""
    (tmp_path / "Door 2026-11-10 02.10.00.mp4").touch()
    save(tmp_path / "Door 2026-11-10 02.10.00.mp4", tmp_path / MEDIA_FOLDER, f"Garage {STAMP}")
    roots = (str(tmp_path),)
    assert [one.path for one in list_files(str(tmp_path), roots)] == ["Door 2026-11-10 02.10.00.mp4"]
    with pytest.raises(CopyError, match="folder_outside"):
        list_files(str(tmp_path / MEDIA_FOLDER), roots)


def test_after_a_hundred_of_the_same_name_no_more_is_saved(tmp_path: Path) -> None:
    """Bounded, and nothing is left of the one that found no name."""
    folder = tmp_path / MEDIA_FOLDER
    folder.mkdir()
    for number in range(2, 101):
        (folder / f"Door ({number}).mp4").touch()
    assert save(film(tmp_path), folder, "Door.mp4") == "Door.mp4"
    with pytest.raises(MiltonShareError, match="already_saved"):
        save(film(tmp_path), folder, "Door.mp4")
    assert [path for path in folder.iterdir() if path.name.startswith(".")] == []


def test_a_disk_without_second_names_has_nothing_written_over_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FAT and some shares: the kernel refuses the link, and the name is taken first."""

    def no_links(*_args: object, **_options: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", no_links)
    folder = tmp_path / MEDIA_FOLDER
    for name in ("Door.mp4", "Door (2).mp4"):
        clip = film(tmp_path, 10 + len(name))
        assert save(clip, folder, "Door.mp4") == name
        assert (folder / name).read_bytes() == clip.read_bytes()
    assert len((folder / "Door.mp4").read_bytes()) == 18
    assert len(list(folder.iterdir())) == 2


def test_a_disk_that_takes_no_more_leaves_no_half_of_a_file(tmp_path: Path) -> None:
    """The kernel itself refuses in the middle; what was there stays, and no name is taken."""
    clip = film(tmp_path, 300_000)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            save(clip, tmp_path / MEDIA_FOLDER, f"Door {STAMP}")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list((tmp_path / MEDIA_FOLDER).iterdir()) == []


def test_a_disk_that_is_full_at_the_last_moment_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only when it is synced a disk may say that it has no room: nothing has the name by then."""

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(MiltonShareError, match="no_space"):
        save(film(tmp_path), tmp_path / MEDIA_FOLDER, "Door.mp4")
    assert list((tmp_path / MEDIA_FOLDER).iterdir()) == []


async def test_with_too_little_room_nothing_is_cut_and_nothing_saved(
    home: Home, line: Line, two_recorded: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Home Assistant's own database needs the rest of the disk."""
    folder = media(home.hass)
    await line.result("own/cut", **wish(two_recorded, 1))
    (one,) = (await done(home)).clips
    monkeypatch.setattr("custom_components.milton_share.own_clips.files.FREE_BYTES_MIN", 2**62)
    assert await line.refusal("own/save", clip_id=one.clip_id) == "no_space"
    assert list((folder / MEDIA_FOLDER).iterdir()) == []
    await line.result("own/cut", **wish(two_recorded, 1))
    (other,) = (await done(home)).clips
    assert (other.clip, other.refused) == (None, "no_space")


def test_what_an_earlier_run_left_is_wiped(tmp_path: Path) -> None:
    """A folder of that name, whatever is in it."""
    shelf = OwnShelf(tmp_path / "own")
    shelf.empty()
    (tmp_path / "own" / "below").mkdir()
    film(tmp_path / "own")
    shelf.empty()
    assert list((tmp_path / "own").iterdir()) == []
    assert (tmp_path / "own").stat().st_mode & 0o777 == 0o700
