"""Whose hub answers at an address: asked without a token, so that a wrong one learns of no home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeassistant.util import dt as dt_util

from ..const import CONF_ROOT_PUBLIC_KEY
from ..errors import MiltonShareError
from ..hub_link.client import HubClient
from ..hub_link.session import hub_session
from .client import ask_city

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigEntry
    from homeassistant.core import HomeAssistant

    from .client import City


async def city_at(hass: HomeAssistant, hub_url: str) -> City:
    """Return the city whose hub answers there; raise MiltonShareError: `hub_away`, `not_a_hub` and others."""
    return await ask_city(HubClient(hub_session(hass), hub_url), dt_util.utcnow())


async def same_city_at(hass: HomeAssistant, entry: ConfigEntry, hub_url: str) -> City:
    """Do the same for the city that this home joined: its root is compared; raise `other_city` as well."""
    city = await city_at(hass, hub_url)
    if city.root_public_key.hex() != entry.data[CONF_ROOT_PUBLIC_KEY]:
        rule = "other_city"
        raise MiltonShareError(rule)
    return city
