"""Have every refusal at the officers' door written down (:mod:`hub.audit.denials`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.audit.watched import Attempt
from hub.db.faults import fault_of, note
from hub.identity.sessions.guard import ENDED
from hub.kit.access import Actor
from hub.kit.errors import HubError
from hub.web.actor import ACTOR
from hub.web.routing import RouteAccess, route_of
from milton_protocol.errors import ProtocolError, Rule

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from aiohttp.typedefs import Handler, Middleware

    from hub.audit.denials import Denials

NOBODY = Actor(id="nobody", roles=frozenset())
# Not signed in, not allowed, nothing of theirs under this id, too much of it.
STATUS = frozenset({401, 403, 404, 429})
# Answered 400: a passkey's answer or a signature that is wrong, replayed, or somebody else's.
RULES = frozenset(
    {
        "ceremony_unknown",
        "passkey_refused",
        "passkey_unknown",
        Rule.OFFICER_UNKNOWN,
        Rule.OFFICER_ROLE_MISSING,
        Rule.OFFICER_ASSERTION_MISSING,
        Rule.APPROVER_UNKNOWN,
        Rule.APPROVER_ROLE_MISSING,
        Rule.APPROVER_IS_OFFICER,
        Rule.REVOKED,
        Rule.CREDENTIAL_UNKNOWN,
        Rule.SIGNER_DIFFERS,
        Rule.CLIENT_DATA_WRONG,
        Rule.CLIENT_DATA_CROSS_ORIGIN,
        Rule.RP_ID_WRONG,
        Rule.USER_NOT_PRESENT,
        Rule.USER_NOT_VERIFIED,
        Rule.FLAGS_FORBIDDEN,
        Rule.NOT_DEVICE_BOUND,
        Rule.SIGNATURE_WRONG,
        Rule.SIGNATURE_NOT_DER,
        Rule.KEY_WRONG,
    }
)
# The ordinary first step of an act for which the page then asks for the passkey.
NO_DENIAL = frozenset({"fresh_needed"})


def noted(denials: Denials, clock: Callable[[], datetime]) -> Middleware:
    """Return the middleware that notes what the guard and the handlers behind it refuse."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except (HubError, ProtocolError, web.HTTPSeeOther) as error:
            rule = _rule_of(request, error)
            if rule is not None:
                await _note(denials, request, rule, clock())
            raise

    return middleware


def _rule_of(request: web.Request, error: HubError | ProtocolError | web.HTTPSeeOther) -> str | None:
    """Return the rule of a denial, None for what is none."""
    if isinstance(error, web.HTTPSeeOther):  # a page: to where one signs in
        return "not_signed_in" if ENDED in request else None
    if isinstance(error, HubError) and error.status in STATUS:
        return None if error.rule in NO_DENIAL else error.rule
    return error.rule if error.rule in RULES else None


async def _note(denials: Denials, request: web.Request, rule: str, at: datetime) -> None:
    """Note it; a disk that takes nothing keeps nobody from being refused."""
    attempt = _attempt(request, rule)
    try:
        await denials.note(attempt, at)
    except Exception as error:
        fault = fault_of(error)
        if fault is None:
            raise
        note(fault, error, "A refusal is not written down")


def _attempt(request: web.Request, rule: str) -> Attempt:
    entry, resource = route_of(request), request.match_info.route.resource
    who = request.get(ACTOR) or request.get(ENDED)
    if who is None or (entry is not None and entry.opens is RouteAccess.OPEN):  # an open route is nobody's act
        who = NOBODY
    return Attempt(
        rule=rule,
        route="-" if resource is None else f"{request.method} {resource.canonical}",
        person_id=who.person_id or "",
        device=who.device,
    )
