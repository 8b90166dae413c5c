"""The one enrolment of this home."""

from __future__ import annotations

from typing import TYPE_CHECKING

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import callback

from ..const import DOMAIN
from ..coordinator import MiltonCoordinator
from ..errors import MiltonShareError

if TYPE_CHECKING:
    from homeassistant.core import HomeAssistant

NOT_ENROLLED = "not_enrolled"  # no enrolment is loaded


@callback
def coordinator_of(hass: HomeAssistant) -> MiltonCoordinator:
    """Return the enrolment's coordinator; raise MiltonShareError `not_enrolled`."""
    for entry in hass.config_entries.async_entries(DOMAIN):
        coordinator = getattr(entry, "runtime_data", None)  # one that is leaving has none
        if entry.state is ConfigEntryState.LOADED and isinstance(coordinator, MiltonCoordinator):
            return coordinator
    raise MiltonShareError(NOT_ENROLLED)
