"""What an address may hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from milton_protocol.errors import ProtocolError, Rule

if TYPE_CHECKING:
    from aiohttp.typedefs import Handler

NUL = "\0"  # in no id and in no word; Postgres takes it in no text, so it would end as a failure


@web.middleware
async def plain_address(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse an address with a NUL in its path or query (``forbidden_character``)."""
    if NUL in request.rel_url.path or NUL in request.rel_url.query_string:
        raise ProtocolError(Rule.FORBIDDEN_CHARACTER, "address")
    return await handler(request)
