"""Routes by which custodians pass a share on, and by which somebody outside sees it."""

from __future__ import annotations

from hub.kit.access import Action
from hub.web.routing import RouteAccess, get, post

_ALL = "/api/shares/{share_id:[0-9a-f]{32}}/passing"
_ONE = f"{_ALL}/{{number:[1-9]}}"
LIST = get(_ALL, Action.SHARE_SHOW_OUTSIDE)
ASK = post(_ALL, Action.SHARE_SHOW_OUTSIDE)
LINK = post(f"{_ONE}/link", Action.SHARE_SHOW_OUTSIDE, fresh="share.pass_on")
END = post(f"{_ONE}/end", Action.SHARE_SHOW_OUTSIDE)
# Of the homes' application, on the residents' hostname. What the link says is the proof.
PAGE = get("/passed/", RouteAccess.OPEN)
FILE = get("/passed/{name:[a-z0-9_.-]+}", RouteAccess.OPEN)
WORKER = get("/workers/{name:[a-z]+[.]js}", RouteAccess.OPEN)
VIEW = post("/v1/passed", RouteAccess.OWN_PROOF)
BODY = get("/v1/passed/{view:[0-9a-f]{32}}/{name:clip|manifest|preview}/body", RouteAccess.OWN_PROOF)
