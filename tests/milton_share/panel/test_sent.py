"""How much of a share has gone is told while it goes, in bytes that the hub has; also to a page that comes later."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from custom_components.milton_share.hub_link import upload
from tests.simulators.hub import PATIENCE_S

from .conftest import token_of
from .test_commands import state_where

if TYPE_CHECKING:
    from tests.milton_share.conftest import Home

    from .conftest import Connect, Line

PIECE_BYTES = 64 * 1024


class Gate(asyncio.Event):
    """What each piece waits at: so many are let through as were asked for, then all."""

    def __init__(self) -> None:
        """Let none through."""
        super().__init__()
        self._asked = asyncio.Semaphore(0)

    def let_one(self) -> None:
        """Let one piece through."""
        self._asked.release()

    async def wait(self) -> bool:
        """Wait for that."""
        if not self.is_set():
            await self._asked.acquire()
        return True

    def open(self) -> None:
        """Let all through from now on."""
        self.set()
        self._asked.release()


async def sending(line: Line, request_id: str, more_than: int) -> dict[str, Any]:
    """Wait until a page reads of more bytes than these; return the share as it reads of it."""
    async with asyncio.timeout(PATIENCE_S):
        shown = await state_where(
            line, request_id, lambda case: case["share"] is not None and case["share"]["sent_bytes"] > more_than
        )
    share: dict[str, Any] = shown["cases"][0]["share"]
    return share


@pytest.mark.usefixtures("recorded")
async def test_a_page_reads_how_many_bytes_of_all_have_gone_and_so_does_one_that_is_opened_later(
    home: Home, line: Line, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Piece by piece, never more than the hub has; leaving the page stops nothing; who comes back reads the same."""
    monkeypatch.setattr(upload, "PIECE_SIZE_BYTES", PIECE_BYTES)  # a clip of a test is a small one
    home.services.outbox._sender._pieces = upload.PieceSize()  # noqa: SLF001  made before
    await home.place_camera()
    case = await home.looked_at()
    gate = home.hub.pause = Gate()
    await line.result("subscribe")
    await home.approve(case)
    seen = [0]
    for _ in range(3):
        gate.let_one()
        share = await sending(line, case.request_id, seen[-1])
        seen.append(share["sent_bytes"])
        assert share["state"] == "sealed"
        assert share["sent_bytes"] == sum(len(one.data) for one in home.hub.uploads.values())
        assert share["size_bytes"] == sum(one.size_bytes for one in home.hub.uploads.values())
    assert all(0 < later - earlier <= PIECE_BYTES for earlier, later in pairwise(seen))
    await line.socket.close()
    gate.let_one()
    await home.until(lambda: sum(len(one.data) for one in home.hub.uploads.values()) > seen[-1])
    other = await connect(token_of(home.owner.user))
    await other.result("subscribe")
    share = await sending(other, case.request_id, seen[-1])
    assert seen[-1] < share["sent_bytes"] < share["size_bytes"]
    gate.open()
    await state_where(other, case.request_id, lambda one: one["state"] == "receipted")
