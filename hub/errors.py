"""What the hub refuses: a stable rule, an HTTP status, one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from milton_protocol.errors import ProtocolError, Rule
from milton_protocol.limits import ERROR_MESSAGE_MAX_CHARS
from milton_protocol.messages.answers import ErrorAnswer
from milton_protocol.translog.rules import LogRule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aiohttp.typedefs import Handler

# Every other broken rule of a message is a 400 (protocol section 12).
_STATUS: Mapping[str, int] = {
    Rule.MESSAGE_TOO_LONG: web.HTTPRequestEntityTooLarge.status_code,
    LogRule.TILE_UNKNOWN: web.HTTPNotFound.status_code,
}


class HubError(Exception):
    """A rule of the hub was broken; ``rule`` is stable, ``message`` is one sentence for a person."""

    def __init__(self, rule: str, status: int, message: str, *, headers: dict[str, str] | None = None) -> None:
        """Keep what :func:`translate_errors` needs to answer."""
        super().__init__(f"{rule}: {message}")
        self.rule = rule
        self.status = status
        self.message = message
        self.headers = headers or {}


def error_response(rule: str, status: int, message: str, headers: dict[str, str] | None = None) -> web.Response:
    """Return the one JSON form of an error (protocol section 12)."""
    body = ErrorAnswer(error=rule, message=message[:ERROR_MESSAGE_MAX_CHARS]).to_bytes()
    return web.Response(body=body, status=status, headers=headers, content_type="application/json")


@web.middleware
async def translate_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn HubError, ProtocolError and aiohttp's own refusals into the JSON form; bugs stay bugs (500, logged)."""
    try:
        return await handler(request)
    except HubError as error:
        return error_response(error.rule, error.status, error.message, error.headers)
    except ProtocolError as error:
        status = _STATUS.get(error.rule, web.HTTPBadRequest.status_code)
        return error_response(error.rule, status, f"The message breaks the rule {error.rule}.")
    except web.HTTPException as error:
        if error.status < web.HTTPBadRequest.status_code:
            raise
        rule = (error.reason or "refused").lower().replace(" ", "_")
        return error_response(rule, error.status, f"{error.reason}.", _kept_headers(error))


def _kept_headers(error: web.HTTPException) -> dict[str, str]:
    """Return the headers of aiohttp's refusal that carry meaning (405 names the methods it takes)."""
    return {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
