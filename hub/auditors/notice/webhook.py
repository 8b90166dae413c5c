"""Hand a notice to the city's own address over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp

from hub.auditors.notice.errors import NotToldError
from hub.kit.outgoing import CheckedResolver

if TYPE_CHECKING:
    from aiohttp.abc import AbstractResolver

    from hub.auditors.notice.notice import OversightNotice

TIMEOUT_S = 20
TAKEN = range(200, 300)


class Webhook:
    """A POST of the envelope (``application/json``); whoever answers 2xx has it. No redirect is followed."""

    name = "webhook"

    def __init__(self, url: str, *, resolver: AbstractResolver | None = None) -> None:
        """Post to ``url``, whose name ``resolver`` (or the system) knows."""
        self._url = url
        self._resolver = resolver

    async def tell(self, notice: OversightNotice) -> None:
        """Hand ``notice`` over; raise NotToldError."""
        connector = aiohttp.TCPConnector(resolver=CheckedResolver(self._resolver), force_close=True)
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        jar = aiohttp.DummyCookieJar()
        headers = {"Content-Type": "application/json"}
        try:
            async with (
                aiohttp.ClientSession(connector=connector, timeout=timeout, cookie_jar=jar) as session,
                session.post(self._url, data=notice.envelope, headers=headers, allow_redirects=False) as answer,
            ):
                if answer.status not in TAKEN:  # what else it says is not read
                    raise NotToldError(str(answer.status))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise NotToldError(type(error).__name__) from error
