"""Bounded HTTP to one recorder on the home network; follows no redirects.

Invariants: only addresses in the home's network are asked; redirects are not followed; an answer has the kind that was
asked for, comes unpacked, and its time is bounded; whatever happens on the way is a rule.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from http import HTTPStatus
from http.cookies import CookieError
from typing import TYPE_CHECKING

import aiohttp

from ..errors import CopyError, CopyRule, HungUpError
from .download import CHUNK_BYTES
from .nearby import require_nearby

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping

    from yarl import URL

CONNECT_S, READ_S = 10.0, 20.0
REST_S = 20.0
"""A recorder that didn't answer isn't asked again for so long: others must not wait for it each time."""
NEARBY_S = 90.0
"""How long a recorder that was in the home's network is taken to be there: it is looked at more often than that."""
UNAUTHORIZED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


class Line:
    """The HTTP connection to one recorder."""

    def __init__(
        self, session: aiohttp.ClientSession, rest_s: float | None = None, read_s: float | None = None
    ) -> None:
        """Take a session without decompression or cookies; `read_s`: the read timeout."""
        self._read_s = read_s
        self._session, self._rest_s = session, rest_s if rest_s is not None else REST_S
        self._ask_again_at_s = 0.0
        self._nearby_until_s = 0.0

    def rest(self) -> None:
        """Send nothing for a moment."""
        self._ask_again_at_s = time.monotonic() + self._rest_s

    def wake(self) -> None:
        """End the pause, to find out whether the recorder is down or only one request failed."""
        self._ask_again_at_s = 0.0

    @asynccontextmanager
    async def answer(
        self, ask: Callable[[], Awaitable[aiohttp.ClientResponse]], kinds: Collection[str], total_s: float
    ) -> AsyncIterator[aiohttp.ClientResponse]:
        """Yield a response of the right content type; every failure becomes a rule."""
        if time.monotonic() < self._ask_again_at_s:
            raise CopyError(CopyRule.AWAY, "a moment ago")
        try:
            async with asyncio.timeout(total_s):
                answer = await ask()
                async with answer:
                    _check(answer, kinds)
                    yield answer
        except aiohttp.ServerDisconnectedError as error:  # at once: nobody waits for it, so it isn't left alone
            raise HungUpError(CopyRule.AWAY, type(error).__name__) from error
        except (aiohttp.ClientPayloadError, aiohttp.InvalidURL) as error:
            raise CopyError(CopyRule.WRONG_ANSWER, type(error).__name__) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            self.rest()
            raise CopyError(CopyRule.AWAY, type(error).__name__) from error
        except (CookieError, ValueError) as error:  # a cookie with a line's end, a login in the address and another
            raise CopyError(CopyRule.WRONG_ANSWER, type(error).__name__) from error

    async def send(
        self,
        method: str,
        url: URL,
        *,
        headers: Mapping[str, str],
        query: Mapping[str, str] | None = None,
        body: object = None,
    ) -> aiohttp.ClientResponse:
        """Send one request; raises aiohttp's errors, or CopyError `source_away` for an address outside the home."""
        await self._require_nearby(url)
        return await self._session.request(
            method,
            url,
            params=query,
            json=body,
            headers={"Accept-Encoding": "identity", **headers},
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_S, sock_read=self._read_s or READ_S),
        )

    async def _require_nearby(self, url: URL) -> None:
        if time.monotonic() >= self._nearby_until_s:
            await require_nearby(url.host or "", url.port or 0)
            self._nearby_until_s = time.monotonic() + NEARBY_S


async def read(answer: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    """Read a body up to its bound; raises CopyError `source_answer`."""
    body = bytearray()
    async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
        body += chunk
        if len(body) > max_bytes:
            raise CopyError(CopyRule.WRONG_ANSWER, "an answer that is too long")
    return bytes(body)


def is_away(answer: aiohttp.ClientResponse) -> bool:
    """Whether it can't answer right now: it is starting, or got too many requests."""
    return answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status == HTTPStatus.TOO_MANY_REQUESTS


def _check(answer: aiohttp.ClientResponse, kinds: Collection[str]) -> None:
    if answer.status in UNAUTHORIZED:
        raise CopyError(CopyRule.LOGIN_REFUSED)
    if answer.status == HTTPStatus.NOT_FOUND:
        raise CopyError(CopyRule.RECORDING_GONE)
    if is_away(answer):
        raise CopyError(CopyRule.AWAY, f"status {answer.status}")
    if answer.status != HTTPStatus.OK:
        raise CopyError(CopyRule.WRONG_ANSWER, f"status {answer.status}")
    kind = answer.headers.get("Content-Type", "").partition(";")[0]  # of what stands behind it aiohttp fails at some
    if kind.strip().lower() not in kinds or answer.headers.get("Content-Encoding", "identity") != "identity":
        raise CopyError(CopyRule.WRONG_ANSWER, "another kind of answer")
