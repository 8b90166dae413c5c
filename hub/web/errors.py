"""How a refusal or a failure is answered: the one JSON form of an error (protocol section 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from hub.db.faults import RETRY_AFTER_S, fault_of, note
from hub.kit.errors import HubError
from milton_protocol.errors import ProtocolError, Rule
from milton_protocol.limits import ERROR_MESSAGE_MAX_CHARS
from milton_protocol.messages.homes.answers import ErrorAnswer
from milton_protocol.translog.rules import LogRule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler

# Every other broken rule of a message is a 400 (protocol section 12).
_STATUS: Mapping[str, int] = {
    Rule.MESSAGE_TOO_LONG: web.HTTPRequestEntityTooLarge.status_code,
    LogRule.TILE_UNKNOWN: web.HTTPNotFound.status_code,
}


BEGUN: web.RequestKey[bool] = web.RequestKey("begun", bool)


def error_response(rule: str, status: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    """Return the one JSON form of an error (protocol section 12)."""
    body = ErrorAnswer(error=rule, message=message[:ERROR_MESSAGE_MAX_CHARS]).to_bytes()
    return web.Response(body=body, status=status, headers=headers, content_type="application/json")


@web.middleware
async def translate_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn HubError, ProtocolError, faults and aiohttp's own refusals into the JSON form.

    Bugs stay bugs (500, logged); an answer that has begun is cut off, never followed by another. Who went away before
    their answer is no event.
    """
    try:
        return await handler(request)
    except Exception as error:
        if isinstance(error, ConnectionError) and _is_gone(request):
            return web.Response()  # which nobody gets
        answer = None if BEGUN in request else _answer(error, request)
        if answer is None:
            raise
        return answer


def _is_gone(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _answer(error: Exception, request: web.Request) -> web.Response | None:
    """Return the answer to what a handler raised, None for a bug and for what is an answer itself."""
    if isinstance(error, HubError):
        return error_response(error.rule, error.status, error.message, error.headers)
    if isinstance(error, ProtocolError):
        status = _STATUS.get(error.rule, web.HTTPBadRequest.status_code)
        return error_response(error.rule, status, f"The message breaks the rule {error.rule}.")
    if isinstance(error, web.HTTPException):
        if error.status < web.HTTPBadRequest.status_code:
            return None
        rule = (error.reason or "refused").lower().replace(" ", "_")
        return error_response(rule, error.status, f"{error.reason}.", _kept_headers(error))
    refusal = refusal_of(error, request)
    return None if refusal is None else _answer(refusal, request)


def refusal_of(error: Exception, request: web.Request) -> HubError | None:
    """Return the refusal that a failure of disk, database or store ends in, and log it; None for a bug."""
    fault = fault_of(error)
    if fault is None:
        return None
    route = request.match_info.route.resource
    note(fault, error, f"{request.method} {'-' if route is None else route.canonical}")
    return HubError(fault.rule, fault.status, fault.message, headers={"Retry-After": str(RETRY_AFTER_S)})


async def note_begun(request: web.Request, _response: web.StreamResponse) -> None:
    """Remember that the answer has begun (``on_response_prepare``)."""
    request[BEGUN] = True


def _kept_headers(error: web.HTTPException) -> dict[str, str]:
    """Return the headers of aiohttp's refusal that carry meaning (405 names the methods it takes)."""
    return {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
