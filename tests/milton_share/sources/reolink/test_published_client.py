"""The simulated device against the client that Home Assistant uses: what one says the other reads."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

import aiohttp
import pytest
from reolink_aio.api import Host
from reolink_aio.enums import VodRequestType
from reolink_aio.exceptions import CredentialsInvalidError
from yarl import URL

from tests.milton_share.sources.reolink.device import FILES, LOGIN, running
from tests.simulators.reolink.peer import UID, VERSION

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.milton_share.sources.reolink.device import Device

CLOSED_PORT = 1
"""Where Reolink's other protocol would be: the client does without."""


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Return the session that the published client uses."""
    async with aiohttp.ClientSession() as one:
        yield one


def published(device: Device, session: aiohttp.ClientSession, password: str = LOGIN[1]) -> Host:
    """Return the published client, in front of the same device."""
    return Host(
        "127.0.0.1",
        LOGIN[0],
        password,
        port=device.peer.port,
        use_https=False,
        bc_port=CLOSED_PORT,
        aiohttp_get_session_callback=lambda: session,
    )


async def test_the_published_client_finds_the_files_that_the_source_finds(
    device: Device, session: aiohttp.ClientSession
) -> None:
    """A login, the version, the clock, a search; names and times agree."""
    theirs = published(device, session)
    await theirs.login()
    await theirs.get_state("GetDevInfo")
    assert theirs.sw_version == VERSION
    now = await theirs.async_get_time()
    ours = await device.client().wall_clock()
    assert abs((now.replace(tzinfo=None) - ours.shows).total_seconds()) <= 2
    theirs._stream_channels = [0]  # noqa: SLF001  it asks by its other protocol, which isn't spoken here
    first = ours.zone.local(device.began.timestamp())
    _, files = await theirs.request_vod_files(
        0, first - timedelta(seconds=1), first + timedelta(minutes=1), stream="main"
    )
    found = await device.client().files(0, first - timedelta(seconds=1), first + timedelta(minutes=1))
    assert len(files) == len(found) == FILES
    for each, file in zip(found, files, strict=True):
        assert (file.file_name, file.size) == (each.name, each.size_bytes)
        assert (file.start_time.replace(tzinfo=None), file.end_time.replace(tzinfo=None)) == (each.start, each.end)
    await theirs.logout()


async def test_the_published_client_downloads_the_same_bytes(device: Device, session: aiohttp.ClientSession) -> None:
    """By the name that the search gave."""
    theirs = published(device, session)
    await theirs.login()
    name = device.peer.files[0].name(0.0)
    download = await theirs.download_vod(name)
    digest = hashlib.sha256(await download.stream.read()).hexdigest()
    assert digest == hashlib.sha256(device.peer.files[0].path.read_bytes()).hexdigest()
    assert digest in {segment.sha256 for segment in (await device.hold(0, 5)).segments}
    theirs._stream_channels = [0]  # noqa: SLF001  as above
    _, url = await theirs.get_vod_source(0, name, "main", VodRequestType.DOWNLOAD)
    wanted = {key: URL(url).query[key] for key in ("cmd", "source", "start")}
    assert wanted in [{key: asked.get(key) for key in wanted} for asked in device.peer.fetched]
    await theirs.logout()


async def test_the_published_client_has_a_recorder_prepare_what_the_source_has_prepared(
    tmp_path: Path, film: Path, session: aiohttp.ClientSession
) -> None:
    """A range of its disk, then a file; and the UID by which its camera is known."""
    async with running(tmp_path, [], film=film, name=UID) as device:
        theirs = published(device, session)
        await theirs.login()
        await theirs.get_state("GetChannelstatus")
        await theirs.get_state("GetDevInfo")
        assert theirs.is_nvr
        assert theirs.camera_uid(0) == UID
        assert await device.client().channels() == {"0": 0, UID: 0}
        zone = (await device.client().wall_clock()).zone
        start, end = (zone.local(device.at(at).timestamp()) for at in (4, 12))
        download = await theirs.download_vod(
            "", "file.mp4", f"{start:%Y%m%d%H%M%S}", f"{end:%Y%m%d%H%M%S}", channel=0, stream="main"
        )
        body = await download.stream.read()
        name = await device.client().prepare(0, start, end)
        target = device.folder / "file.mp4"
        await device.client().fetch(name, target, 10**9)
        assert hashlib.sha256(body).hexdigest() == hashlib.sha256(target.read_bytes()).hexdigest()
        await theirs.logout()


async def test_the_published_client_is_refused_as_the_source_is(device: Device, session: aiohttp.ClientSession) -> None:
    """By another password."""
    with pytest.raises(CredentialsInvalidError):
        await published(device, session, "another").login()
