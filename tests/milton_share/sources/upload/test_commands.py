"""A file by the page's own commands: checked, shown, timed and taken away; each by an approver's own session alone."""

from __future__ import annotations

import errno
import os
from datetime import timedelta
from typing import TYPE_CHECKING

from homeassistant.components.http.auth import async_sign_path

from custom_components.milton_share.panel.http.views import picture_url
from custom_components.milton_share.panel.websocket.encode import to_json
from custom_components.milton_share.sources.upload import UploadSource
from tests.milton_share.panel.conftest import administrator, connect, line, provider, token_of

from .conftest import Phone, middle, nothing_lies_here

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import pytest

    from tests.milton_share.conftest import Home, Owner
    from tests.milton_share.panel.conftest import Connect, Line

__all__ = ["administrator", "connect", "line", "provider"]  # fixtures


async def test_the_page_goes_the_whole_way_with_a_file(
    home: Home, phone: Phone, line: Line, asked: str, export: bytes
) -> None:
    """Check, send, see the picture, say when, look at the state, take it away."""
    assert await line.result("file/check", request_id=asked) is None
    case_id = await phone.add(asked, "front.mp4", export)
    signed = await line.result("file/picture_path", case_id=case_id)
    answer = await phone.client.get(signed["path"])
    assert (answer.status, answer.content_type, answer.headers["Cache-Control"]) == (200, "image/jpeg", "no-store")
    assert (await answer.read())[:2] == b"\xff\xd8"
    at = to_json(middle(home, asked))
    await line.result("file/confirm", case_id=case_id, at=at, uncertainty_s=5, camera_id=None)
    await line.result("subscribe")
    (request,) = (await line.event())["state"]["requests"]
    (case,) = request["cases"]
    assert (case["state"], case["camera_name"], case["file"]["at"], case["file"]["uncertainty_s"]) == (
        "held", "front.mp4", at, 5,
    )  # fmt: skip
    await line.result("file/remove", case_id=case_id)
    assert await line.refusal("file/remove", case_id=case_id) == "unknown_case"
    assert await line.refusal("file/picture_path", case_id=case_id) == "unknown_case"
    assert nothing_lies_here(home)


async def test_a_request_that_does_not_verify_takes_no_file(home: Home, line: Line) -> None:
    """Said before anybody sends one."""
    assert await line.refusal("file/check", request_id="0" * 64) == "unknown_request"
    assert nothing_lies_here(home)


async def test_a_picture_is_shown_to_an_approver_s_own_session_alone(
    phone: Phone, connect: Connect, administrator: Owner, asked: str, export: bytes
) -> None:
    """A path that an administrator signed opens nothing, nor does the command."""
    case_id = await phone.add(asked, "front.mp4", export)
    adam = await connect(token_of(administrator.user))
    assert await adam.refusal("file/picture_path", case_id=case_id) == "not_approver"
    path = async_sign_path(
        phone.home.hass, picture_url(case_id), timedelta(minutes=5), refresh_token_id=token_of(administrator.user).id
    )
    answer = await phone.client.get(path)
    assert (answer.status, await answer.json()) == (403, {"error": "not_approver"})
    assert (await phone.client.get(picture_url(case_id))).status == 401


async def test_a_picture_that_is_gone_is_said(home: Home, phone: Phone, line: Line, asked: str, export: bytes) -> None:
    """The rest of the file can still be used."""
    case_id = await phone.add(asked, "front.mp4", export)
    path = home.panel.files.picture(home.owner.session, case_id)
    await home.hass.async_add_executor_job(path.unlink)
    assert await line.refusal("file/picture_path", case_id=case_id) == "file_gone"
    at = to_json(middle(home, asked))
    await line.result("file/confirm", case_id=case_id, at=at, uncertainty_s=5, camera_id=None)


async def test_a_disk_that_fails_is_said_and_leaves_nothing(
    home: Home, phone: Phone, asked: str, export: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the middle of a file; the next try goes through."""

    async def failing(_self: UploadSource, _file_id: str, _size: int | None, chunks: AsyncIterator[bytes]) -> None:
        await anext(chunks)
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with monkeypatch.context() as patch:
        patch.setattr(UploadSource, "receive", failing)  # the disk is the peer that fails
        assert await phone.refusal(asked, "front.mp4", export) == "storage_failed"
    assert nothing_lies_here(home)
    await phone.add(asked, "front.mp4", export)


async def test_without_an_enrollment_there_is_nothing_to_add_to(home: Home, phone: Phone, export: bytes) -> None:
    """While the integration is not loaded."""
    assert await home.hass.config_entries.async_unload(home.entry.entry_id)
    assert await phone.refusal("0" * 64, "front.mp4", export) == "not_enrolled"
