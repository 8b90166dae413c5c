"""Streams the home's state to a page: now, and after every change, while the session may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from homeassistant.components.websocket_api.messages import BASE_COMMAND_MESSAGE_SCHEMA
from homeassistant.core import callback

from ...approvers.session import session_of
from ...const import DOMAIN, HOLD_AFTER_EXPIRY
from ...errors import MiltonShareError
from ..frontend import panel_version
from ..lookup import running_home
from .dispatch import send_refusal
from .encode import to_json

if TYPE_CHECKING:
    from asyncio import TimerHandle
    from collections.abc import Callable

    from homeassistant.components.websocket_api.connection import ActiveConnection
    from homeassistant.core import HomeAssistant

    from ..lookup import RunningHome
    from .encode import Json

SUBSCRIBE_TYPE: Final = f"{DOMAIN}/subscribe"
SUBSCRIBE_SCHEMA: Final = BASE_COMMAND_MESSAGE_SCHEMA.extend({"type": SUBSCRIBE_TYPE})
GATHER_S: Final = 0.1  # changes that come together go out together: a cut reports its progress often


class Subscription:
    """One open page. It ends by itself as soon as its session may not see the state."""

    def __init__(
        self,
        hass: HomeAssistant,
        connection: ActiveConnection,
        message_id: int,
        home: RunningHome,
    ) -> None:
        """Prepare; sends nothing yet."""
        self._hass = hass
        self._connection = connection
        self._message_id = message_id
        self._home = home
        self._timer: TimerHandle | None = None
        self._end: Callable[[], None] | None = None

    @callback
    def start(self) -> None:
        """Send the state after every change from now on."""
        self._end = self._home.subscribe(self._changed)

    @callback
    def stop(self) -> None:
        """End it."""
        if self._end is not None:
            self._end()
        if self._timer is not None:
            self._timer.cancel()

    @callback
    def send(self) -> None:
        """Send the current state, or the refusal and end."""
        self._timer = None
        try:
            event = self.event()
        except MiltonShareError as refusal:
            event = {"refused": refusal.rule}
            self.stop()
        self._connection.send_event(self._message_id, event)

    def event(self) -> dict[str, Json]:
        """Return the page's event; raises MiltonShareError when the session may not see it."""
        session = session_of(self._hass, self._connection.user, self._connection.refresh_token_id)
        state = self._home.panel.state_for(session)
        return {
            "state": to_json(state),
            "panel_version": panel_version(self._hass),
            "retention": {
                "storage_gb": state.household.storage_gb,
                "hold_after_expiry_s": int(HOLD_AFTER_EXPIRY.total_seconds()),
            },
        }

    @callback
    def _changed(self) -> None:
        if self._timer is None:
            self._timer = self._hass.loop.call_later(GATHER_S, self.send)


@callback
def handle_subscribe(hass: HomeAssistant, connection: ActiveConnection, message: dict[str, Any]) -> None:
    """Start a subscription; its first event is the current state."""
    try:
        subscription = Subscription(hass, connection, message["id"], running_home(hass))
        event = subscription.event()
    except MiltonShareError as refusal:
        send_refusal(connection, message["id"], refusal.rule)
        return
    subscription.start()
    connection.subscriptions[message["id"]] = subscription.stop
    connection.send_result(message["id"])
    connection.send_event(message["id"], event)
