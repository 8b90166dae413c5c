"""The route by which an officer's browser gets what it checks a share's request by."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aiohttp import web

from hub.accounts.guard import actor_of
from hub.custody import doors
from milton_protocol.base64_text import b64, standard_base64

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler

    from hub.custody.proofs import Proofs, Proving
    from hub.doors import Entry
    from milton_protocol.canonical import JsonValue


class ProofsApi:
    """The handler over the service."""

    def __init__(self, proving: Proving) -> None:
        """Keep what the handler needs."""
        self._proving = proving

    def handlers(self) -> Mapping[Entry, Handler]:
        """Return what answers the route of the officers' application."""
        return {doors.PROOFS: self.get_proofs}

    async def get_proofs(self, request: web.Request) -> web.Response:
        """``GET /api/shares/{id}/proofs``: what the request of a share was asked, signed and logged by.

        ``{"root_public_key": b64, "city_record", "directory": envelopes in base64, "assertions": as in a bundle,
        "log_proof": text, "home_keys": b64 of 32 bytes each, one after the other}``.
        """
        proofs = await self._proving.of(actor_of(request), request.match_info["share_id"])
        return web.json_response(_value(proofs))


def _value(proofs: Proofs) -> dict[str, JsonValue]:
    return {
        "root_public_key": b64(proofs.root_public_key),
        "city_record": standard_base64(proofs.city_record),
        "directory": standard_base64(proofs.directory),
        "assertions": [json.loads(each) for each in proofs.assertions],
        "log_proof": proofs.log_proof,
        "home_keys": b64(b"".join(proofs.home_keys)),
    }
