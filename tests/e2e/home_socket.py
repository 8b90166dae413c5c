"""A real Home Assistant's WebSocket API."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self

from .processes import StepError

if TYPE_CHECKING:
    import aiohttp


class Socket:
    """Home Assistant's WebSocket API, as its frontend speaks it."""

    def __init__(self, session: aiohttp.ClientSession, url: str, token: str) -> None:
        """Name the peer; the connection is made on entering."""
        self._http, self._url, self._token = session, url, token
        self._next = 0
        self._events: list[dict[str, Any]] = []

    async def __aenter__(self) -> Self:
        """Connect and authenticate."""
        self._ws = await self._http.ws_connect(f"{self._url}/api/websocket", max_msg_size=0)
        await self._ws.receive_json()
        await self._ws.send_json({"type": "auth", "access_token": self._token})
        answer = await self._ws.receive_json()
        if answer["type"] != "auth_ok":
            message = f"the WebSocket refused the owner: {answer}"
            raise StepError(message)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connection."""
        await self._ws.close()

    async def command(self, kind: str, **fields: Any) -> Any:  # noqa: ANN401  a peer's JSON
        """Send a command and return its result; raise StepError with the error's code."""
        self._next += 1
        number = self._next
        await self._ws.send_json({"id": number, "type": kind, **fields})
        async with asyncio.timeout(120):
            while True:
                answer = await self._ws.receive_json()
                if answer["type"] == "event":
                    self._events.append(dict(answer["event"]))
                if answer.get("id") != number or answer["type"] != "result":
                    continue
                if not answer["success"]:
                    message = f"{kind}: {answer['error']}"
                    raise StepError(message)
                return answer["result"]

    async def first_event(self, kind: str) -> dict[str, Any]:
        """Subscribe, and return the first event that comes."""
        await self.command(kind)
        if self._events:
            return self._events[0]
        async with asyncio.timeout(30):
            while True:
                answer = await self._ws.receive_json()
                if answer["type"] == "event":
                    return dict(answer["event"])
