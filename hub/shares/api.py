"""Routes of custody for officers: they look at shares, and custodians accept them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from hub.identity.sessions.guard import still_signed_in
from hub.shares import routes
from hub.shares.record.rules import ACCEPT_AFTER, has_ended
from hub.shares.record.story import added_headers, story_of
from hub.web.actor import actor_of
from hub.web.bodies import read_object, read_reason
from milton_protocol.base64_text import b64
from milton_protocol.messages.shares.share import PartName, share_sha256
from milton_protocol.times import format_time, format_time_or_none

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler

    from hub.identity.sessions.service import Sessions
    from hub.kit.access import Actor
    from hub.shares.access.bodies import Bodies
    from hub.shares.access.reviewing import Looking
    from hub.shares.record.context import ShareView
    from hub.shares.record.custody import ReceiptRow
    from hub.shares.retention.accepting import Accepting
    from hub.web.context import Hub
    from hub.web.routing import Route
    from milton_protocol.canonical import JsonValue
    from milton_protocol.messages.shares.share import SealedPart


class CustodyApi:
    """Handlers over the service."""

    def __init__(self, hub: Hub, sessions: Sessions, looking: Looking, accepting: Accepting, bodies: Bodies) -> None:
        """Keep what the handlers need."""
        self._database = hub.database
        self._clock = hub.clock
        self._sessions = sessions
        self._looking = looking
        self._accepting = accepting
        self._bodies = bodies

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route of the officers' application."""
        return {
            routes.LIST: self.list_shares,
            routes.READ: self.get_share,
            routes.BODY: self.get_body,
            routes.ACCEPT: self.accept,
        }

    async def list_shares(self, request: web.Request) -> web.Response:
        """``GET /api/shares?request=<id>``: the shares of one request, oldest first."""
        views = await self._looking.shares_of(actor_of(request), request.query.get("request", ""))
        return web.json_response({"shares": [_summary(view) for view in views]})

    async def get_share(self, request: web.Request) -> web.Response:
        """``GET /api/shares/{id}``: clear facts and receipts; until access ends, envelope and age headers.

        ``added_headers`` are those that a custodian made for this person.
        """
        view = await self._looking.share(actor_of(request), request.match_info["share_id"])
        return web.json_response(_details(view, actor_of(request)))

    async def get_body(self, request: web.Request) -> web.StreamResponse:
        """``GET`` (with Range) or ``HEAD`` of a sealed body; the first GET on a device is receipted to the owner."""
        actor, share_id = actor_of(request), request.match_info["share_id"]
        name = PartName(request.match_info["name"])
        part, is_receipted = await self._looking.check_watchable(actor, share_id, name)
        asked = await self._bodies.asked(request, share_id, part)
        if not (is_receipted or request.method == hdrs.METH_HEAD):
            await self._looking.watch(actor, share_id, name)

        async def still_may() -> None:
            async with self._database.reading() as session:
                now = await still_signed_in(self._sessions, session, request, self._clock())
            await self._looking.check_watchable(now, share_id, name)

        return await self._bodies.send(request, share_id, part, asked, still_may)

    async def accept(self, request: web.Request) -> web.Response:
        """``POST /api/shares/{id}/accept``, by a custodian; a body is ``{"home_key_revoked", "reason" or null}``."""
        revoked, reason = await _judged(request)
        view = await self._accepting.accept(
            actor_of(request), request.match_info["share_id"], home_key_revoked=revoked, reason=reason
        )
        return web.json_response(_details(view, actor_of(request)))


async def _judged(request: web.Request) -> tuple[bool, str | None]:
    """Return what the custodian found of the home's key, and why the share is accepted all the same."""
    if not await request.read():
        return False, None
    fields = await read_object(request)
    if not fields.names():
        return False, None
    revoked = fields.boolean("home_key_revoked")
    reason = fields.optional("reason", lambda _name: read_reason(fields))
    fields.done()
    return revoked, reason


def _summary(view: ShareView) -> dict[str, JsonValue]:
    row = view.row
    return {
        "share_id": row.share_id,
        "request_id": row.request_id,
        "state": row.state,
        "received_at": format_time_or_none(row.received_at),
        "opened_at": format_time_or_none(row.opened_at),
        "acceptable_at": format_time_or_none(None if row.received_at is None else row.received_at + ACCEPT_AFTER),
        "accepted_at": format_time_or_none(row.accepted_at),
        "withdrawn_at": format_time_or_none(row.withdrawn_at),
        "delete_after": format_time_or_none(row.delete_after),
        "delete_why": row.delete_why,
        "deleted_at": format_time_or_none(row.deleted_at),
        "declined_at": format_time_or_none(row.declined_at),
        "held_since": format_time_or_none(row.held_since),
        "sensitive_since": format_time_or_none(row.sensitive_since),
        "flagged_by": row.flagged_by,
        "parts": [_part(part) | ({} if has_ended(row) else {"header": b64(part.header)}) for part in view.facts.parts],
    }


def _part(part: SealedPart) -> dict[str, JsonValue]:
    return {"name": part.name.value, "body_sha256": part.body_sha256, "body_size_bytes": part.body_size_bytes}


def _details(view: ShareView, actor: Actor) -> dict[str, JsonValue]:
    details = _summary(view) | {
        "share_sha256": share_sha256(view.row.payload),
        "recipients_sha256": view.facts.recipients_sha256,
        "accept_reason": view.row.accept_reason,
        "receipts": [_receipt(row) for row in view.receipts],
        "added_headers": added_headers(view, actor),
        **story_of(view),
    }
    if not has_ended(view.row):
        details["envelope"] = base64.b64encode(view.row.envelope).decode()
    return details


def _receipt(row: ReceiptRow) -> JsonValue:
    return {
        "sequence": row.sequence,
        "event": row.event,
        "at": format_time(row.at),
        "badge": row.badge,
        "device": row.device,
        "envelope": base64.b64encode(row.envelope).decode(),
    }
