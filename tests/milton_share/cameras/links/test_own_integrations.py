"""Home Assistant's own integrations, set up on the simulators: their entities are what the links find by.

Whatever they ask that a simulator doesn't know it says so, as old devices do.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component

from custom_components.milton_share.cameras.links.all import RecorderLinks
from tests.milton_share.cameras.links import test_protect, test_reolink
from tests.simulators.reolink.peer import Reolink
from tests.simulators.unifi_protect.peer import MAC, Protect

if TYPE_CHECKING:
    from pathlib import Path

    from homeassistant.core import HomeAssistant
    from pytest_homeassistant_custom_component.common import MockConfigEntry

    from custom_components.milton_share.sources.recorder_clients import RecorderCamera

NOT_SPOKEN = 1
"""The port of Reolink's other protocol: the integration does without."""


class _NoFolders:
    """A home whose cameras write into no folder."""

    def cameras(self) -> dict[str, RecorderCamera]:
        """Return none."""
        return {}


async def set_up(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, RecorderCamera]:
    """Set the entry up by Home Assistant's own integration; return the cameras that are shown and found, by entity."""
    assert await async_setup_component(hass, "http", {"http": {}})
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    assert entry.state is ConfigEntryState.LOADED
    async with asyncio.timeout(30):
        while not (found := shown(hass)):  # noqa: ASYNC110  it adds them as its console tells
            await asyncio.sleep(0.05)
    return found


def shown(hass: HomeAssistant) -> dict[str, RecorderCamera]:
    """Return the cameras that are found and not switched off, by entity."""
    registry = er.async_get(hass)
    links = RecorderLinks(hass, _NoFolders())  # type: ignore[arg-type]  it asks them for cameras alone
    entities = {camera_id: registry.entities.get_entry(camera_id) for camera_id in links.cameras()}
    return {
        entity.entity_id: links.cameras()[camera_id]
        for camera_id, entity in entities.items()
        if entity is not None and entity.disabled_by is None
    }


async def test_a_camera_of_home_assistants_own_protect_is_found_and_asked(hass: HomeAssistant, tmp_path: Path) -> None:
    """By the entity that the integration made, at the address of its entry."""
    peer = Protect(tmp_path / "console", test_protect.LOGIN)
    await peer.start()
    entry = test_protect.add_entry(hass, peer.port)
    (camera,) = (await set_up(hass, entry)).values()
    assert camera.name == MAC
    links = RecorderLinks(hass, _NoFolders())  # type: ignore[arg-type]  as above
    known = await links.peer(camera.server).look()
    assert known.records[camera.name]
    assert await hass.config_entries.async_unload(entry.entry_id)
    await peer.stop()


async def test_a_camera_of_home_assistants_own_reolink_is_found_and_asked(hass: HomeAssistant, tmp_path: Path) -> None:
    """Its integration asks much more; what the device doesn't know it says."""
    peer = Reolink(tmp_path / "device", test_reolink.LOGIN)
    await peer.start()
    entry = test_reolink.add_entry(hass, peer.port, baichuan_port=NOT_SPOKEN, baichuan_connection="tcp")
    (camera,) = (await set_up(hass, entry)).values()
    assert camera.name == "0"
    links = RecorderLinks(hass, _NoFolders())  # type: ignore[arg-type]  as above
    known = await links.peer(camera.server).look()
    assert known.records[camera.name]
    assert await hass.config_entries.async_unload(entry.entry_id)
    await peer.stop()
