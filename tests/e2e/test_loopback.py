"""A simulated peer that ends loses nobody who comes at that moment."""

from __future__ import annotations

import asyncio
import gc
import socket

import pytest
from aiohttp import web

from tests.simulators.loopback import LOOPBACK, Loopback


@pytest.mark.parametrize("turns", range(6))
async def test_who_comes_while_a_peer_ends_is_hung_up_on_and_not_forgotten(turns: int) -> None:
    """Accepted in whichever turn of the loop: Python would warn of a connection that nobody closed."""
    peer = await Loopback.started(web.AppRunner(web.Application(), access_log=None))
    with socket.create_connection((LOOPBACK, peer.port)) as comer:
        comer.settimeout(0)
        for _ in range(turns):
            await asyncio.sleep(0)
        await peer.stop()
        async with asyncio.timeout(10):
            assert await said(comer) == b""
    gc.collect()


async def said(comer: socket.socket) -> bytes:
    """Return what the peer says, which is nothing; whom nobody had accepted is refused."""
    try:
        return await asyncio.get_running_loop().sock_recv(comer, 1)
    except ConnectionResetError:
        return b""
