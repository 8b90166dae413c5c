"""JSON bodies of the officers' scripts, read strictly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from milton_protocol import canonical
from milton_protocol.fields import Fields
from milton_protocol.limits import REASON_MAX_CHARS

if TYPE_CHECKING:
    from aiohttp import web

BODY_MAX_BYTES = 131_072  # a request's payload and two assertions are under 70 kB
REASON_MIN_CHARS = 4  # of an act: somebody reads it years later; one letter says nothing


async def read_object(request: web.Request) -> Fields:
    """Return the body's fields. Raises ProtocolError: browsers' JSON is not canonical, but as strict otherwise."""
    return Fields.of(canonical.read(await request.read(), max_bytes=BODY_MAX_BYTES))


def read_reason(fields: Fields) -> str:
    """Return the reason of an act; raise ProtocolError where it says nothing."""
    return fields.text("reason", REASON_MAX_CHARS, min_chars=REASON_MIN_CHARS)
