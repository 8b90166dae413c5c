"""The hub's HTTP side, in the protocol's words; every answer is bounded before it is read."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from http import HTTPStatus
from io import BytesIO
from typing import TYPE_CHECKING

from aiohttp import ClientError, ClientSession, ClientTimeout, hdrs
from yarl import URL

from ..shared.milton_protocol import canonical
from ..shared.milton_protocol.errors import ProtocolError
from ..shared.milton_protocol.messages.shares.share_key import HEADER as SHARE_KEY_HEADER

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping

    from aiohttp import ClientResponse
    from aiohttp.typedefs import Query

_TIMEOUT = ClientTimeout(total=60, sock_connect=10)
_ERROR_SIZE_MAX_BYTES = 4_096  # a rule and one sentence
STALL_S = 120.0  # a line that takes no 64 KiB in this time, or a hub that says nothing for so long, is given up
_PIECE_TIMEOUT = ClientTimeout(total=None, sock_connect=10)  # bounded by progress, not by time: lines up are slow
_RULE_CHARS_MAX = 64


class HubAwayError(Exception):
    """The hub could not be reached, or did not answer as a hub does."""


class HubRefusedError(Exception):
    """The hub said no, by the name of a rule; or a box on the way did, then the rule is only the status.

    What is final hangs on the rule, never on the status alone: a proxy's 401, 404 or 410 speaks for no hub.
    """

    def __init__(self, status: int, rule: str) -> None:
        """Keep the status and the rule."""
        super().__init__(f"{status} {rule}")
        self.status = status
        self.rule = rule

    @property
    def is_hubs_word(self) -> bool:
        """Whether the answer named a rule, as a hub's does."""
        return self.rule != _rule_of_status(self.status)


class HubClient:
    """One hub at one address; with a home's token once it is enrolled."""

    def __init__(
        self, session: ClientSession, home_url: str, token: str | None = None, *, share_key: str | None = None
    ) -> None:
        """Use Home Assistant's own session, so its certificates are checked as everywhere else."""
        self._session = session
        self._token = token
        self._base = URL(home_url)
        self._headers: dict[str, str] = {
            hdrs.ACCEPT_ENCODING: "identity"
        }  # a bound on bytes is one on what they unpack to
        if token:
            self._headers[hdrs.AUTHORIZATION] = f"Bearer {token}"
        if share_key:
            self._headers[SHARE_KEY_HEADER] = share_key

    def showing(self, share_key: str) -> HubClient:
        """Return the same hub as it is asked about one share, by the key that only the home that made it has."""
        return HubClient(self._session, str(self._base), self._token, share_key=share_key)

    async def get(
        self, path: str, *, max_bytes: int, query: Query = None, etag: str | None = None
    ) -> tuple[bytes | None, str | None]:
        """Return the body and its ETag; the body is None when it is what ``etag`` names."""
        headers = {"If-None-Match": etag} if etag else {}
        async with self._request("GET", path, query=query, headers=headers) as response:
            if response.status == HTTPStatus.NOT_MODIFIED:
                return None, etag
            return await read_bounded(response, max_bytes), response.headers.get("ETag")

    async def post(self, path: str, body: bytes, *, max_bytes: int, accept: tuple[int, ...] = (200, 201)) -> bytes:
        """Send a message and return the answer's body."""
        headers = {"Content-Type": "application/json"}
        async with self._request("POST", path, data=body, headers=headers) as response:
            if response.status not in accept:
                raise HubAwayError
            return await read_bounded(response, max_bytes)

    async def delete(self, path: str, *, max_bytes: int) -> bytes:
        """Delete a resource and return the answer's body."""
        async with self._request("DELETE", path) as response:
            return await read_bounded(response, max_bytes)

    async def tus(
        self, method: str, path: str, headers: Mapping[str, str], data: bytes | None = None
    ) -> Mapping[str, str]:
        """Speak one step of a resumable upload and return the answer's headers."""
        sent = {"Tus-Resumable": "1.0.0", **headers}
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(STALL_S) as stall:
                body = None if data is None else _Watched(data, lambda: stall.reschedule(loop.time() + STALL_S))
                async with self._request(method, path, data=body, headers=sent, limits=_PIECE_TIMEOUT) as response:
                    return response.headers.copy()
        except TimeoutError as error:
            raise HubAwayError from error

    @asynccontextmanager
    async def _request(  # noqa: PLR0913  a request has these parts
        self,
        method: str,
        path: str,
        *,
        query: Query = None,
        data: bytes | BytesIO | None = None,
        headers: Mapping[str, str] | None = None,
        limits: ClientTimeout | None = None,
    ) -> AsyncGenerator[ClientResponse]:
        url = self._base.join(URL(path, encoded=True))
        if url.origin() != self._base.origin():
            raise HubAwayError  # an answer pointed elsewhere; the token stays with this hub
        sent = {**self._headers, **(headers or {})}
        try:
            async with self._session.request(
                method, url, params=query, data=data, headers=sent, timeout=limits or _TIMEOUT, allow_redirects=False
            ) as response:
                if hdrs.CONTENT_ENCODING in response.headers:
                    raise HubAwayError  # compressed, though nobody asked for that
                if response.status >= HTTPStatus.BAD_REQUEST:
                    raise HubRefusedError(response.status, await _rule_of(response))
                if response.status >= HTTPStatus.MULTIPLE_CHOICES and response.status != HTTPStatus.NOT_MODIFIED:
                    raise HubAwayError  # a redirect: the token goes to this hub and nowhere else
                yield response
        except (ClientError, TimeoutError, OSError) as error:
            raise HubAwayError from error


class _Watched(BytesIO):
    """A body that is read in slices (4 MiB at once would hold up Home Assistant's loop), and tells of each."""

    def __init__(self, data: bytes, on_read: Callable[[], None]) -> None:
        super().__init__(data)
        self._on_read = on_read

    def read(self, size: int | None = -1, /) -> bytes:
        self._on_read()
        return super().read(size)


async def read_bounded(response: ClientResponse, max_bytes: int) -> bytes:
    """Return the body; raise `HubAwayError` when it is longer than what such an answer can be."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > max_bytes:
            raise HubAwayError
    return bytes(body)


async def _rule_of(response: ClientResponse) -> str:
    """Return the rule that an error names, in whatever form of JSON, or a word for its status."""
    try:
        error = json.loads(await read_bounded(response, _ERROR_SIZE_MAX_BYTES))
    except (ValueError, RecursionError, HubAwayError):
        error = None
    rule = error.get("error") if isinstance(error, dict) else None
    if isinstance(rule, str) and rule.isascii() and rule.isidentifier() and len(rule) <= _RULE_CHARS_MAX:
        return rule
    return _rule_of_status(response.status)


def _rule_of_status(status: int) -> str:
    return f"http_{status}"


def require_word(body: bytes, word: str) -> None:
    """Raise `HubAwayError` unless an answer is ``{word: true}``: a page that says 200 to everything is no hub."""
    try:
        answer = canonical.decode(body)
    except ProtocolError as error:
        raise HubAwayError from error
    if answer != {word: True}:
        raise HubAwayError
