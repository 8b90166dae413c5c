"""A SIMULATOR of time that passed, for the journey: a repair of Milton Share that only hours or days bring about.

It is made in Home Assistant's own registry; its words, its dialog and what the dialog does are the integration's. While
the entry is there it is made again whenever the integration, for which no time passed, takes it back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from homeassistant.core import callback
from homeassistant.helpers import issue_registry as ir

if TYPE_CHECKING:
    from homeassistant.config_entries import ConfigEntry
    from homeassistant.core import Event, HomeAssistant

OF = "milton_share"


async def async_setup_entry(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Show it, as often as needed."""
    issue_id = entry.data["issue_id"]

    @callback
    def show() -> None:
        ir.async_create_issue(
            hass,
            OF,
            issue_id,
            data={"camera_id": entry.data["camera_id"]} if entry.data["camera_id"] else None,
            is_fixable=True,
            severity=ir.IssueSeverity.WARNING,
            translation_key=entry.data["translation_key"],
            translation_placeholders={"camera": entry.data["camera"]} if entry.data["camera"] else None,
        )

    @callback
    def again(event: Event[Any]) -> None:
        if (event.data["action"], event.data["domain"], event.data["issue_id"]) == ("remove", OF, issue_id):
            show()

    entry.async_on_unload(hass.bus.async_listen(ir.EVENT_REPAIRS_ISSUE_REGISTRY_UPDATED, again))
    show()
    return True


async def async_unload_entry(_hass: HomeAssistant, _entry: ConfigEntry) -> bool:
    """Let the integration take it back."""
    return True
