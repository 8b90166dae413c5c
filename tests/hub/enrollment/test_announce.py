"""How a hub is found on the local network."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from zeroconf import IPVersion
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from hub.app import build_hub
from hub.enrollment.announce import SERVICE_TYPE
from hub.kit.settings import Settings, data_folder
from hub.kit.settings_table import SETTINGS_NAME
from tests.simulators.hub_bench import found_city

if TYPE_CHECKING:
    from pathlib import Path

LOOPBACK = "127.0.0.1"
ASK_MS = 3_000
NAME = f"milton-pd.{SERVICE_TYPE}"


async def found_on_loopback() -> AsyncServiceInfo | None:
    """Ask as Home Assistant does, on the loopback only."""
    zeroconf = AsyncZeroconf(interfaces=[LOOPBACK], ip_version=IPVersion.V4Only)
    try:
        info = AsyncServiceInfo(SERVICE_TYPE, NAME)
        return info if await info.async_request(zeroconf.zeroconf, ASK_MS) else None
    finally:
        await zeroconf.async_close()


async def test_a_hub_that_is_told_to_says_where_homes_reach_it_and_takes_it_back(tmp_path: Path) -> None:
    """The address is the city record's; after the hub's end nobody answers."""
    settings = await asyncio.to_thread(found_city, tmp_path)
    with (data_folder(tmp_path) / SETTINGS_NAME).open("a", encoding="utf-8") as file:
        file.write(f'\n[zeroconf]\ninterfaces = ["{LOOPBACK}"]\n')
    async with build_hub(Settings.load(settings.folder)).running():
        info = await found_on_loopback()
    assert info is not None
    assert info.decoded_properties["home_url"] == "http://127.0.0.1:8441"
    assert info.port == 8441
    assert await found_on_loopback() is None


async def test_a_hub_keeps_quiet_unless_it_is_told_to_speak(tmp_path: Path) -> None:
    """By its settings as they are founded."""
    async with build_hub(await asyncio.to_thread(found_city, tmp_path)).running():
        assert await found_on_loopback() is None
