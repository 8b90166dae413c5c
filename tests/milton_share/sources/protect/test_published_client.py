"""The simulated console against the client that Home Assistant uses: what one says the other reads."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from uiprotect import ProtectApiClient
from uiprotect.exceptions import NotAuthorized

from tests.clips.recordings import numbers_in
from tests.milton_share.held_films import CAMERA_ID as CAMERA
from tests.milton_share.sources.protect.console import FPS, LOGIN
from tests.simulators.unifi_protect.peer import CAMERA_ID, MAC, VERSION

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.milton_share.sources.protect.console import Console


@pytest.fixture
async def published(console: Console, tmp_path: Path) -> AsyncIterator[ProtectApiClient]:
    """Return the published client, in front of the same console."""
    client = ProtectApiClient(
        "127.0.0.1", console.peer.port, *LOGIN, verify_ssl=False, cache_dir=tmp_path, config_dir=tmp_path
    )
    yield client
    await client.close_session()


async def test_the_published_client_logs_in_and_lists_what_the_source_lists(
    console: Console, published: ProtectApiClient
) -> None:
    """Console, version, camera, how it is recorded, and from when to when."""
    bootstrap = await published.get_bootstrap()
    assert str(bootstrap.nvr.version) == VERSION
    (camera,) = bootstrap.cameras.values()
    (recorded,) = (await console.client().cameras()).values()
    assert (camera.id, camera.mac) == (recorded.camera_id, MAC) == (CAMERA_ID, MAC)
    assert camera.recording_settings.mode.value == recorded.mode == "always"
    assert camera.stats.video.recording_start is not None
    assert camera.stats.video.recording_start.timestamp() * 1000 == recorded.from_ms
    listed = await published.api_request_list("cameras")
    assert [each["id"] for each in listed] == [CAMERA_ID]


@pytest.mark.parametrize("mode", ["never", "detections", "always"])
async def test_the_published_client_and_the_source_go_by_the_consoles_settings_where_a_camera_does(
    console: Console, published: ProtectApiClient, mode: str
) -> None:
    """Its own are those of a time when it had some: whoever believed them took it for recorded."""
    console.peer.by_console, console.peer.console_mode = True, mode
    console.peer.mode = "always" if mode == "never" else "never"
    await published.update()
    (camera,) = published.bootstrap.cameras.values()
    await console.source.look()
    standing = console.source.standing(CAMERA)
    assert standing is not None
    assert camera.is_recording_enabled == standing.records == (mode != "never")


async def test_the_published_client_exports_the_same_pictures_as_the_source(
    console: Console, published: ProtectApiClient, tmp_path: Path
) -> None:
    """Both ask for twenty seconds; the source for its slack around them too."""
    target = tmp_path / "theirs.mp4"
    await published.update()
    await published.get_camera_video(CAMERA_ID, console.at(20), console.at(40), output_file=target)
    theirs = numbers_in(target)
    (segment,) = (await console.hold(20, 40)).segments
    assert set(range(20 * FPS, 40 * FPS)) <= set(theirs) <= set(numbers_in(segment.path))
    asked = [{**query, "start": "", "end": ""} for query in console.peer.queries]
    assert asked[0] == asked[1]
    span = timedelta(milliseconds=int(console.peer.queries[0]["end"]) - int(console.peer.queries[0]["start"]))
    assert span == timedelta(seconds=20)


async def test_the_published_client_is_refused_as_the_source_is(console: Console, tmp_path: Path) -> None:
    """By another password."""
    client = ProtectApiClient(
        "127.0.0.1", console.peer.port, "home", "another", verify_ssl=False, cache_dir=tmp_path, config_dir=tmp_path
    )
    with pytest.raises(NotAuthorized):
        await client.get_bootstrap()
    await client.close_session()
