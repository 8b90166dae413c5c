"""What homes say and ask of a share: its withdrawal, consents and receipts (protocol section 11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.shares import routes
from hub.shares.upload.tus import check_not_encoded
from milton_protocol.canonical import encode
from milton_protocol.limits import MESSAGE_SIZE_MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler

    from hub.shares.owner.service import OwnersWord
    from hub.web.routing import Route


class OwnersApi:
    """Handlers over the service; the share's one-time key is all the proof there is."""

    def __init__(self, owners: OwnersWord) -> None:
        """Keep what the handlers need."""
        self._owners = owners

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route of the homes' application."""
        return {routes.WITHDRAW: self.withdraw, routes.AGREE: self.agree, routes.RECEIPTS: self.receipts}

    async def withdraw(self, request: web.Request) -> web.Response:
        """Take a share back."""
        await self._owners.withdraw(await _envelope(request))
        return web.Response(body=encode({"withdrawn": True}), content_type="application/json")

    async def agree(self, request: web.Request) -> web.Response:
        """Agree to something."""
        await self._owners.agree(await _envelope(request))
        return web.Response(body=encode({"consented": True}), content_type="application/json")

    async def receipts(self, request: web.Request) -> web.Response:
        """Say what became of a share, in whole blocks: who watches the line learns no change by a size or a 304."""
        receipts = await self._owners.receipts(request.match_info["share_id"], request.headers)
        return web.Response(body=receipts.to_body(), content_type="application/json")


async def _envelope(request: web.Request) -> bytes:
    """Return the whole body, or one byte more than any message has."""
    check_not_encoded(request.headers)
    envelope = await request.content.read(MESSAGE_SIZE_MAX_BYTES + 1)
    while len(envelope) <= MESSAGE_SIZE_MAX_BYTES and not request.content.at_eof():
        envelope += await request.content.read(MESSAGE_SIZE_MAX_BYTES + 1 - len(envelope))
    return envelope
