"""Commands for the owner's settings: cameras, PINs, who may approve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import voluptuous as vol

from ...approvers.rules import HOME_ASSISTANT_LOGIN
from ...cameras.model import CameraSettings, Placing, Recording, Source
from ...cameras.triggers import TELLERS_MAX
from ...shared.milton_protocol.limits import (
    HEADING_MAX_DEG,
    URL_MAX_CHARS,
    VIEW_ANGLE_MAX_DEG,
    VIEW_RANGE_MAX_M,
    WITNESS_QUORUM_MAX,
)
from ...shared.milton_protocol.translog.verifier_key import VKEY_MAX_CHARS
from ...shared.milton_protocol.translog.witness import WITNESSES_MAX
from ...text.markdown_escape import visible
from .dispatch import Call, Command
from .forms import PIN, TEXT_ID, point, whole

if TYPE_CHECKING:
    from enum import StrEnum

    from homeassistant.auth.models import User


_VKEY = vol.All(str, vol.Length(min=1, max=VKEY_MAX_CHARS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person of this home on the settings page."""

    user_id: str
    name: str
    login: str | None  # by what they sign in: two people may have one name, and no two have one login
    is_owner: bool
    has_pin: bool


def _choice(choices: type[StrEnum]) -> vol.All:
    return vol.All(str, vol.In([choice.value for choice in choices]), vol.Coerce(choices))


async def set_camera(call: Call) -> None:
    """Replace all settings of one camera.

    A page that knows no `source` yet leaves the picked one as it is.
    """
    message = call.message
    await call.panel.settings.set_camera(
        call.session,
        CameraSettings(
            camera_id=message["camera_id"],
            placing=message["placing"],
            eligible=message["eligible"],
            position=message["position"],
            heading_deg=message["heading_deg"],
            field_of_view_deg=message["field_of_view_deg"],
            range_m=message["range_m"],
            recording=message["recording"],
            on_battery=message["on_battery"],
            record_also=message["record_also"],
            also_told_by=tuple(message["also_told_by"]),
            source=message.get("source", call.panel.settings.camera_book.picked(message["camera_id"])),
        ),
    )


async def set_pin(call: Call) -> None:
    """Set or change this person's PIN."""
    await call.panel.settings.set_pin(call.session, call.message["pin"], call.message.get("old_pin"))


async def approvers(call: Call) -> dict[str, list[Person]]:
    """List who may approve and, for the owner alone, who else lives here with a login that could."""
    named = call.panel.settings.named_approvers(call.session)
    users = await call.hass.auth.async_get_users()
    others = [user for user in users if call.session.is_owner and user.id not in named and _could_approve(user)]
    return {
        "approvers": [_person(user, has_pin=named[user.id]) for user in users if user.id in named],
        "others": [_person(user, has_pin=False) for user in others],
    }


def _could_approve(user: User) -> bool:
    return user.is_active and not user.system_generated and _login(user) is not None


def _login(user: User) -> str | None:
    """Return the username, or all of them in order, that someone signs in with by password."""
    logins = [
        str(credential.data["username"])
        for credential in user.credentials
        if (credential.auth_provider_type, credential.auth_provider_id) == HOME_ASSISTANT_LOGIN
    ]
    return visible(", ".join(sorted(logins))) or None


def _person(user: User, *, has_pin: bool) -> Person:
    name = visible(user.name or user.id)
    return Person(user_id=user.id, name=name, login=_login(user), is_owner=user.is_owner, has_pin=has_pin)


async def name_approver(call: Call) -> None:
    """Add an approver."""
    await call.panel.settings.name_approver(call.session, call.message["user_id"], call.message["pin"])


async def remove_approver(call: Call) -> None:
    """Remove an approver."""
    await call.panel.settings.remove_approver(call.session, call.message["user_id"], call.message["pin"])


async def set_witnesses(call: Call) -> None:
    """Set the required witnesses of the public log."""
    message = call.message
    await call.panel.settings.set_witnesses(call.session, message["quorum"], message["witnesses"], message["pin"])


async def accept_log(call: Call) -> None:
    """Accept the city's new public log."""
    message = call.message
    await call.panel.settings.accept_log(call.session, message["origin"], message["public_key"], message["pin"])


COMMANDS: Final = (
    Command(name="approvers", run=approvers),
    Command(
        name="camera/set",
        run=set_camera,
        fields={
            vol.Required("camera_id"): TEXT_ID,
            vol.Required("placing"): _choice(Placing),
            vol.Required("eligible"): bool,
            vol.Required("position"): vol.Any(None, point),
            vol.Required("heading_deg"): whole(0, HEADING_MAX_DEG),
            vol.Required("field_of_view_deg"): whole(1, VIEW_ANGLE_MAX_DEG),
            vol.Required("range_m"): whole(1, VIEW_RANGE_MAX_M),
            vol.Required("recording"): _choice(Recording),
            vol.Required("on_battery"): bool,
            vol.Required("record_also"): bool,
            vol.Required("also_told_by"): vol.All([TEXT_ID], vol.Length(max=TELLERS_MAX)),
            vol.Optional("source"): vol.Any(None, _choice(Source)),
        },
    ),
    Command(
        name="pin/set",
        run=set_pin,
        fields={vol.Required("pin"): PIN, vol.Optional("old_pin"): vol.Any(None, PIN)},
    ),
    Command(
        name="approver/name",
        run=name_approver,
        fields={vol.Required("user_id"): TEXT_ID, vol.Required("pin"): PIN},
    ),
    Command(
        name="approver/remove",
        run=remove_approver,
        fields={vol.Required("user_id"): TEXT_ID, vol.Required("pin"): PIN},
    ),
    Command(
        name="log/accept",
        run=accept_log,
        fields={
            vol.Required("origin"): vol.All(str, vol.Length(min=1, max=URL_MAX_CHARS)),
            vol.Required("public_key"): vol.All(str, vol.Match(r"^[0-9a-f]{64}\Z")),
            vol.Required("pin"): PIN,
        },
    ),
    Command(
        name="witnesses/set",
        run=set_witnesses,
        fields={
            vol.Required("quorum"): whole(0, WITNESS_QUORUM_MAX),
            vol.Required("witnesses"): vol.All([_VKEY], vol.Length(max=WITNESSES_MAX)),
            vol.Required("pin"): PIN,
        },
    ),
)
