"""One search at a time, over everything that Home Assistant is on the network by."""

from __future__ import annotations

import asyncio
from ipaddress import IPv4Address
from itertools import chain
from typing import TYPE_CHECKING, Final

from homeassistant.components import network, zeroconf
from homeassistant.components.zeroconf.const import DOMAIN as ZEROCONF
from homeassistant.helpers import device_registry as dr
from homeassistant.util.hass_dict import HassKey

from ...const import DOMAIN
from .announced import announced
from .found import addresses_in, merged
from .ws_discovery import GROUP, asked

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from .found import FoundCamera

LISTEN_S: Final = 5.0  # a camera may wait up to 4 s before it answers a probe (its APP_MAX_DELAY)
_ONE_AT_A_TIME: Final[HassKey[asyncio.Lock]] = HassKey(f"{DOMAIN}_camera_search")


async def find_cameras(hass: HomeAssistant) -> tuple[FoundCamera, ...]:
    """Look for `LISTEN_S`; return the cameras that Home Assistant does not have, doorbells first."""
    async with hass.data.setdefault(_ONE_AT_A_TIME, asyncio.Lock()):
        enabled = await network.async_get_enabled_source_ips(hass)
        sources = [str(each) for each in enabled if isinstance(each, IPv4Address)]  # the group's address is one too
        answers = await asyncio.gather(asked(sources, LISTEN_S, group=GROUP), _announced(hass))
    return merged(chain(*answers), _known(hass))


async def _announced(hass: HomeAssistant) -> tuple[FoundCamera, ...]:
    if ZEROCONF not in hass.config.components:
        return ()
    return await announced(await zeroconf.async_get_async_instance(hass), LISTEN_S)


def _known(hass: HomeAssistant) -> frozenset[str]:
    """Return the addresses of what Home Assistant has."""
    entries = hass.config_entries.async_entries()
    settings = chain((entry.data for entry in entries), (entry.options for entry in entries))
    registry = dr.async_get(hass)
    devices = (dr.async_entries_for_config_entry(registry, entry.entry_id) for entry in entries)
    pages = ({"page": device.configuration_url} for device in chain.from_iterable(devices))
    return frozenset(addresses_in(chain(settings, pages)))
