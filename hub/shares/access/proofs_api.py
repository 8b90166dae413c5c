"""The route by which an officer's browser gets what it checks a share's request by."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aiohttp import web

from hub.publiclog.api import size_asked
from hub.shares import routes
from hub.web.actor import actor_of
from milton_protocol.base64_text import b64, standard_base64

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler

    from hub.shares.access.proofs import FollowedLog, Proofs, Proving
    from hub.shares.record.anchors import Anchor
    from hub.web.routing import Route
    from milton_protocol.canonical import JsonValue


class ProofsApi:
    """The handler over the service."""

    def __init__(self, proving: Proving) -> None:
        """Keep what the handler needs."""
        self._proving = proving

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers the route of the officers' application."""
        return {routes.PROOFS: self.get_proofs}

    async def get_proofs(self, request: web.Request) -> web.Response:
        """``GET /api/shares/{id}/proofs?known=N``: what the request of a share was asked, signed and logged by.

        ``{"root_public_key": b64, "city_record", "directory": envelopes in base64, "assertions": as in a bundle,
        "log_proof": text, "home_keys": b64 of 32 bytes each, one after the other, "followed": {"city_record", "live":
        envelopes in base64, "of_proof", "of_known": lists of hashes in base64} or null, "anchor": {"receipt": envelope
        in base64, "day": {"content": base64, "digests": b64 of 32 bytes each, sorted, "index": integer, "hashes": list
        of hashes in base64} or null} or null}``. ``N`` is the log's size that the browser knows, 0 if it knows none.
        """
        known_size = size_asked(request, "known") if "known" in request.query else 0
        proofs = await self._proving.of(actor_of(request), request.match_info["share_id"], known_size)
        return web.json_response(_value(proofs))


def _value(proofs: Proofs) -> dict[str, JsonValue]:
    return {
        "root_public_key": b64(proofs.root_public_key),
        "city_record": standard_base64(proofs.city_record),
        "directory": standard_base64(proofs.directory),
        "assertions": [json.loads(each) for each in proofs.assertions],
        "log_proof": proofs.log_proof,
        "home_keys": b64(b"".join(proofs.home_keys)),
        "followed": None if proofs.followed is None else _followed(proofs.followed),
        "anchor": None if proofs.anchor is None else _anchor(proofs.anchor),
    }


def _followed(followed: FollowedLog) -> dict[str, JsonValue]:
    return {
        "city_record": standard_base64(followed.city_record),
        "live": standard_base64(followed.live),
        "of_proof": [standard_base64(each) for each in followed.of_proof],
        "of_known": [standard_base64(each) for each in followed.of_known],
    }


def _anchor(anchor: Anchor) -> dict[str, JsonValue]:
    day = anchor.day
    sealed: JsonValue = None
    if day is not None:
        sealed = {
            "content": standard_base64(day.content),
            "digests": b64(bytes.fromhex("".join(day.digests))),
            "index": day.index,
            "hashes": [standard_base64(each) for each in day.hashes],
        }
    return {"receipt": standard_base64(anchor.receipt), "day": sealed}
