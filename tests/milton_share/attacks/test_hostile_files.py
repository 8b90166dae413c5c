"""Files that nobody should add, or that mean harm: refused by a rule's name, and no byte of them stays."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from custom_components.milton_share.cases import added_files
from custom_components.milton_share.shared.milton_protocol.messages.requests.request import Audience, AudienceKind
from custom_components.milton_share.sources.upload import source as uploading
from tests.cases import in_ci
from tests.milton_share.conftest import sign_in
from tests.milton_share.panel.conftest import long_lived, token_of
from tests.milton_share.sources.upload.conftest import asked, export, middle, name_at, nothing_lies_here, phone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.milton_share.conftest import Home
    from tests.milton_share.sources.upload.conftest import Phone

__all__ = ["asked", "export", "phone"]  # fixtures

CONCAT = b"ffconcat version 1.0\nfile '/etc/passwd'\n"
PLAYLIST = b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
PAGE = b"<!doctype html><title>Sign in</title>"
NO_FILMS = {
    "nothing": b"",
    "a script of ffmpeg's": CONCAT,
    "a playlist that points elsewhere": PLAYLIST,
    "a page": PAGE,
    "zeros": bytes(100_000),
    "boxes in boxes": b"".join((8 * depth).to_bytes(4) + b"moov" for depth in range(5_000, 0, -1)),
    "a box that says it is larger than any file": b"\0\0\0\x01mdat" + b"\xff" * 8 + bytes(64),
}


@pytest.mark.parametrize("what", in_ci(NO_FILMS, ["a script of ffmpeg's", "boxes in boxes"]))
async def test_what_is_no_film_is_refused(home: Home, phone: Phone, asked: str, what: str) -> None:
    """Whatever it is called."""
    assert await phone.refusal(asked, "RingVideo_20261110_021000.mp4", NO_FILMS[what]) == "not_a_video"
    assert nothing_lies_here(home)
    assert home.request(asked).cases == ()  # type: ignore[union-attr]


async def test_a_film_that_breaks_off_is_taken_as_far_as_it_goes_or_refused(
    home: Home, phone: Phone, asked: str, export: bytes
) -> None:
    """An MP4 without its index has no picture: it is refused."""
    assert await phone.refusal(asked, "half.mp4", export[: len(export) // 2]) == "not_a_video"
    assert nothing_lies_here(home)


async def test_only_an_approver_s_own_session_adds_a_file(home: Home, phone: Phone, asked: str, export: bytes) -> None:
    """No token, a program's, an administrator's: refused before a byte is kept, and shown to the owner."""
    url = f"/api/milton_share/file/{asked}"
    assert (await phone.client.post(url, data=export)).status == 401
    program = await long_lived(home.hass, home.owner, timedelta(days=1))
    adam = await sign_in(home.hass, home.hass.auth.auth_providers[0], "adam")
    for token, rule in ((program, "not_interactive"), (token_of(adam.user), "not_approver")):
        access = home.hass.auth.async_create_access_token(token)
        answer = await phone.client.post(url, data=export, headers={"Authorization": f"Bearer {access}"})
        assert (answer.status, (await answer.json())["error"]) == (403, rule)
    assert nothing_lies_here(home)
    assert {(attempt.act, attempt.rule) for attempt in home.state().attempts} == {
        ("file/add", "not_interactive"),
        ("file/add", "not_approver"),
    }


async def test_a_signed_path_adds_nothing(home: Home, phone: Phone, asked: str, export: bytes) -> None:
    """Signed paths are for reading: a link that somebody is made to press brings nothing in."""
    answer = await phone.client.post(f"/api/milton_share/file/{asked}?authSig=x", data=export)
    assert answer.status == 401
    assert nothing_lies_here(home)


@pytest.mark.usefixtures("asked")
async def test_a_file_is_added_to_a_request_that_verifies_or_not_at_all(
    home: Home, phone: Phone, export: bytes
) -> None:
    """Not to one that nobody made, that was withdrawn, or that is for homes with a code."""
    assert await phone.refusal("0" * 64, "a.mp4", export) == "unknown_request"
    withdrawn = await home.receive(reason="Another dwelling was entered the same night.")
    home.hub.city.withdrawn.add(withdrawn)
    home.hub.publish()
    await home.until(lambda: home.request(withdrawn).refused == "withdrawn")  # type: ignore[union-attr]
    assert await phone.refusal(withdrawn, "a.mp4", export) == "withdrawn"
    audience = Audience(kind=AudienceKind.CODE, code_sha256="c" * 64)
    by_code = await home.receive(audience=audience, reason="A third dwelling was entered the same night.")
    await home.until(lambda: home.request(by_code).refused is None)  # type: ignore[union-attr]
    assert await phone.refusal(by_code, "a.mp4", export) == "not_for_this_home"
    assert nothing_lies_here(home)


async def test_a_file_that_is_too_large_is_not_taken_in(
    home: Home, phone: Phone, asked: str, export: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By what it says of itself at once; one that says nothing at the byte that is too much."""
    monkeypatch.setattr(uploading, "FILE_MAX_BYTES", len(export) - 1)
    assert await phone.refusal(asked, "a.mp4", export) == "file_too_large"

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield bytes(65_536)

    with contextlib.suppress(ConnectionError):  # refused in the middle: the rest need not be heard
        assert await phone.refusal(asked, "a.mp4", endless()) == "file_too_large"
    await home.until(lambda: nothing_lies_here(home))


async def test_files_take_no_more_room_than_recordings_may(
    home: Home, phone: Phone, asked: str, export: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that wait for their time count too; and Home Assistant's disk keeps its rest."""
    added = home.services.footage.added
    shelf = added._shelf  # noqa: SLF001
    monkeypatch.setattr(shelf._room._budget, "total_bytes", len(export) + 100)  # noqa: SLF001
    case_id = await phone.add(asked, name_at(middle(home, asked)), export)
    assert await phone.refusal(asked, "b.mp4", export) == "file_no_room"
    at = middle(home, asked)
    await home.panel.files.confirm(home.owner.session, case_id, at=at, uncertainty_s=1, camera_id=None)
    assert await phone.refusal(asked, "b.mp4", export) == "file_no_room"
    await home.panel.files.remove(home.owner.session, case_id)
    monkeypatch.setattr(added, "_free_bytes", lambda _folder: uploading.FREE_BYTES_MIN)
    assert await phone.refusal(asked, "b.mp4", export) == "disk_full"
    assert nothing_lies_here(home)


async def test_a_request_has_so_many_files_and_no_more(
    phone: Phone, asked: str, export: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that goes wild fills no list."""
    monkeypatch.setattr(added_files, "FILES_MAX", 1)
    await phone.add(asked, "a.mp4", export)
    assert await phone.refusal(asked, "b.mp4", export) == "too_many_files"


async def test_an_upload_that_breaks_off_leaves_nothing(home: Home, phone: Phone, asked: str, export: bytes) -> None:
    """While it comes no other one is taken; when the phone is gone the next one is."""
    address = urlsplit(str(phone.client.make_url("/")))
    assert address.hostname is not None
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    head = f"POST /api/milton_share/file/{asked} HTTP/1.1\r\nHost: localhost\r\n"
    writer.write(f"{head}Authorization: Bearer {phone.token()}\r\nContent-Length: {len(export)}\r\n\r\n".encode())
    writer.write(export[:-1])
    await writer.drain()
    await home.until(lambda: not nothing_lies_here(home))
    assert await phone.refusal(asked, "b.mp4", export) == "already_adding"
    writer.close()
    await home.until(lambda: nothing_lies_here(home))
    await phone.add(asked, "b.mp4", export)
    del reader


async def test_a_phone_that_falls_silent_is_given_up(
    home: Home, phone: Phone, asked: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And leaves nothing."""
    monkeypatch.setattr(uploading, "CHUNK_PATIENCE_S", 0.2)
    over = asyncio.Event()

    async def stuck() -> AsyncIterator[bytes]:
        yield b"\0\0\0\x18ftyp"
        await over.wait()

    with contextlib.suppress(ConnectionError):
        assert await phone.refusal(asked, "a.mp4", stuck()) == "file_broken_off"
    over.set()
    assert nothing_lies_here(home)


async def test_a_name_is_only_shown(home: Home, phone: Phone, asked: str, export: bytes) -> None:
    """It names no place on the disk, and reaches the page as text."""
    await phone.add(asked, "../../../../etc/cron.d/<img src=x>\x00\u202e.mp4", export)
    assert phone.file(asked).name == "<img src=x>.mp4"
    folder = home.services.folder.added
    assert {path.suffix for path in (folder / "incoming").iterdir()} == {".film", ".jpg"}
    assert all(len(path.stem) == 32 for path in (folder / "incoming").iterdir())


async def test_a_file_stays_with_its_request(home: Home, phone: Phone, asked: str, export: bytes) -> None:
    """It is no camera: no other request finds it, however well its time would fit."""
    case_id = await phone.add(asked, "a.mp4", export)
    at = middle(home, asked)
    await home.panel.files.confirm(home.owner.session, case_id, at=at, uncertainty_s=1, camera_id=None)
    other = await home.receive(reason="Another dwelling was entered the same night.")
    await home.until(lambda: home.state().snapshot.open_requests == 2)
    await home.round()
    assert home.request(other).cases == ()  # type: ignore[union-attr]


async def test_nothing_of_a_file_reaches_the_hub_before_the_owner_approves(
    home: Home, phone: Phone, asked: str, export: bytes
) -> None:
    """Adding, timing, looking and taking away make no call; what the home asks by its clock stays as it was."""
    before = {call.path for call in home.hub.calls}
    case_id = await phone.add(asked, "a.mp4", export)
    at = middle(home, asked)
    await home.panel.files.confirm(home.owner.session, case_id, at=at, uncertainty_s=1, camera_id=None)
    start = at + timedelta(seconds=1)
    await home.panel.review.look(home.owner.session, case_id, start, start + timedelta(seconds=3), audio=False)
    await home.panel.files.remove(home.owner.session, case_id)
    assert {call.path for call in home.hub.calls} <= before
