"""Routes of custody: officers look at shares and accept them, homes take them back or agree to more."""

from __future__ import annotations

from hub.access import Action
from hub.doors import Door, get, post

_ONE = "/api/shares/{share_id:[0-9a-f]{32}}"
PAGE = get("/shares/{share_id:[0-9a-f]{32}}", Action.SHARE_LIST)
LIST = get("/api/shares", Action.SHARE_LIST)
READ = get(_ONE, Action.SHARE_LIST)
BODY = get(f"{_ONE}/parts/{{name:clip|manifest|preview}}/body", Action.SHARE_WATCH)
ACCEPT = post(f"{_ONE}/accept", Action.SHARE_ACCEPT)
# Of the homes' application.
WITHDRAW = post("/v1/withdrawals", Door.OWN_PROOF)
AGREE = post("/v1/consents", Door.OWN_PROOF)
