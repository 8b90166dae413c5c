"""Custody of shares."""

from __future__ import annotations

from hub.access import Action
from hub.doors import Door
from tests.attacks.doors.listed import Listed

SHARE = "/api/shares/{share_id}"
LISTED = Listed(
    officers={
        ("GET", "/shares/{share_id}"): Action.SHARE_LIST,
        ("GET", "/api/shares"): Action.SHARE_LIST,
        ("GET", SHARE): Action.SHARE_LIST,
        ("GET", f"{SHARE}/parts/{{name}}/body"): Action.SHARE_WATCH,
        ("POST", f"{SHARE}/accept"): Action.SHARE_ACCEPT,
    },
    homes={("POST", "/v1/withdrawals"): Door.OWN_PROOF, ("POST", "/v1/consents"): Door.OWN_PROOF},
    queries={("GET", "/api/shares"): lambda town: f"?request={town.request_id}"},
)
