"""Finds the running enrollment for code that answers people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import callback

from ..const import DOMAIN
from ..errors import MiltonShareError

if TYPE_CHECKING:
    from collections.abc import Callable

    from homeassistant.core import HomeAssistant

    from ..runtime.snapshot import Status
    from .service import PanelService

NOT_ENROLLED = "not_enrolled"  # no enrollment is loaded


class RunningHome(Protocol):
    """An enrollment that is loaded: Home Assistant's coordinator of it."""

    @property
    def panel(self) -> PanelService:
        """The panel's services."""

    def status(self) -> Status:
        """Return its status."""

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call ``listener`` after every change of what the panel shows; return the unsubscribe function."""


@callback
def running_home(hass: HomeAssistant) -> RunningHome:
    """Return the enrollment that is loaded; raise MiltonShareError `not_enrolled`."""
    for entry in hass.config_entries.async_entries(DOMAIN):
        home: RunningHome | None = getattr(entry, "runtime_data", None)  # one that is leaving has none
        if entry.state is ConfigEntryState.LOADED and home is not None:
            return home
    raise MiltonShareError(NOT_ENROLLED)
