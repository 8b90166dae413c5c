"""Commands for files that an approver adds to a request; the upload itself is HTTP (`panel/http`)."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

import voluptuous as vol
from homeassistant.components.http.auth import async_sign_path

from ...approvers.rules import Refusal
from ...errors import MiltonShareError
from ..http.views import picture_url
from .dispatch import Call, Command
from .forms import DIGEST, SHORT_ID, TEXT_ID, time, whole

PICTURE_LIVES: Final = timedelta(minutes=15)  # a signed path is a bearer: short, and the view judges again
UNCERTAINTY_MAX_S: Final = 24 * 3600  # who is less sure than a day doesn't know when it was


async def check_file(call: Call) -> None:
    """Check whether a file could be added to a request, before it is uploaded."""
    await call.panel.files.check(call.session, call.message["request_id"])


async def picture_path(call: Call) -> dict[str, object]:
    """Sign the path of a file's first picture for this very session's token."""
    if call.refresh_token_id is None:
        raise MiltonShareError(Refusal.NO_SESSION)
    case_id = call.message["case_id"]
    await call.hass.async_add_executor_job(call.panel.files.picture, call.session, case_id)
    path = async_sign_path(call.hass, picture_url(case_id), PICTURE_LIVES, refresh_token_id=call.refresh_token_id)
    return {"path": path, "lives_s": int(PICTURE_LIVES.total_seconds())}


async def confirm_file(call: Call) -> None:
    """Save the owner's statement of when a file's first frame was filmed."""
    message = call.message
    await call.panel.files.confirm(
        call.session,
        message["case_id"],
        at=message["at"],
        uncertainty_s=message["uncertainty_s"],
        camera_id=message["camera_id"],
    )


async def remove_file(call: Call) -> None:
    """Remove an undecided file."""
    await call.panel.files.remove(call.session, call.message["case_id"])


COMMANDS: Final = (
    Command(name="file/check", run=check_file, fields={vol.Required("request_id"): DIGEST}),
    Command(name="file/picture_path", run=picture_path, fields={vol.Required("case_id"): SHORT_ID}),
    Command(
        name="file/confirm",
        run=confirm_file,
        fields={
            vol.Required("case_id"): SHORT_ID,
            vol.Required("at"): time,
            vol.Required("uncertainty_s"): whole(0, UNCERTAINTY_MAX_S),
            vol.Required("camera_id"): vol.Any(None, TEXT_ID),
        },
    ),
    Command(name="file/remove", run=remove_file, fields={vol.Required("case_id"): SHORT_ID}),
)
