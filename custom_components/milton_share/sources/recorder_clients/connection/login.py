"""A login at a recorder by name and password, for a token that comes as a cookie.

Invariants: name and password go to the one address of the login, the token to who asked for it; neither is in any
error. After a refused login none is tried for a while.
"""

from __future__ import annotations

import time
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

from ..errors import CopyError, CopyRule
from .line import UNAUTHORIZED, is_away

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    import aiohttp
    from yarl import URL

    from .line import Line

LOGIN_PAUSE_S = 900.0
"""After a refused login it isn't tried again for so long: recorders count failures, and lock people out."""


class Login:
    """The login at one recorder, and the token that it gave last."""

    def __init__(
        self,
        line: Line,
        url: Callable[[], URL],
        words: Mapping[str, object],
        token_in: Callable[[SimpleCookie], str | None],
        also_refused: HTTPStatus | int,
    ) -> None:
        """Prepare the login. ``words``: name and password under the recorder's field names."""
        self._line, self._url, self._words, self._token_in = line, url, words, token_in
        self._refused = (*UNAUTHORIZED, also_refused)
        self._token: str | None = None
        self._again_at_s = 0.0

    async def sent(self, send: Callable[[str], Awaitable[aiohttp.ClientResponse]]) -> aiohttp.ClientResponse:
        """Send a request with the token; when it is no longer accepted, once more with a new one."""
        answer = await send(self._token or await self._new())
        if answer.status in UNAUTHORIZED:
            answer.release()
            answer = await send(await self._new())
        return answer

    async def _new(self) -> str:
        self._token = None
        if time.monotonic() < self._again_at_s:
            raise CopyError(CopyRule.LOGIN_REFUSED)
        async with await self._line.send("POST", self._url(), headers={}, body=self._words) as answer:
            if answer.status in self._refused:
                self._again_at_s = time.monotonic() + LOGIN_PAUSE_S
                raise CopyError(CopyRule.LOGIN_REFUSED)
            if is_away(answer):
                self._line.rest()
                raise CopyError(CopyRule.AWAY, f"status {answer.status}")
            token = self._read(answer.headers.getall("Set-Cookie", []))
            if answer.status != HTTPStatus.OK or token is None:
                raise CopyError(CopyRule.WRONG_ANSWER, "a login without a token")
            self._token = token
            return token

    def _read(self, cookies: list[str]) -> str | None:
        for text in cookies:
            try:
                token = self._token_in(SimpleCookie(text))
            except CookieError:
                continue
            if token:
                return token
        return None
