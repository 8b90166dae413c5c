"""Routes of custody: officers look at shares, accept, hold and delete them, homes speak and ask of their own."""

from __future__ import annotations

from hub.kit.access import Action
from hub.web.routing import RouteAccess, get, pieces, post

_ONE = "/api/shares/{share_id:[0-9a-f]{32}}"
_NUMBER = "{number:[1-9][0-9]{0,3}}"
LIST = get("/api/shares", Action.SHARE_LIST)
READ = get(_ONE, Action.SHARE_LIST)
BODY = pieces(f"{_ONE}/parts/{{name:clip|manifest|preview}}/body", Action.SHARE_WATCH)
PROOFS = get(f"{_ONE}/proofs", Action.SHARE_WATCH)
STILL = post(f"{_ONE}/stills", Action.SHARE_WATCH)
SAVE = post(f"{_ONE}/saves", Action.SHARE_SAVE, fresh="share.save")
ACCEPT = post(f"{_ONE}/accept", Action.SHARE_ACCEPT, fresh="share.accept")
REWRAP = post(f"{_ONE}/readers/{{recipient_id:[a-z0-9-]{{1,64}}}}", Action.SHARE_REWRAP, fresh="share.rewrap")
DECLINE = post(f"{_ONE}/decline", Action.SHARE_DECLINE)
KEEP = post(f"{_ONE}/keep", Action.SHARE_DECLINE)
FLAG = post(f"{_ONE}/flag", Action.SHARE_FLAG)
# It opens what was closed to officers: what they see then can't be taken back.
UNFLAG = post(f"{_ONE}/unflag", Action.SHARE_UNFLAG, fresh="share.unflag")
HOLD = post(f"{_ONE}/holds", Action.SHARE_HOLD)
RELEASE = post(f"{_ONE}/holds/{_NUMBER}/release", Action.SHARE_HOLD, fresh="share.release")
ASK_DELETION = post(f"{_ONE}/deletions", Action.SHARE_DELETE_ASK)
CONFIRM_DELETION = post(f"{_ONE}/deletions/{_NUMBER}/confirm", Action.SHARE_DELETE_CONFIRM, fresh="share.delete")
TAKE_BACK_DELETION = post(f"{_ONE}/deletions/{_NUMBER}/take-back", Action.SHARE_UNDELETE)
CLOSE_CASE = post("/api/cases/close", Action.CASE_CLOSE)
REOPEN_CASE = post("/api/cases/reopen", Action.CASE_CLOSE)
# Of the homes' application.
WITHDRAW = post("/v1/withdrawals", RouteAccess.OWN_PROOF)
AGREE = post("/v1/consents", RouteAccess.OWN_PROOF)
RECEIPTS = get("/v1/shares/{share_id:[0-9a-f]{32}}/receipts", RouteAccess.OWN_PROOF)
