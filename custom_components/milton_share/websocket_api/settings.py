"""Commands for the owner's settings: cameras, PINs, who may approve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import voluptuous as vol

from ..models import CameraSettings, Placing
from .dispatch import Call, Command
from .forms import PIN, TEXT_ID, point, whole

if TYPE_CHECKING:
    from enum import StrEnum

HEADING_MAX_DEG: Final = 359  # the manifest's bounds
FIELD_OF_VIEW_MAX_DEG: Final = 360
RANGE_MAX_M: Final = 500


def _choice(choices: type[StrEnum]) -> vol.All:
    return vol.All(str, vol.In([choice.value for choice in choices]), vol.Coerce(choices))


async def set_camera(call: Call) -> None:
    """Keep what the owner says about one camera: all of it, in place of what was said before."""
    message = call.message
    await call.coordinator.set_camera(
        call.session,
        CameraSettings(
            camera_id=message["camera_id"],
            placing=message["placing"],
            eligible=message["eligible"],
            position=message["position"],
            heading_deg=message["heading_deg"],
            field_of_view_deg=message["field_of_view_deg"],
            range_m=message["range_m"],
        ),
    )


async def set_pin(call: Call) -> None:
    """Set or change this person's PIN."""
    await call.coordinator.set_pin(call.session, call.message["pin"], call.message.get("old_pin"))


async def name_approver(call: Call) -> None:
    """Let another person approve."""
    await call.coordinator.name_approver(call.session, call.message["user_id"], call.message["pin"])


async def remove_approver(call: Call) -> None:
    """Take that back."""
    await call.coordinator.remove_approver(call.session, call.message["user_id"], call.message["pin"])


COMMANDS: Final = (
    Command(
        name="camera/set",
        run=set_camera,
        fields={
            vol.Required("camera_id"): TEXT_ID,
            vol.Required("placing"): _choice(Placing),
            vol.Required("eligible"): bool,
            vol.Required("position"): vol.Any(None, point),
            vol.Required("heading_deg"): whole(0, HEADING_MAX_DEG),
            vol.Required("field_of_view_deg"): whole(1, FIELD_OF_VIEW_MAX_DEG),
            vol.Required("range_m"): whole(1, RANGE_MAX_M),
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
)
