"""How much of a share is sealed is told while it is sealed, before anything goes; also to a page that comes later."""

from __future__ import annotations

import asyncio
import sys
import threading
from typing import TYPE_CHECKING, Any

import pytest

from custom_components.milton_share.shared.milton_protocol.messages.shares.share import PartName
from tests.simulators.hub import PATIENCE_S

from .conftest import token_of
from .test_commands import state_where

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.milton_share.conftest import Home

    from .conftest import Connect, Line

STANDING_STILL: list[threading.Event] = []


def _disk(event: str, arguments: tuple[object, ...]) -> None:
    """Let whoever opens the second sealed body wait for the disk; an audit hook stays until the process ends."""
    if STANDING_STILL and event == "open" and str(arguments[0]).endswith(f"/{PartName.MANIFEST}"):
        STANDING_STILL[-1].wait(PATIENCE_S)


@pytest.fixture
def disk() -> Iterator[threading.Event]:
    """Have a disk that stands still once the clip is sealed, until the event is set."""
    goes_on = threading.Event()
    if not STANDING_STILL:
        sys.addaudithook(_disk)
    STANDING_STILL.append(goes_on)
    yield goes_on
    goes_on.set()


async def sealing(line: Line, request_id: str, *, whole: bool = False) -> dict[str, Any]:
    """Wait until a page reads that some of a share is sealed, or all of it; return the share as it reads of it."""

    def far_enough(case: dict[str, Any]) -> bool:
        share = case["share"]
        return share is not None and share["size_bytes"] > 0 and share["sealed_bytes"] > 0 and whole == _is_whole(share)

    async with asyncio.timeout(PATIENCE_S):
        shown = await state_where(line, request_id, far_enough)
    share: dict[str, Any] = shown["cases"][0]["share"]
    return share


def _is_whole(share: dict[str, Any]) -> bool:
    return bool(share["sealed_bytes"] == share["size_bytes"])


@pytest.mark.usefixtures("recorded")
async def test_a_page_reads_how_many_bytes_of_all_are_sealed_and_so_does_one_that_is_opened_later(
    home: Home, line: Line, connect: Connect, disk: threading.Event
) -> None:
    """Nothing has gone meanwhile; leaving the page stops nothing; another device reads the same."""
    await home.place_camera()
    case = await home.looked_at()
    await line.result("subscribe")
    await home.approve(case)
    share = await sealing(line, case.request_id)
    assert (share["state"], share["sent_bytes"], home.hub.uploads) == ("approved", 0, {})
    await line.socket.close()
    other = await connect(token_of(home.owner.user))
    await other.result("subscribe")
    later = await sealing(other, case.request_id)
    assert later["sealed_bytes"] >= share["sealed_bytes"]
    assert later["size_bytes"] == share["size_bytes"]
    disk.set()
    sealed = await sealing(other, case.request_id, whole=True)
    assert sealed["size_bytes"] == share["size_bytes"]
    await home.until(lambda: home.case(case.request_id).state == "receipted")
    assert sum(one.size_bytes for one in home.hub.uploads.values()) == share["size_bytes"]
