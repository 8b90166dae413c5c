"""Diagnostics, by allowlist: nothing is in them but what is named here."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from .const import CONF_MQTT

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

    from .coordinator import MiltonShareConfigEntry


async def async_get_config_entry_diagnostics(_hass: HomeAssistant, entry: MiltonShareConfigEntry) -> dict[str, Any]:
    """Return how the link is, which rules refused requests, and how many of what there is. No place, name or key."""
    if not hasattr(entry, "runtime_data"):  # it is leaving: nothing is here any more
        return {"leaving": True}
    coordinator = entry.runtime_data
    snapshot = coordinator.data
    return {
        "open_requests": snapshot.open_requests,
        "link": snapshot.link,
        "last_contact": snapshot.last_contact,
        "trust_rule": snapshot.trust_rule,
        "mqtt": entry.data[CONF_MQTT] is not None,
        "refusals": dict(Counter(coordinator.refusal_rules())),
        "topics": dict(coordinator.topic_counts()),
    }
