"""JSON bodies of the officers' scripts, read strictly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hub.errors import HubError
from milton_protocol.fields import Fields

if TYPE_CHECKING:
    from aiohttp import web

    from milton_protocol.canonical import JsonValue

BODY_MAX_BYTES = 131_072  # a request's payload and two assertions are under 70 kB
BAD_REQUEST = 400


async def read_object(request: web.Request) -> Fields:
    """Return the body's fields. Raises ``not_json``, ``message_too_long`` or ProtocolError."""
    body = await request.read()
    if len(body) > BODY_MAX_BYTES:
        rule = "message_too_long"
        raise HubError(rule, BAD_REQUEST, "This is longer than any page sends.")
    try:
        value: JsonValue = json.loads(body)
    except ValueError as error:
        rule = "not_json"
        raise HubError(rule, BAD_REQUEST, "This is no JSON.") from error
    return Fields.of(value)
