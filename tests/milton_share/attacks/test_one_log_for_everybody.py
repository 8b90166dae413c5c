"""What a stolen hub could do to every home at once: requests that no log shows, and junk; beside a real hub."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.milton_share.conftest import EnrolledHome, join
from tests.simulators.hub_beside_home import HUB_PYTHON, stolen_hub

if TYPE_CHECKING:
    from pathlib import Path

    from homeassistant.core import HomeAssistant

    from tests.milton_share.conftest import Owner

PATIENCE_S = 60

pytestmark = pytest.mark.skipif(not HUB_PYTHON.exists(), reason="the hub's environment is not installed")


async def shown(home: EnrolledHome, request_id: str, refused: str | None) -> None:
    """Wait until the owner reads a request as refused by this rule, or as offered."""
    request = None
    async with asyncio.timeout(PATIENCE_S):
        while request is None or request.refused != refused:
            request = home.request(request_id)
            await asyncio.sleep(0.1)


async def test_a_request_that_only_a_tree_of_the_hubs_own_has_is_not_offered(
    hass: HomeAssistant, owner: Owner, tmp_path: Path
) -> None:
    """Its officer signed it, the log's key made the tree: no public log shows it. Others are offered as before."""
    async with stolen_hub(tmp_path / "city") as hub:
        home = EnrolledHome(hass=hass, entry=await join(hass, hub, hub.code), owner=owner)
        first = await hub.have("publish")
        await shown(home, first, None)
        hidden = await hub.have("hide")
        await shown(home, hidden, "log_not_consistent")  # of one entry, as this home has seen the true log
        last = await hub.have("publish")
        await shown(home, last, None)
        await shown(home, first, None)
        await hass.config_entries.async_unload(home.entry.entry_id)


async def test_a_home_that_missed_the_logs_growth_has_each_request_proven(
    hass: HomeAssistant, owner: Owner, tmp_path: Path
) -> None:
    """It joins late: each request is under another checkpoint, which the hub proves; the hidden one's it can't."""
    async with stolen_hub(tmp_path / "city") as hub:
        early = [await hub.have("publish") for _ in range(3)]
        hidden = await hub.have("hide")
        home = EnrolledHome(hass=hass, entry=await join(hass, hub, hub.code), owner=owner)
        for request_id in early:
            await shown(home, request_id, None)
        await shown(home, hidden, "log_not_consistent")
        await home.restart()
        for request_id in early:
            await shown(home, request_id, None)
        await hass.config_entries.async_unload(home.entry.entry_id)


@pytest.mark.long
async def test_junk_from_a_real_hub_keeps_no_request_and_no_revocation_out(
    hass: HomeAssistant, owner: Owner, tmp_path: Path
) -> None:
    """Eight thousand revocations of one byte: what an honest hub sends afterwards is offered, and revoked."""
    async with stolen_hub(tmp_path / "city") as hub:
        home = EnrolledHome(hass=hass, entry=await join(hass, hub, hub.code), owner=owner)
        await hub.have("junk")
        request_id = await hub.have("publish")
        await shown(home, request_id, None)
        await hub.have("revoke")
        await shown(home, request_id, "revoked")
        await hass.config_entries.async_unload(home.entry.entry_id)
