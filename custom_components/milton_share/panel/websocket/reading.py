"""Commands that change nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import voluptuous as vol
from homeassistant.components.http.auth import async_sign_path

from ...approvers.rules import Refusal
from ...cameras.history import marks_of
from ...clips.pictures.model import KINDS
from ...errors import MiltonShareError
from ..http.views import preview_url, still_url
from .dispatch import Call, Command
from .forms import DIGEST, SHORT_ID

if TYPE_CHECKING:
    from ...approvers.model import ApproverView
    from ...cameras.model import CameraView

PREVIEW_LIVES: Final = timedelta(minutes=15)  # a signed path is a bearer: short, and the view judges again


async def whoami(call: Call) -> ApproverView:
    """Return what this person may do."""
    return call.panel.approver_for(call.session)


async def cameras(call: Call) -> tuple[CameraView, ...]:
    """List this home's cameras."""
    return call.panel.settings.cameras(call.session)


async def preview_path(call: Call) -> dict[str, object]:
    """Sign a clip's path for this session's token."""
    if call.refresh_token_id is None:
        raise MiltonShareError(Refusal.NO_SESSION)
    case_id, sha256 = call.message["case_id"], call.message["sha256"]
    call.panel.review.preview_path(call.session, case_id, sha256)
    path = async_sign_path(
        call.hass, preview_url(case_id, sha256), PREVIEW_LIVES, refresh_token_id=call.refresh_token_id
    )
    return {"path": path, "lives_s": int(PREVIEW_LIVES.total_seconds())}


async def stills(call: Call) -> dict[str, object]:
    """Sign the paths of a clip's thumbnails for this session's token, and describe the strip."""
    if call.refresh_token_id is None:
        raise MiltonShareError(Refusal.NO_SESSION)
    case_id, sha256 = call.message["case_id"], call.message["sha256"]
    found = await call.panel.review.stills(call.session, case_id, sha256)
    paths = {
        kind: async_sign_path(
            call.hass, still_url(case_id, sha256, kind), PREVIEW_LIVES, refresh_token_id=call.refresh_token_id
        )
        for kind in KINDS
    }
    strip = {"at_ms": found.at_ms, "tile_width": found.tile_width, "tile_height": found.tile_height}
    return {**paths, **strip, "lives_s": int(PREVIEW_LIVES.total_seconds())}


async def rough(call: Call) -> dict[str, object]:
    """Return thumbnails of the requested time inline, not by a path that anyone could sign."""
    found = await call.panel.review.rough(call.session, call.message["case_id"])
    return {"pictures": [{"at": datetime.fromtimestamp(one.at_ms / 1_000, UTC), "jpeg": one.jpeg} for one in found]}


async def marks(call: Call) -> dict[str, object]:
    """Return the camera's events in the requested time: rings, motion, and the owner's recording triggers."""
    camera_id, asked, named = call.panel.review.asked_of(call.session, call.message["case_id"])
    found = await marks_of(call.hass, camera_id, asked.from_, asked.until, named)
    return {"marks": found or (), "known": found is not None}


async def map_pack(call: Call) -> dict[str, object]:
    """Return the city's map unchanged: public, and the same for every home."""
    sha256, pack = await call.panel.map_pack(call.session)
    return {"sha256": sha256, "pack": pack}


async def evidence(call: Call) -> object:
    """Return what this home received and signed, for the owner to keep and to check elsewhere."""
    return call.panel.evidence.of(call.session, call.message["request_id"])


COMMANDS: Final = (
    Command(name="whoami", run=whoami),
    Command(name="cameras", run=cameras),
    Command(
        name="preview_path",
        run=preview_path,
        fields={vol.Required("case_id"): SHORT_ID, vol.Required("sha256"): DIGEST},
    ),
    Command(name="stills", run=stills, fields={vol.Required("case_id"): SHORT_ID, vol.Required("sha256"): DIGEST}),
    Command(name="rough", run=rough, fields={vol.Required("case_id"): SHORT_ID}),
    Command(name="marks", run=marks, fields={vol.Required("case_id"): SHORT_ID}),
    Command(name="map", run=map_pack),
    Command(name="evidence", run=evidence, fields={vol.Required("request_id"): DIGEST}),
)
