"""Who is told, and how much disk the recorder may take."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from homeassistant.data_entry_flow import FlowResultType, InvalidData

from custom_components.milton_share.const import CONF_NOTIFY_SERVICES, CONF_STORAGE_GB
from custom_components.milton_share.parts import GIB

if TYPE_CHECKING:
    from .conftest import Home


async def test_phones_are_chosen_from_those_that_are_there(home: Home) -> None:
    """And a change throws nobody's open panel out: the entry is not reloaded."""
    home.hass.services.async_register("notify", "mobile_app_olivia", lambda _call: None)
    home.hass.services.async_register("notify", "everybody", lambda _call: None)
    coordinator = home.coordinator
    form = await home.hass.config_entries.options.async_init(home.entry.entry_id)
    with pytest.raises(InvalidData):
        await home.hass.config_entries.options.async_configure(
            form["flow_id"], {CONF_NOTIFY_SERVICES: ["everybody"], CONF_STORAGE_GB: 5}
        )
    form = await home.hass.config_entries.options.async_init(home.entry.entry_id)
    done = await home.hass.config_entries.options.async_configure(
        form["flow_id"], {CONF_NOTIFY_SERVICES: ["mobile_app_olivia"], CONF_STORAGE_GB: 5}
    )
    assert done["type"] is FlowResultType.CREATE_ENTRY
    await home.hass.async_block_till_done()
    assert home.coordinator is coordinator
    assert home.entry.options == {CONF_NOTIFY_SERVICES: ["mobile_app_olivia"], CONF_STORAGE_GB: 5}


async def test_the_recorders_disk_is_bounded_by_the_option_from_the_next_start(home: Home) -> None:
    """Ten GiB unless the owner says otherwise."""
    assert home.coordinator._parts.recorder._limits.total_bytes == 10 * GIB  # noqa: SLF001
    home.hass.config_entries.async_update_entry(home.entry, options={CONF_STORAGE_GB: 3})
    await home.restart()
    assert home.coordinator._parts.recorder._limits.total_bytes == 3 * GIB  # noqa: SLF001


async def test_who_gives_more_disk_gives_more_to_what_is_kept(home: Home) -> None:
    """Twenty GiB at least; the repair about promised recordings names this option."""
    assert home.coordinator._parts.recorder.limits.hold_bytes == 20 * GIB  # noqa: SLF001
    home.hass.config_entries.async_update_entry(home.entry, options={CONF_STORAGE_GB: 40})
    await home.restart()
    assert home.coordinator._parts.recorder.limits.hold_bytes == 40 * GIB  # noqa: SLF001


async def test_a_phone_that_is_gone_is_named_in_the_log(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    """The others are told all the same."""
    told = []
    home.hass.services.async_register("notify", "mobile_app_paul", told.append)
    home.hass.config_entries.async_update_entry(
        home.entry, options={CONF_NOTIFY_SERVICES: ["mobile_app_gone", "mobile_app_paul"]}
    )
    with caplog.at_level(logging.WARNING):
        await home.receive()
        await home.until(lambda: told)
    assert "notify.mobile_app_gone is gone" in caplog.text
