"""The homes' routes of joining and leaving."""

from __future__ import annotations

from aiohttp import hdrs

from hub.web.routing import Door, Entry, get, post

PAGE = get("/enrol", Door.OPEN)
ENROL = post("/v1/enrol", Door.OPEN)
# Leaving is repeatable, so its handler judges tokens of homes that have left, too.
LEAVE = Entry(method=hdrs.METH_DELETE, path="/v1/enrolment", opens=Door.OWN_PROOF)
