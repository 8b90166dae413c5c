"""The simulated Frigate against the client of Frigate's own integration: what one says the other reads.

That integration is in no package registry: who has a copy of it names its `api.py` by `FRIGATE_CLIENT`. Run so with
release 5.15.2.
"""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.milton_share.frigate.kitchen import CAMERA, Kitchen, cooking
from tests.milton_share.frigate.test_client import LOGIN

CLIENT = os.environ.get("FRIGATE_CLIENT", "")

pytestmark = pytest.mark.skipif(not CLIENT, reason="no FRIGATE_CLIENT: its own integration's api.py")


def published() -> Any:  # noqa: ANN401  a module that is not ours
    """Load its client."""
    found = importlib.util.spec_from_file_location("published_frigate", Path(CLIENT))
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


async def test_the_published_client_logs_in_and_lists_what_the_source_lists(tmp_path: Path, parts: list[Path]) -> None:
    """Version, cameras and how they are recorded, files and their times; by one login."""
    async with cooking(tmp_path, parts, login=LOGIN, cameras={}) as kitchen, aiohttp.ClientSession() as session:
        theirs, ours = published().FrigateApiClient(kitchen.peer.url, session, *LOGIN), kitchen.client()
        assert await theirs.async_get_version() == await ours.version()
        cameras = (await theirs.async_get_config())["cameras"]
        recorded = await ours.recording_cameras()
        assert {name: camera["record"]["enabled"] for name, camera in cameras.items()} == {
            name: how.enabled for name, how in recorded.items()
        }
        span = (int(kitchen.began.timestamp()) - 1, int(kitchen.until.timestamp()) + 1)
        listed = await ours.recordings(CAMERA, *span)
        files = await theirs.async_get_recordings(CAMERA, *span)
        assert [int(file["start_time"]) for file in files] == [one.start_s for one in listed]
        assert [file["end_time"] - file["start_time"] for file in files] == [one.length_s for one in listed]
        assert len(listed) == len(parts)
        assert kitchen.peer.asked["login"] == 2  # one each


async def test_the_published_client_is_refused_as_the_source_is(tmp_path: Path, parts: list[Path]) -> None:
    """By another password, and without one."""
    async with cooking(tmp_path, parts, login=LOGIN, cameras={}) as kitchen, aiohttp.ClientSession() as session:
        await _is_refused(kitchen, session, LOGIN[0], "another")
        await _is_refused(kitchen, session)


async def _is_refused(kitchen: Kitchen, session: aiohttp.ClientSession, *login: str) -> None:
    module = published()
    with pytest.raises(module.FrigateApiClientError, match="Unauthorized"):
        await module.FrigateApiClient(kitchen.peer.url, session, *login).async_get_version()
