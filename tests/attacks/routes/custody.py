"""Custody of shares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hub.kit.access import Action
from hub.web.routing import RouteAccess
from milton_protocol.base64_text import b64
from milton_protocol.sealing.age import Identity, seal_header
from tests.attacks.routes.listed import Listed
from tests.simulators.answered import CASE_NUMBER

if TYPE_CHECKING:
    from tests.simulators.answered import Answered

SHARE = "/api/shares/{share_id}"
REASON = {"reason": "The prosecutor asked for it in writing."}
STILL = {"sha256": "1" * 64, "clip_sha256": "2" * 64, "preview_sha256": None, "frame": 1, "verified": True}
SAVED = {"part": "clip", "sha256": "2" * 64}


def headers_of(town: Answered) -> dict[str, object]:
    """Return headers in form, of nobody's."""
    _, header = seal_header([Identity.generate().recipient])
    return {"headers": [{"part": part.name.value, "header": b64(header)} for part in town.share.share.parts]}


LISTED = Listed(
    officers={
        ("GET", "/shares/{share_id}"): Action.SHARE_LIST,
        ("GET", "/shares/{share_id}/custody"): Action.SHARE_LIST,
        ("GET", "/leavers"): Action.SHARE_REWRAP,
        ("GET", "/lists/leavers/events"): Action.SHARE_REWRAP,
        ("GET", "/api/shares"): Action.SHARE_LIST,
        ("GET", SHARE): Action.SHARE_LIST,
        ("GET", f"{SHARE}/parts/{{name}}/body"): Action.SHARE_WATCH,
        ("GET", f"{SHARE}/proofs"): Action.SHARE_WATCH,
        ("GET", "/shares/together"): Action.SHARE_WATCH,
        ("POST", f"{SHARE}/stills"): Action.SHARE_WATCH,
        ("POST", f"{SHARE}/saves"): Action.SHARE_SAVE,
        ("POST", f"{SHARE}/accept"): Action.SHARE_ACCEPT,
        ("POST", f"{SHARE}/readers/{{recipient_id}}"): Action.SHARE_REWRAP,
        ("POST", f"{SHARE}/decline"): Action.SHARE_DECLINE,
        ("POST", f"{SHARE}/keep"): Action.SHARE_DECLINE,
        ("POST", f"{SHARE}/flag"): Action.SHARE_FLAG,
        ("POST", f"{SHARE}/unflag"): Action.SHARE_UNFLAG,
        ("POST", f"{SHARE}/holds"): Action.SHARE_HOLD,
        ("POST", f"{SHARE}/holds/{{number}}/release"): Action.SHARE_HOLD,
        ("POST", f"{SHARE}/deletions"): Action.SHARE_DELETE_ASK,
        ("POST", f"{SHARE}/deletions/{{number}}/confirm"): Action.SHARE_DELETE_CONFIRM,
        ("POST", f"{SHARE}/deletions/{{number}}/take-back"): Action.SHARE_UNDELETE,
        ("POST", "/api/cases/close"): Action.CASE_CLOSE,
        ("POST", "/api/cases/reopen"): Action.CASE_CLOSE,
    },
    homes={("POST", "/v1/withdrawals"): RouteAccess.OWN_PROOF, ("POST", "/v1/consents"): RouteAccess.OWN_PROOF},
    bodies={
        **{
            ("POST", f"{SHARE}/{what}"): lambda _town, _role: REASON
            for what in ("holds", "holds/{number}/release", "deletions", "deletions/{number}/take-back")
        },
        ("POST", f"{SHARE}/stills"): lambda _town, _role: STILL,
        ("POST", f"{SHARE}/saves"): lambda _town, _role: SAVED,
        ("POST", f"{SHARE}/readers/{{recipient_id}}"): lambda town, _role: headers_of(town),
        ("POST", "/api/cases/close"): lambda _town, _role: REASON | {"case_number": CASE_NUMBER},
        ("POST", "/api/cases/reopen"): lambda _town, _role: REASON | {"case_number": CASE_NUMBER},
    },
    queries={
        ("GET", "/api/shares"): lambda town: f"?request={town.request_id}",
        ("GET", "/shares/together"): lambda town: f"?case={town.case_id}",
    },
)
