"""What a home reads of the hub's newest live statement."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING

from milton_protocol.messages.requests.live import LiveStatement

if TYPE_CHECKING:
    from hub.web.context import Hub


async def live_statement(hub: Hub) -> LiveStatement:
    """Return the statement that homes are given now."""
    async with hub.database.reading() as session:
        envelope = await hub.topics.get(session, "live")
    assert envelope is not None
    return LiveStatement.from_bytes(base64.b64decode(json.loads(envelope)["payload"]))
