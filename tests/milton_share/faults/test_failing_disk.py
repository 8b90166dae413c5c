"""A disk that takes no more while the home runs, as a card that wears out: said, nothing half, and gone on from."""

from __future__ import annotations

import asyncio
import os
import shutil
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.storage.paths import database_path
from tests.milton_share.conftest import PIN
from tests.milton_share.faults.test_storage import AGAIN, shown

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from custom_components.milton_share.cases.model import CaseView
    from tests.milton_share.conftest import Home
    from tests.milton_share.panel.conftest import Line

WRITES = "pwrite64,ftruncate,fdatasync,fsync"


@asynccontextmanager
async def refused_by_the_kernel(database: Path, error: str) -> AsyncGenerator[None]:
    """Let every write of this process into a database fail for the time of a block: by ``strace``, for that alone."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("no strace here (apt-get install strace)")
    fail = ("-e", f"trace={WRITES}", "-e", f"inject={WRITES}:error={error}", "-e", "signal=none", "-o", os.devnull)
    files = (each for name in (f"{database}", f"{database}-wal") for each in ("-P", name))
    pipe = asyncio.subprocess.PIPE
    tracer = await asyncio.create_subprocess_exec(strace, "-f", *fail, *files, "-p", str(os.getpid()), stderr=pipe)
    assert tracer.stderr is not None
    if b" attached" not in (said := await tracer.stderr.readline()):
        await tracer.wait()
        pytest.skip(f"this process may not be traced: {said.decode().strip()}")
    try:
        yield
    finally:
        tracer.terminate()
        await tracer.communicate()


def yes_to(home: Home, case: CaseView) -> dict[str, object]:
    """Return what the page sends when the owner approves a clip."""
    assert case.clip is not None
    request = home.request(case.request_id)
    assert request is not None
    return {
        "case_id": case.case_id,
        "clip_sha256": case.clip.clip_sha256,
        "recipients_sha256": request.recipients_sha256,
        "named": False,
        "keep_sources": False,
        "pin": PIN,
    }


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize("error", ["EROFS", "EIO"])
async def test_a_disk_that_takes_no_more_is_said_and_gone_on_from(home: Home, line: Line, error: str) -> None:
    """A yes is refused and not half written, what comes is asked for again; as soon as it writes all goes on."""
    await home.place_camera()
    case = await home.looked_at()
    home.play(case)
    async with refused_by_the_kernel(database_path(home.hass), error):
        assert await line.refusal("approve", **yes_to(home, case)) == "storage_failed"
        home.hub.city.publish(reason=AGAIN)
        home.hub.publish()
        await home.until(lambda: "storage_failing" in shown(home), 60)
        assert home.case(case.request_id).state == "reviewing"
        assert home.hub.shares == {}
    await home.until(lambda: home.state().snapshot.open_requests == 2, 60)
    await home.until(lambda: "storage_failing" not in shown(home), 60)
    share_id = await home.approve(home.case(case.request_id))
    await home.until(lambda: home.case(case.request_id).state == "receipted", 60)
    assert list(home.hub.shares) == [share_id]


@pytest.mark.usefixtures("recorded")
async def test_a_receipt_that_the_disk_does_not_take_is_asked_for_again(home: Home) -> None:
    """It is not shown before it is kept; the owner is told of the disk meanwhile."""
    await home.place_camera()
    case = await home.looked_at()
    share_id = await home.approve(case)
    await home.until(lambda: home.case(case.request_id).state == "receipted")

    def events() -> list[str]:
        share = home.case(case.request_id).share
        assert share is not None
        return [receipt.event for receipt in share.receipts]

    async with refused_by_the_kernel(database_path(home.hass), "EIO"):
        home.hub.give_receipt(share_id, "fetched")
        await home.until(lambda: "storage_failing" in shown(home), 60)
        assert events() == ["received"]
    await home.until(lambda: events() == ["received", "fetched"], 60)
    await home.until(lambda: "storage_failing" not in shown(home), 60)
