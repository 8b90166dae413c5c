"""Ways to approve that there are not, watched so that the owner sees who tries them (law 6).

Milton Share's notifications have two buttons: one opens the page, and one puts the message off until its reminder,
which comes for every request anyway (law 1). Neither decides anything, and an event of any other one is made up, by
whoever can fire events: a program over HTTP, a script, an automation. So is an event by a name of ours. There is no
service of ours, and Home Assistant tells nobody but the caller that one is not there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from homeassistant.core import callback

from ..approvers.refused_acts import NO_BUTTON, NO_EVENT, Kind
from ..const import DOMAIN
from .messages import LATER

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from homeassistant.core import Event, HomeAssistant

BUTTON_EVENTS: Final = ("mobile_app_notification_action", "ios.notification_action_fired", "ios.action_fired")
# What somebody would call an event that shares: we fire none of them, and do nothing on one but write it down.
OUR_EVENTS: Final = (DOMAIN, *(f"{DOMAIN}{dot}{word}" for dot in "_./" for word in ("approve", "share", "withdraw")))
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
def watch_other_ways(hass: HomeAssistant, note: Note, knows: Knows) -> Callable[[], None]:
    """Call ``note(user_id, user_name, kind, rule)`` for each made-up button or event; return what ends that."""

    async def tried(event: Event, kind: Kind, rule: str) -> None:
        user = await hass.auth.async_get_user(event.context.user_id) if event.context.user_id else None
        await note(user.id if user else "", (user.name if user else None) or "", kind, rule)

    async def pressed(event: Event) -> None:
        if is_ours(event) and not is_put_off(event, knows):
            await tried(event, Kind.NOTIFICATION, NO_BUTTON)

    async def named(event: Event) -> None:
        await tried(event, Kind.EVENT, NO_EVENT)

    ends = [hass.bus.async_listen(name, pressed) for name in BUTTON_EVENTS]
    ends += [hass.bus.async_listen(name, named) for name in OUR_EVENTS]

    @callback
    def end() -> None:
        for each in ends:
            each()

    return end
