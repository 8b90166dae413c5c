"""Law 8: kill -9 of the home at every step of an upload, and a disk that is full in the middle of one."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from custom_components.milton_share.shared.milton_protocol.sealing.age import open_sealed
from custom_components.milton_share.storage.paths import database_path, private_folder
from tests.simulators.city import age_identity
from tests.simulators.hub import TOKEN, HubSimulator, running

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from aiohttp import web

    from custom_components.milton_share.cases.model import CaseView
    from tests.milton_share.conftest import Home

ROOT = Path(__file__).parents[3]
MOMENTS = ("before the announcement", "after the announcement", "half a piece", "after the last byte")

pytestmark = pytest.mark.usefixtures("recorded")


@dataclass(kw_only=True)
class SlowHub(HubSimulator):
    """A hub that stops answering at one moment, until it is told to go on."""

    stop_at: str = ""
    stopped: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def _reach(self, moment: str) -> None:
        if self.stop_at == moment:
            self.stopped.set()
            await self.go_on.wait()

    async def _share(self, request: web.Request) -> web.Response:
        await self._reach(MOMENTS[0])
        answer = await super()._share(request)
        await self._reach(MOMENTS[1])
        return answer

    async def _upload(self, request: web.Request) -> web.Response:
        name = f"{request.match_info['share']}/{request.match_info['part']}"
        if request.method == "PATCH" and name.endswith("clip") and self.stop_at == MOMENTS[2]:
            piece = await request.read()
            self.uploads[name].data += piece[: len(piece) // 2]
            await self._reach(MOMENTS[2])
        answer = await super()._upload(request)
        if request.method == "PATCH" and self.receipts:
            await self._reach(MOMENTS[3])
        return answer


@pytest.fixture
async def hub() -> AsyncIterator[SlowHub]:
    """Run such a hub."""
    async for one in running(SlowHub()):
        assert isinstance(one, SlowHub)
        yield one


@pytest.fixture(scope="module")
def mortal() -> Iterator[subprocess.Popen[str]]:
    """Start the process whose children are killed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.simulators.dying_home"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    yield process
    process.communicate()
    assert process.returncode == 0


async def begin(home: Home, process: subprocess.Popen[str]) -> int:
    """Let a child go on with the outbox of a home that is not running; return its pid."""
    assert process.stdin is not None
    assert process.stdout is not None
    private = str(private_folder(home.hass).root)
    asked = {"config": home.hass.config.config_dir, "private": private, "url": home.hub.url, "token": TOKEN}
    process.stdin.write(json.dumps(asked) + "\n")
    process.stdin.flush()
    return int(await asyncio.to_thread(process.stdout.readline))


async def approved(home: Home) -> tuple[CaseView, str]:
    """Approve a clip while the hub is away, and end Home Assistant's part."""
    await home.place_camera()
    case = await home.looked_at()
    home.hub.away = True
    share_id = await home.approve(case)
    await home.until(lambda: (share := home.case(case.request_id).share) is not None and share.trouble == "hub_away")
    assert await home.hass.config_entries.async_unload(home.entry.entry_id)
    home.hub.away = False
    return case, share_id


async def arrived_once(home: Home, case: CaseView, share_id: str) -> None:
    """Start again; the share is there, receipted once, and is what was approved."""
    assert await home.hass.config_entries.async_setup(home.entry.entry_id)
    await home.until(lambda: home.request(case.request_id) and home.case(case.request_id).state == "receipted")
    assert list(home.hub.shares) == [share_id]
    assert len({call.body for call in home.hub.calls if call.path == "/v1/shares"}) == 1
    share = home.case(case.request_id).share
    assert share is not None
    assert [receipt.event for receipt in share.receipts] == ["received"]
    assert len(home.hub.receipts[share_id]) == 1
    assert case.clip is not None
    clip = open_sealed(home.hub.file(share_id, "clip"), age_identity("custodian-1"))
    assert hashlib.sha256(clip).hexdigest() == case.clip.clip_sha256


@pytest.mark.parametrize("moment", MOMENTS)
async def test_a_home_that_was_killed_sends_once_what_was_approved(
    home: Home, hub: SlowHub, mortal: subprocess.Popen[str], moment: str
) -> None:
    """Whatever the hub had, and whether or not the home had heard of it."""
    case, share_id = await approved(home)
    hub.stop_at = moment
    child = await begin(home, mortal)
    async with asyncio.timeout(20):
        await hub.stopped.wait()
    os.kill(child, signal.SIGKILL)
    hub.stop_at = ""
    hub.go_on.set()
    await arrived_once(home, case, share_id)


async def test_kills_at_any_moment_lose_nothing(home: Home, mortal: subprocess.Popen[str]) -> None:
    """Sealing, announcing and sending are cut six times in a row."""
    case, share_id = await approved(home)
    moments = random.Random(5)  # noqa: S311 - spreads the kills, guards nothing
    for _ in range(6):
        child = await begin(home, mortal)
        await asyncio.sleep(moments.uniform(0.01, 0.12))
        os.kill(child, signal.SIGKILL)
    await arrived_once(home, case, share_id)


async def test_a_disk_that_is_full_while_sending_stops_nothing_for_good(home: Home) -> None:
    """The database refuses every write for a while; the share goes out afterwards by itself, once."""
    await home.place_camera()
    case = await home.looked_at()
    home.hub.away = True
    share_id = await home.approve(case)
    await home.until(lambda: (share := home.case(case.request_id).share) is not None and share.trouble == "hub_away")
    path = database_path(home.hass)
    refuse = "BEGIN SELECT RAISE(ABORT, 'no room'); END"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for table in ("shares", "cases", "topics"):
            connection.execute(f"CREATE TRIGGER full_{table} BEFORE UPDATE ON {table} {refuse}")
            connection.execute(f"CREATE TRIGGER full_new_{table} BEFORE INSERT ON {table} {refuse}")
        home.hub.away = False
        await home.until(lambda: len(home.hub.calls) > 0)
        home.hub.city.publish()
        home.hub.publish()
        await asyncio.sleep(0.5)
        assert home.case(case.request_id).state != "receipted"
        for table in ("shares", "cases", "topics"):
            connection.execute(f"DROP TRIGGER full_{table}")
            connection.execute(f"DROP TRIGGER full_new_{table}")
    await home.until(lambda: home.case(case.request_id).state == "receipted", 20)
    assert list(home.hub.shares) == [share_id]
    assert len(home.hub.receipts[share_id]) == 1
    await home.until(lambda: home.state().snapshot.open_requests == 2)


async def test_both_ways_to_the_hub_may_bring_the_same_end_at_once(home: Home) -> None:
    """A request that is cleared in the feed and at the broker in one moment ends once."""
    request_id = await home.receive()
    inbox = home.services.inbox
    cleared = [(f"milton/v1/{home.hub.city.record.agency_id}/requests/{request_id}", None)]
    await asyncio.gather(inbox.deliver(cleared), inbox.deliver(cleared))
    assert inbox.under("requests/") == {}
