"""Logging in, and what the wire does."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from aiohttp import web

from custom_components.milton_share.sources.frigate import FrigateServer
from custom_components.milton_share.sources.frigate.answers import Recorded
from custom_components.milton_share.sources.frigate.client import FrigateClient
from custom_components.milton_share.sources.recorder_clients import CopyRule
from tests.milton_share.sources.frigate.kitchen import CAMERA, cooking, refused_by
from tests.simulators.frigate.peer import VERSION

if TYPE_CHECKING:
    from pathlib import Path

    from tests.milton_share.sources.frigate.kitchen import Kitchen

LOGIN = ("viewer", "a-password-of-the-test")


async def test_a_frigate_that_wants_a_login_gets_one_token_and_takes_it(tmp_path: Path, parts: list[Path]) -> None:
    """The login once; then the token. When it no longer counts, once more."""
    async with cooking(tmp_path, parts, login=LOGIN, cameras={}) as kitchen:
        client = kitchen.client()
        assert await client.version() == VERSION
        assert await client.recording_cameras() == {
            CAMERA: Recorded(enabled=True, silent=True),
            "yard": Recorded(enabled=False, silent=True),
        }
        assert kitchen.peer.asked["login"] == 1
        kitchen.peer.tokens.clear()
        assert len(await client.recordings(CAMERA, 0, 2**32)) == 4
        assert kitchen.peer.asked["login"] == 2


@pytest.mark.parametrize("status", [400, 401, 403])
async def test_a_refused_login_is_not_tried_again_and_again(tmp_path: Path, parts: list[Path], status: int) -> None:
    """Frigate counts failures; and the password is in no error."""
    async with cooking(tmp_path, parts, login=LOGIN, cameras={}) as kitchen:

        async def login(_request: web.Request) -> web.Response:
            return web.Response(status=status)

        kitchen.peer.answer["login"] = login
        client = kitchen.client(FrigateServer(url=kitchen.peer.url, username="viewer", password="another-word"))
        for _ in range(3):
            with pytest.raises(Exception, match="source_login") as refused:
                await client.version()
            assert "another-word" not in repr(refused.value)
        assert kitchen.peer.asked["login"] == 1


async def test_a_frigate_that_wants_a_login_where_none_is_known_says_so(tmp_path: Path, parts: list[Path]) -> None:
    """The owner has given none to Frigate's entry."""
    async with cooking(tmp_path, parts, login=LOGIN, cameras={}) as kitchen:
        client = kitchen.client(FrigateServer(url=kitchen.peer.url))
        assert await refused_by(client.version()) == CopyRule.LOGIN_REFUSED


@pytest.mark.parametrize(
    "answer",
    [
        web.Response,
        lambda: web.Response(headers={"Set-Cookie": "other=1"}),
        lambda: web.Response(headers={"Set-Cookie": "frigate_token=; Path=/"}),
        lambda: web.Response(headers={"Set-Cookie": "frig,ate_token=1"}),
        lambda: web.Response(status=302, headers={"Location": "/login", "Set-Cookie": "frigate_token=x"}),
    ],
)
async def test_a_login_without_a_token_is_no_login(
    tmp_path: Path, parts: list[Path], answer: type[web.Response]
) -> None:
    """Nothing more is asked with it."""
    async with cooking(tmp_path, parts, login=LOGIN, cameras={}) as kitchen:

        async def login(_request: web.Request) -> web.Response:
            return answer()

        kitchen.peer.answer["login"] = login
        client = kitchen.client()
        for _ in range(2):
            assert await refused_by(client.version()) == CopyRule.WRONG_ANSWER
        assert kitchen.peer.asked["version"] == 0


@pytest.mark.parametrize("status", [429, 500, 502, 503])
async def test_a_frigate_that_can_not_take_a_login_for_a_moment_is_away_and_comes_back(
    tmp_path: Path, parts: list[Path], status: int
) -> None:
    """It starts, as this home does after the power was off: what it has is waited for, and no other has to do."""
    async with cooking(tmp_path, parts, login=LOGIN, cameras={}) as kitchen:

        async def login(_request: web.Request) -> web.Response:
            return web.Response(status=status, headers={"Retry-After": "999999999"})

        kitchen.peer.answer["login"] = login
        client = kitchen.client()
        assert await refused_by(client.version()) == CopyRule.AWAY
        del kitchen.peer.answer["login"]
        assert await client.version() == VERSION


async def test_a_token_of_a_name_with_a_control_character_is_no_login(tmp_path: Path, parts: list[Path]) -> None:
    """No decent web server sends one, so it goes out byte by byte."""
    async with cooking(tmp_path, parts, login=LOGIN, cameras={}) as kitchen:

        async def login(request: web.Request) -> web.Response:
            assert request.transport is not None
            head = (b"HTTP/1.1 200 OK", b"Content-Length: 0", b"Connection: close", b"Set-Cookie: frigate_token\x01=1")
            request.transport.write(b"\r\n".join((*head, b"", b"")))
            request.transport.close()
            return web.Response()

        kitchen.peer.answer["login"] = login
        assert await refused_by(kitchen.client().version()) == CopyRule.WRONG_ANSWER
        assert kitchen.peer.asked["version"] == 0


async def test_a_frigate_that_did_not_answer_is_left_alone_for_a_moment(kitchen: Kitchen) -> None:
    """Else every camera's turn would wait for it."""
    client = FrigateClient(kitchen.session, kitchen.server, rest_s=3600)
    await kitchen.peer.stop()
    assert await refused_by(client.version()) == CopyRule.AWAY
    async with asyncio.timeout(1):
        assert await refused_by(client.version()) == CopyRule.AWAY


async def test_a_clock_is_read_from_the_dates(kitchen: Kitchen) -> None:
    """Of this machine: no offset; and none without a date."""
    offset = await kitchen.client().clock()
    assert offset is not None
    assert offset.offset_s == 0
    assert offset.uncertainty_s <= 1.5

    async def dateless(_request: web.Request) -> web.Response:
        return web.Response(text=VERSION, headers={"Date": "today"})

    kitchen.peer.answer["version"] = dateless
    assert await kitchen.client().clock() is None
