"""How it stands, for Home Assistant's system health: what is known already. Nobody is asked for it.

Law 1: it is open to every administrator and made to be copied, so it is the same whether or not a camera here is
concerned. So it says what recordings may take and what the disk has left, never what they take: what is held for a
request would show in that.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from homeassistant.core import callback
from homeassistant.loader import async_get_integration

from .const import DOMAIN
from .hub_link.state import LinkState
from .sources.home_clock import ask_kernel
from .sources.recorder.store.ring import GIB
from .storage.paths import private_folder

if TYPE_CHECKING:
    from homeassistant.components.system_health import SystemHealthRegistration
    from homeassistant.core import HomeAssistant


_REACHED = frozenset({LinkState.FEED, LinkState.MQTT})


@callback
def async_register(_hass: HomeAssistant, register: SystemHealthRegistration) -> None:
    """Say who answers."""
    register.async_register_info(_info)


async def _info(hass: HomeAssistant) -> dict[str, Any]:
    integration = await async_get_integration(hass, DOMAIN)
    info: dict[str, Any] = {"version": str(integration.version)}
    entry = next(iter(hass.config_entries.async_loaded_entries(DOMAIN)), None)
    if entry is None or not hasattr(entry, "runtime_data"):  # it is leaving
        return {**info, "enrolled": False}
    status = entry.runtime_data.status()
    return {
        **info,
        "enrolled": True,
        "hub_reached": status.snapshot.link in _REACHED,
        "link": str(status.snapshot.link),
        "last_contact": status.snapshot.last_contact or "never",
        "documents": status.snapshot.trust_rule or "good",
        "clock": "good" if ask_kernel().error_s is not None else "set by no time service",
        "storage": str(status.storage_trouble or "good"),
        "storage_given": f"{status.storage_gb} GiB",
        "storage_free": await hass.async_add_executor_job(_free, hass),
        "recording_paused": status.recording_paused,
    }


def _free(hass: HomeAssistant) -> str:
    try:
        return f"{shutil.disk_usage(private_folder(hass).root).free / GIB:.1f} GiB"
    except OSError:
        return "unknown"
