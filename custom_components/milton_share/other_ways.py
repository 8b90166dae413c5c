"""Ways to approve that there are not, watched so that the owner sees who tries them (law 6).

Milton Share's notifications have two buttons: one opens the page, and one puts the message off until its reminder,
which comes for every request anyway (law 1). Neither decides anything, and an event of any other one is made up, by
whoever can fire events.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from homeassistant.core import callback

from .attempts import NO_BUTTON, Kind
from .const import DOMAIN
from .notifications import LATER

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from homeassistant.core import Event, HomeAssistant

BUTTON_EVENTS: Final = ("mobile_app_notification_action", "ios.notification_action_fired", "ios.action_fired")
_NAMES: Final = ("action", "actionName", "tag", "categoryName")
_OURS: Final = DOMAIN.partition("_")[0]

type Note = Callable[[str, str, Kind, str], Awaitable[None]]
type Knows = Callable[[str], bool]  # whether a tag is one of ours


@callback
def is_ours(event: Event) -> bool:
    """Whether a notification's button is called as if it were one of ours."""
    return any(_OURS in str(event.data.get(name, "")).lower() for name in _NAMES)


@callback
def is_put_off(event: Event, knows: Knows) -> bool:
    """Whether somebody put one of our messages off: nothing follows from it."""
    names = [str(event.data.get(name, "")) for name in ("action", "actionName")]
    return any(name.startswith(LATER) and knows(name.removeprefix(LATER)) for name in names)


@callback
def watch_buttons(hass: HomeAssistant, note: Note, knows: Knows) -> Callable[[], None]:
    """Call ``note(user_id, user_name, kind, rule)`` for each made-up button; return what ends that."""

    async def heard(event: Event) -> None:
        if not is_ours(event) or is_put_off(event, knows):
            return
        user = await hass.auth.async_get_user(event.context.user_id) if event.context.user_id else None
        await note(user.id if user else "", (user.name if user else None) or "", Kind.NOTIFICATION, NO_BUTTON)

    ends = [hass.bus.async_listen(name, heard) for name in BUTTON_EVENTS]

    @callback
    def end() -> None:
        for each in ends:
            each()

    return end
