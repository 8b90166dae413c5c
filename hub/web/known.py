"""Answers that the asker may have already, and how far they have read."""

from __future__ import annotations

import hashlib

from aiohttp import hdrs, web

from hub.kit.errors import HubError

CURSOR_MAX_CHARS = 16  # 2**53 - 1


def read_cursor(text: str) -> int:
    """Return the number that ``?after=`` names; raise ``cursor_wrong`` (400)."""
    if not (text.isascii() and text.isdigit()) or len(text) > CURSOR_MAX_CHARS:
        rule = "cursor_wrong"
        raise HubError(rule, web.HTTPBadRequest.status_code, "after is not a number of this feed.")
    return int(text)


def known_answer(request: web.Request, body: bytes) -> web.StreamResponse:
    """Answer canonical JSON under its own digest as ETag; 304 when the asker has it."""
    etag = hashlib.sha256(body).hexdigest()
    headers = {hdrs.ETAG: f'"{etag}"', hdrs.CACHE_CONTROL: "no-cache"}
    known = request.if_none_match
    if known is not None and any(each.value in {etag, "*"} for each in known):
        return web.Response(status=web.HTTPNotModified.status_code, headers=headers)
    return web.Response(body=body, content_type="application/json", headers=headers)
