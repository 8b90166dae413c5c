"""How one application is served: with patience, and without a word of what serves it.

Invariants: no answer tells a library or a version, by which a hole would be looked for; what is no HTTP, what expects
more of an answer than its beginning, and a bug are answered in the one form of a refusal, with nothing of what was sent
and nothing of the hub's inside.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from hub.web.errors import error_response
from hub.web.headers import PLAIN
from hub.web.server.patience import PatientRunner

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from aiohttp.web_request import BaseRequest

CONTINUE = "100-continue"  # all that HTTP lets a client expect (RFC 9110 section 10.1.1)
NAME = "milton-hub"  # every answer has a name; this one says what anybody knows who asks here


async def say_name(_request: web.Request, response: web.StreamResponse) -> None:
    """Put the hub's name in the place of the library's (``on_response_prepare``)."""
    response.headers[hdrs.SERVER] = NAME


class NamelessRunner(PatientRunner):
    """Runs an application; what never reaches it is answered by :class:`_Connection`."""

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(_expecting_no_more(made.request_handler), request_factory=made.request_factory, **self._kwargs)


class _Server(web.Server):
    """Makes the connections."""

    def __call__(self) -> web.RequestHandler:
        return _Connection(self, loop=self._loop, **self._kwargs)


class _Connection(web.RequestHandler):
    """Answers what is no HTTP (``bad_request``, 400) and what a bug left without an answer (500)."""

    __slots__ = ()

    def handle_error(
        self, request: BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        super().handle_error(request, status, exc, message)  # writes it down; raises when an answer has begun
        return _refusal(status)


def _expecting_no_more(
    handler: Callable[[BaseRequest], Awaitable[web.StreamResponse]],
) -> Callable[[BaseRequest], Awaitable[web.StreamResponse]]:
    """Refuse every other ``Expect`` (417) before the library does, which says it back to who sent it."""

    async def checked(request: BaseRequest) -> web.StreamResponse:
        if request.headers.get(hdrs.EXPECT, CONTINUE).lower() != CONTINUE:
            return _refusal(HTTPStatus.EXPECTATION_FAILED)
        return await handler(request)

    return checked


def _refusal(status: int) -> web.Response:
    phrase = HTTPStatus(status).phrase
    headers = {**PLAIN, hdrs.SERVER: NAME, hdrs.CACHE_CONTROL: "no-store"}
    answer = error_response(phrase.lower().replace(" ", "_"), status, f"{phrase}.", headers)
    answer.force_close()
    return answer
