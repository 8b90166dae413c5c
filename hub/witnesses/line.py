"""Speak HTTP with witnesses: by kept connections, over checked TLS, to where the settings say and nowhere else.

Invariants: no redirect is followed; an answer is not unpacked, and read up to its bound; a name leads to no inner
address (:mod:`hub.kit.outgoing`); nothing of an answer is logged.
"""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp

from hub.kit.outgoing import CheckedResolver
from hub.witnesses.add_checkpoint import ANSWER_MAX_BYTES, Answer
from hub.witnesses.troubles import NotCosignedError, Trouble

if TYPE_CHECKING:
    import ssl
    from collections.abc import AsyncIterator

    from aiohttp.abc import AbstractResolver

ASK_MAX_S = 5  # everything with one witness, its second and third try too: one that is well takes a fraction of this
KEPT_S = 4  # an idle connection; witnesses close theirs after some seconds, and one that just closes loses the call
_HEADERS = {"Content-Type": "text/plain; charset=utf-8", "Accept-Encoding": "identity"}


class Line:
    """The connections of one hub."""

    def __init__(self, *, resolver: AbstractResolver | None = None, tls: ssl.SSLContext | None = None) -> None:
        """Know names by ``resolver`` (or the system), and the authorities of ``tls`` (or the system's)."""
        self._resolver = resolver
        self._tls = tls
        self._session: aiohttp.ClientSession | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep connections until the block ends."""
        connector = aiohttp.TCPConnector(
            resolver=CheckedResolver(self._resolver),
            ssl=True if self._tls is None else self._tls,
            keepalive_timeout=KEPT_S,
        )
        async with aiohttp.ClientSession(
            connector=connector,
            timeout=aiohttp.ClientTimeout(total=ASK_MAX_S),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            headers=_HEADERS,
        ) as session:
            self._session = session
            try:
                yield
            finally:
                self._session = None

    async def post(self, url: str, body: bytes) -> Answer:
        """Post; a kept connection that was closed meanwhile is made anew once. Raises NotCosignedError."""
        try:
            try:
                return await self._post(url, body)
            except (aiohttp.ServerDisconnectedError, ConnectionResetError):
                return await self._post(url, body)
        except aiohttp.ClientConnectorCertificateError as error:
            raise NotCosignedError(Trouble.CERTIFICATE) from error
        except TimeoutError as error:
            raise NotCosignedError(Trouble.SLOW) from error
        except (aiohttp.ClientResponseError, aiohttp.ClientPayloadError, ValueError) as error:
            raise NotCosignedError(Trouble.FOREIGN) from error
        except (aiohttp.ClientError, OSError) as error:
            raise NotCosignedError(Trouble.AWAY) from error

    async def _post(self, url: str, body: bytes) -> Answer:
        if self._session is None:
            raise NotCosignedError(Trouble.AWAY)
        async with self._session.post(url, data=body, allow_redirects=False) as answer:
            content = bytearray()
            async for piece in answer.content.iter_chunked(4_096):
                content += piece
                if len(content) > ANSWER_MAX_BYTES:
                    raise NotCosignedError(Trouble.FOREIGN)
            return Answer(status=answer.status, content_type=answer.content_type, body=bytes(content))
