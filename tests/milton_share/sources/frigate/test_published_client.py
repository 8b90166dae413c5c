"""The simulated Frigate against the client of Frigate's own integration: what one says the other reads.

That integration is in no package registry. So what its client asks, and what it reads of the answers, is written down
here as facts (blakeblackshear/frigate-hass-integration 5.15.2, `custom_components/frigate/api.py`, MIT), which each run
holds against the simulator; who has a copy names its `api.py` by `FRIGATE_CLIENT`, and the client itself is asked too.
"""

from __future__ import annotations

import base64
import importlib.util
import json
import os
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.milton_share.sources.frigate.kitchen import CAMERA, Kitchen, cooking
from tests.milton_share.sources.frigate.test_client import LOGIN

CLIENT = os.environ.get("FRIGATE_CLIENT", "")

has_client = pytest.mark.skipif(not CLIENT, reason="no FRIGATE_CLIENT: its own integration's api.py")
ASKED = ["/api/login", "/api/version", "/api/config", f"/api/{CAMERA}/recordings"]
"""What the client asks for, in this order: each with a body of JSON, also where it gets something."""


def token_in(set_cookie: str) -> str:
    """Find the token as the client does: by its name among what one header holds."""
    parts = (part.strip().partition("=") for part in set_cookie.split(";"))
    return next(value for name, _, value in parts if name == "frigate_token")


def ends_at(token: str) -> float:
    """Read when a token ends, without which the client takes none."""
    payload = token.split(".")[1]
    return float(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["exp"])


async def test_what_the_published_client_asks_is_answered_as_it_reads_it(tmp_path: Path, parts: list[Path]) -> None:
    """Its login, its token, and the fields that it takes out of what it gets; whole seconds in its questions."""
    async with cooking(tmp_path, parts, login=LOGIN, cameras={}) as kitchen, aiohttp.ClientSession() as session:
        login, version, config, recordings = (f"{kitchen.peer.url}{path}" for path in ASKED)
        async with session.post(login, json={"user": LOGIN[0], "password": LOGIN[1]}, raise_for_status=True) as answer:
            token = token_in(answer.headers["Set-Cookie"])
        assert ends_at(token) > time.time()
        asking: dict[str, Any] = {"headers": {"Authorization": f"Bearer {token}"}, "raise_for_status": True, "json": {}}
        async with session.get(version, **asking) as answer:
            assert await answer.text() == await kitchen.client().version()
        async with session.get(config, **asking) as answer:
            cameras = (await answer.json())["cameras"]
            assert {name: camera["record"]["enabled"] for name, camera in cameras.items()} == kitchen.peer.cameras
        span = {"after": int(kitchen.began.timestamp()) - 1, "before": int(kitchen.until.timestamp()) + 1}
        async with session.get(recordings, params=span, **asking) as answer:
            files = await answer.json()
        assert [(file["start_time"], file["end_time"]) for file in files] == [
            (row.start_time, row.start_time + row.duration) for row in kitchen.peer.rows
        ]


async def test_who_has_no_token_gets_the_status_that_the_published_client_knows(
    tmp_path: Path, parts: list[Path]
) -> None:
    """401, by another password and without one."""
    async with cooking(tmp_path, parts, login=LOGIN, cameras={}) as kitchen, aiohttp.ClientSession() as session:
        async with session.post(f"{kitchen.peer.url}{ASKED[0]}", json={"user": LOGIN[0], "password": "other"}) as said:
            assert said.status == 401
        for path in ASKED[1:]:
            async with session.get(f"{kitchen.peer.url}{path}", json={}) as said:
                assert said.status == 401


def published() -> Any:  # noqa: ANN401  a module that is not ours
    """Load its client."""
    found = importlib.util.spec_from_file_location("published_frigate", Path(CLIENT))
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@has_client
async def test_the_published_client_logs_in_and_lists_what_the_source_lists(tmp_path: Path, parts: list[Path]) -> None:
    """Version, cameras and how they are recorded, files and their times; by one login."""
    async with cooking(tmp_path, parts, login=LOGIN, cameras={}) as kitchen, aiohttp.ClientSession() as session:
        theirs, ours = published().FrigateApiClient(kitchen.peer.url, session, *LOGIN), kitchen.client()
        said, cameras = await theirs.async_get_version(), (await theirs.async_get_config())["cameras"]
        span = (int(kitchen.began.timestamp()) - 1, int(kitchen.until.timestamp()) + 1)
        files = await theirs.async_get_recordings(CAMERA, *span)
        assert [path for path, _ in kitchen.peer.requests] == ASKED
        assert said == await ours.version()
        recorded = await ours.recording_cameras()
        assert {name: camera["record"]["enabled"] for name, camera in cameras.items()} == {
            name: how.enabled for name, how in recorded.items()
        }
        listed = await ours.recordings(CAMERA, *span)
        assert [int(file["start_time"]) for file in files] == [one.start_s for one in listed]
        assert [file["end_time"] - file["start_time"] for file in files] == [one.length_s for one in listed]
        assert len(listed) == len(parts)
        assert kitchen.peer.asked["login"] == 2  # one each


@has_client
async def test_the_published_client_is_refused_as_the_source_is(tmp_path: Path, parts: list[Path]) -> None:
    """By another password, and without one."""
    async with cooking(tmp_path, parts, login=LOGIN, cameras={}) as kitchen, aiohttp.ClientSession() as session:
        await _is_refused(kitchen, session, LOGIN[0], "another")
        await _is_refused(kitchen, session)


async def _is_refused(kitchen: Kitchen, session: aiohttp.ClientSession, *login: str) -> None:
    module = published()
    with pytest.raises(module.FrigateApiClientError, match="Unauthorized"):
        await module.FrigateApiClient(kitchen.peer.url, session, *login).async_get_version()
