"""Who takes a sealed body so slowly that it outlasts their right to it: the rest of it is cut off."""

from __future__ import annotations

import asyncio
import secrets
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from hub.identity.sessions.guard import COOKIE
from hub.shares.access import bodies
from milton_protocol.base64_text import read_b64
from tests.hub.shares.desks import DONE, Custody
from tests.hub.shares.passing.outside import ASKED, RUTH, Link, make, say, view
from tests.simulators.hub_bench import running_hub

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from tests.simulators.hub_bench import HubBench

CLIP = bytes(14 * 2**20)  # more than the machine's own buffers hold of it
RECEIVED_BYTES = 64 * 2**10


@pytest.fixture
async def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[HubBench]:
    """Run a hub that looks again soon: the number only."""
    monkeypatch.setattr(bodies, "LOOK_EVERY_S", 0.05)
    async with running_hub(tmp_path) as started:
        yield started


@pytest.fixture
async def custody(bench: HubBench) -> Custody:
    """Send a share whose owner lets it be accepted."""
    sealed = bench.share(clip=CLIP)
    await bench.home.send(sealed, piece_bytes=2**19)
    return Custody(bench=bench, share=sealed)


async def taken(url: str, headers: dict[str, str], meanwhile: Callable[[], Awaitable[object]] | None) -> int:
    """Ask for a body, take a little, let ``meanwhile`` happen, then take all that still comes; return how much."""
    parts = urlsplit(url)
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVED_BYTES)
    line.settimeout(0)
    await asyncio.get_running_loop().sock_connect(line, (parts.hostname, parts.port))
    reader, writer = await asyncio.open_connection(sock=line, limit=RECEIVED_BYTES)
    head = "".join(f"{name}: {value}\r\n" for name, value in {"Host": parts.netloc, **headers}.items())
    writer.write(f"GET {parts.path} HTTP/1.1\r\n{head}Connection: close\r\n\r\n".encode())
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    count = len(await reader.read(1))
    if meanwhile is not None:
        await meanwhile()
        await asyncio.sleep(0.1)
    try:
        while piece := await reader.read(RECEIVED_BYTES):
            count += len(piece)
    except ConnectionError:
        pass
    writer.close()
    return count


def size_of(custody: Custody) -> int:
    """Return how many bytes the sealed clip has."""
    return len(custody.share.bodies["clip"])


async def officers_line(custody: Custody) -> tuple[str, dict[str, str]]:
    """Return where an officer fetches the clip, and with what."""
    cookies = await custody.bench.sign_in("officer")
    return f"{custody.bench.officers_url}{custody.path}/parts/clip/body", {"Cookie": f"{COOKIE}={cookies[COOKIE]}"}


async def test_who_may_go_on_gets_it_all_however_slowly(custody: Custody) -> None:
    """Being looked at again costs nothing of it."""
    assert await taken(*await officers_line(custody), None) == size_of(custody)

    async def nothing() -> None:
        await asyncio.sleep(0.3)

    assert await taken(*await officers_line(custody), nothing) == size_of(custody)


async def test_an_officer_gets_no_more_once_its_owner_took_it_back(custody: Custody) -> None:
    """Nor once it is flagged for custodians alone."""
    assert await taken(*await officers_line(custody), lambda: custody.act("custodian", "flag")) < size_of(custody)
    assert await custody.act("custodian", "unflag") == DONE
    assert await taken(*await officers_line(custody), custody.withdraw) < size_of(custody)


async def test_an_officer_gets_no_more_once_their_session_has_ended(custody: Custody) -> None:
    """Put out, or signed out elsewhere: the stream that is open is of the same session."""
    url, headers = await officers_line(custody)
    cookies = {COOKIE: headers["Cookie"].partition("=")[2]}
    signs_out = custody.bench.officer_asks
    assert await taken(url, headers, lambda: signs_out(cookies, "POST", "/sign-out", body={})) < size_of(custody)
    assert (await signs_out(cookies, "GET", "/api/session"))[0] == 401


async def test_somebody_outside_gets_no_more_once_the_link_has_ended(custody: Custody) -> None:
    """By the owner, who agreed before, or by a custodian."""
    bench, link, seen = custody.bench, Link(), secrets.token_hex(16)
    assert await say(custody, custody.share.consent()) == DONE
    assert await custody.act("custodian", "accept") == DONE
    assert await custody.act("custodian", "passing", **ASKED) == DONE
    assert await say(custody, custody.share.consent(RUTH)) == DONE
    assert await make(custody, link) == DONE
    status, viewed = await view(bench, link, seen)
    assert status == 200
    assert read_b64(viewed["headers"]["clip"], "header")
    url = f"{bench.homes_url}/v1/passed/{seen}/clip/body"
    no = custody.share.consent(RUTH, refuses=True, later_s=1)
    assert await taken(url, {}, lambda: say(custody, no)) < size_of(custody)
