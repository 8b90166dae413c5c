"""Commands for clips of the household's own: no request, and nothing for the hub."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

import voluptuous as vol
from homeassistant.components.http.auth import async_sign_path

from ...approvers.rules import Refusal
from ...errors import MiltonShareError
from ...own_clips.range import CAMERAS_MAX
from ..http.views import own_url
from .dispatch import Call, Command
from .forms import MASKS, SHORT_ID, TEXT_ID, time

if TYPE_CHECKING:
    from ...own_clips.model import OwnCamera

PATH_LIVES: Final = timedelta(minutes=15)  # a signed path is a bearer: short, and the view judges again


async def recorded(call: Call) -> tuple[OwnCamera, ...]:
    """List cameras and what they recorded."""
    return await call.panel.own.recorded(call.session, call.message["from"], call.message["until"])


async def cut(call: Call) -> None:
    """Start to cut one range of some cameras."""
    message = call.message
    masks = {one["camera_id"]: tuple(one["masks"]) for one in message["masks"]}
    await call.panel.own.cut(
        call.session, message["camera_ids"], message["from"], message["until"], audio=message["audio"], masks=masks
    )


async def give_up(call: Call) -> None:
    """Stop cutting."""
    await call.panel.own.give_up(call.session)


async def forget(call: Call) -> None:
    """Wipe unsaved clips."""
    await call.panel.own.forget(call.session)


async def path(call: Call) -> dict[str, object]:
    """Sign a clip's path for this session's token."""
    if call.refresh_token_id is None:
        raise MiltonShareError(Refusal.NO_SESSION)
    clip_id, kind = call.message["clip_id"], call.message["kind"]
    call.panel.own.file(call.session, clip_id, preview=kind == "preview")
    signed = async_sign_path(call.hass, own_url(clip_id, kind), PATH_LIVES, refresh_token_id=call.refresh_token_id)
    return {"path": signed, "lives_s": int(PATH_LIVES.total_seconds())}


async def save(call: Call) -> dict[str, str]:
    """Save one clip into Home Assistant's media folder."""
    media_dirs = call.hass.config.media_dirs
    return {"saved_as": await call.panel.own.save(call.session, call.message["clip_id"], media_dirs)}


COMMANDS: Final = (
    Command(name="own/recorded", run=recorded, fields={vol.Required("from"): time, vol.Required("until"): time}),
    Command(
        name="own/cut",
        run=cut,
        fields={
            vol.Required("camera_ids"): vol.All([TEXT_ID], vol.Length(min=1, max=CAMERAS_MAX), vol.Unique()),
            vol.Required("from"): time,
            vol.Required("until"): time,
            vol.Required("audio"): bool,
            vol.Optional("masks", default=list): vol.All(
                [{vol.Required("camera_id"): TEXT_ID, vol.Required("masks"): MASKS}], vol.Length(max=CAMERAS_MAX)
            ),
        },
    ),
    Command(name="own/stop", run=give_up),
    Command(name="own/forget", run=forget),
    Command(
        name="own/path",
        run=path,
        fields={vol.Required("clip_id"): SHORT_ID, vol.Required("kind"): vol.In(("clip", "preview", "poster"))},
    ),
    Command(name="own/save", run=save, fields={vol.Required("clip_id"): SHORT_ID}),
)
