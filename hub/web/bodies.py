"""JSON bodies of the officers' scripts, read strictly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from milton_protocol import canonical
from milton_protocol.fields import Fields

if TYPE_CHECKING:
    from aiohttp import web

BODY_MAX_BYTES = 131_072  # a request's payload and two assertions are under 70 kB


async def read_object(request: web.Request) -> Fields:
    """Return the body's fields. Raises ProtocolError: browsers' JSON is not canonical, but as strict otherwise."""
    return Fields.of(canonical.read(await request.read(), max_bytes=BODY_MAX_BYTES))
