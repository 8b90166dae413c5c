"""System health: what is known already, and nothing that shows what a home holds."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from homeassistant.components.system_health import get_info
from homeassistant.setup import async_setup_component

from custom_components.milton_share import system_health
from custom_components.milton_share.const import DOMAIN
from custom_components.milton_share.sources.home_clock import KernelWord

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from homeassistant.core import HomeAssistant

    from .conftest import Home

type Health = Callable[[], Awaitable[dict[str, str]]]
KEYS = {
    *("version", "enrolled", "hub_reached", "link", "last_contact", "documents", "storage", "storage_given"),
    *("storage_free", "recording_paused", "clock"),
}


async def health_of(hass: HomeAssistant) -> dict[str, str]:
    """Return what Home Assistant shows of this integration."""
    return (await get_info(hass))[DOMAIN]


@pytest.mark.usefixtures("recorded")
async def test_system_health_is_the_same_for_a_home_that_holds_footage_and_asks_nobody(home: Home) -> None:
    """Link, documents and storage, by what is known: not what is held, for any administrator may copy it."""
    assert await async_setup_component(home.hass, "system_health", {})
    request_id = await home.receive()
    await home.until(lambda: home.state().snapshot.link == "feed" and home.state().snapshot.open_requests == 1)
    before = await health_of(home.hass)
    assert before.keys() == KEYS
    assert before["version"] == "0.1.0"
    assert (before["enrolled"], before["hub_reached"], before["link"], before["documents"]) == (
        True,
        True,
        "feed",
        "good",
    )
    assert (before["storage"], before["storage_given"], before["recording_paused"]) == ("good", "10 GiB", False)
    assert before["storage_free"].endswith(" GiB")
    await home.place_camera()
    await home.until(lambda: home.case(request_id).state == "held")
    calls = len(home.hub.calls)
    after = await health_of(home.hass)
    assert {call.path for call in home.hub.calls[calls:]} <= {"/v1/feed"}, "which is read by its own clock"
    moving = {"last_contact", "storage_free"}
    assert {key: after[key] for key in KEYS - moving} == {key: before[key] for key in KEYS - moving}


async def test_system_health_says_what_is_not_well(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hub that is away, a disk that can't say what it has left, an entry that is not loaded."""
    assert await async_setup_component(home.hass, "system_health", {})

    def broken(_path: object) -> None:
        raise OSError

    monkeypatch.setattr(system_health, "ask_kernel", lambda: KernelWord(error_s=0.01))
    assert (await health_of(home.hass))["clock"] == "good"
    monkeypatch.setattr(system_health, "ask_kernel", lambda: KernelWord(error_s=None))
    monkeypatch.setattr(shutil, "disk_usage", broken)
    home.hub.away = True
    await home.until(lambda: home.state().snapshot.link == "away")
    shown = await health_of(home.hass)
    assert (shown["hub_reached"], shown["link"], shown["storage_free"]) == (False, "away", "unknown")
    assert shown["clock"] == "set by no time service"
    await home.hass.config_entries.async_unload(home.entry.entry_id)
    assert await health_of(home.hass) == {"version": shown["version"], "enrolled": False}
