"""A hub, or a recorder in the house, that goes on when nothing was asked, or begins no answer: nobody listens."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientError, ClientSession

from custom_components.milton_share.cameras.links.sessions import Judged, peer_session
from custom_components.milton_share.hub_link.client import HubClient
from custom_components.milton_share.hub_link.session import hub_session
from tests.simulators.certificates import self_signed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from homeassistant.core import HomeAssistant

GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"  # it promises to keep the connection
UNASKED = b"HTTP/1.1 204 No Content\r\n\r\n" * 2_000
LINES = b"X: a\r\n" * 10_000
ENDLESS = {
    "head": b"HTTP/1.1 200 OK\r\n",
    "trailer": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n",
}
SOON_S = 5.0  # a connection that is kept is given up after fifteen
TAKEN_MAX_BYTES = 8 * 2**20  # what the buffers of both sides hold; a line that is listened to takes it in a second


@dataclass(slots=True)
class Flooding:
    """Answers once as it is asked, then goes on unasked, as fast as it is taken."""

    answer: bytes = GOOD
    unasked: bytes = UNASKED
    url: str = ""
    heads: list[bytes] = field(default_factory=list)
    taken_bytes: int = 0
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer, and pour until the other side has hung up."""
        self.heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(self.answer)
        try:
            while self.taken_bytes <= TAKEN_MAX_BYTES:
                await asyncio.sleep(0.01)  # the answer is read first
                writer.write(self.unasked)
                await writer.drain()
                self.taken_bytes += len(self.unasked)
        except ConnectionError:
            self.ended.set()
        writer.transport.abort()


@pytest.fixture
def own_certificate(tmp_path: Path) -> ssl.SSLContext:
    """Return the TLS of a recorder, as their makers deliver it."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*self_signed(tmp_path, "127.0.0.1"))
    return context


@asynccontextmanager
async def flooding(
    tls: ssl.SSLContext | None = None, *, answer: bytes = GOOD, unasked: bytes = UNASKED
) -> AsyncIterator[Flooding]:
    """Serve it."""
    one = Flooding(answer=answer, unasked=unasked)
    server = await asyncio.start_server(one.meet, "127.0.0.1", 0, ssl=tls)
    one.url = f"http{'s' if tls else ''}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield one


async def is_hung_up_on(one: Flooding) -> None:
    """Wait until nobody listens any more; the other side was told so with the question."""
    async with asyncio.timeout(SOON_S):
        await one.ended.wait()
    assert one.taken_bytes <= TAKEN_MAX_BYTES
    assert all(b"\r\nConnection: close\r\n" in head for head in one.heads)


async def test_a_hub_that_answers_what_nobody_asked_is_hung_up_on(hass: HomeAssistant) -> None:
    """After a read of the feed, and after each piece of an upload."""
    for ask in ("get", "tus"):
        async with flooding() as hub:
            client = HubClient(hub_session(hass), hub.url, "token")
            if ask == "get":
                assert await client.get("/v1/feed", max_bytes=100) == (b"{}", None)
            else:
                await client.tus("PATCH", "/v1/uploads/1/clip", {"Upload-Offset": "0"}, b"piece")
            await is_hung_up_on(hub)


@pytest.mark.parametrize(("check_certificate", "over_tls"), [(True, False), (False, False), (False, True)])
async def test_a_recorder_that_answers_what_nobody_asked_is_hung_up_on(
    hass: HomeAssistant, own_certificate: ssl.SSLContext, *, check_certificate: bool, over_tls: bool
) -> None:
    """In the session that all of them are asked in, however their certificates are judged; over TLS, too."""
    session = peer_session(hass, Judged(check_certificate=check_certificate))
    assert isinstance(session, ClientSession)
    async with flooding(own_certificate if over_tls else None) as recorder:
        async with session.get(recorder.url) as answer:
            assert await answer.read() == b"{}"
        await is_hung_up_on(recorder)


@pytest.mark.parametrize("over_tls", [False, True])
@pytest.mark.parametrize("endless", ENDLESS)
async def test_a_head_or_a_trailer_without_an_end_is_hung_up_on(
    hass: HomeAssistant, own_certificate: ssl.SSLContext, endless: str, *, over_tls: bool
) -> None:
    """Each of its lines would be kept: Home Assistant's memory was full after some seconds."""
    session = peer_session(hass, Judged(check_certificate=False))
    tls = own_certificate if over_tls else None
    async with flooding(tls, answer=ENDLESS[endless], unasked=LINES) as recorder:
        with pytest.raises(ClientError):
            async with session.get(recorder.url) as answer:
                await answer.read()
        await is_hung_up_on(recorder)
