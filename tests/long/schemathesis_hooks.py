"""What schemathesis is told in its own environment: a piece of an upload is sent as the bytes that it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import schemathesis

if TYPE_CHECKING:
    from schemathesis import SerializationContext

PIECE_CONTENT_TYPE = "application/offset+octet-stream"


@schemathesis.serializer(PIECE_CONTENT_TYPE)
def piece(_context: SerializationContext, value: object) -> bytes:
    """Return the body's bytes."""
    return value if isinstance(value, bytes) else str(getattr(value, "data", value)).encode()
