"""A hub that is killed at random moments while twenty homes share: what was acknowledged is there, and nothing twice.

The real `milton-hub serve` on real SQLite and a real folder; the homes are clients of their own that keep on sending
new shares and go on after each kill from where the hub says it stands. Fewer: `KILLS=20 scripts/test --long -k kills`.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import aiohttp

from hub.db.engine import Database
from hub.kit.keys import HubKeys
from milton_protocol.custody import open_receipts
from milton_protocol.messages.requests.request import Request
from tests.hub.crash.legs import LEGS
from tests.hub.crash.town import Known, Town, free_ports
from tests.long.report import write_section
from tests.simulators.hub_bench import seed_home
from tests.simulators.hub_books import check_books, check_follows, read_books
from tests.simulators.mortal_hub import Mortals
from tests.simulators.sealed_share import HomeClient, SealedShare, checksum, seal_share

if TYPE_CHECKING:
    from collections.abc import Awaitable
    from pathlib import Path

    from hub.kit.settings import Settings
    from tests.simulators.hub_books import Books

KILLS = int(os.environ.get("KILLS", "200"))
HOMES = 20
CLIP_BYTES = (20_000, 1_500_000)
PIECE_BYTES = 200_000
LIVES_S = (0.05, 1.5)  # from ready to its death
PAUSE_S = (0.0, 1.0)  # between two shares of a home: within the sixty an hour that a hub takes from one
SHARES_MAX = 50  # of one home: the hub counts them anew after each start, nobody else does
PUBLISHED = 5  # legs of the journey: then a request is published
HEADING = "A hub that is killed two hundred times"
OK, CREATED, NO_CONTENT, BUSY = 200, 201, 204, 503
BUSY_S = 0.5


@dataclass(kw_only=True)
class Household:
    """One home, with what it was told."""

    token: str
    jitter: random.Random
    begun: list[SealedShare] = field(default_factory=list)
    arrived: set[str] = field(default_factory=set)
    acknowledged: dict[str, int] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)

    async def share_on(self, url: str, request: Request, request_id: str) -> None:
        """Finish what was begun, then begin another, until canceled or the hub dies."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60)) as session:
            home = HomeClient(session, url, self.token)
            await self.finish(home)
            while len(self.begun) < SHARES_MAX:
                await asyncio.sleep(self.jitter.uniform(*PAUSE_S))
                clip = self.jitter.randbytes(self.jitter.randint(*CLIP_BYTES))
                self.begun.append(await asyncio.to_thread(seal_share, request, request_id, clip=clip))
                await self.finish(home)

    async def finish(self, home: HomeClient) -> None:
        """Send all that was begun and has not arrived."""
        for share in self.begun:
            while share.share.share_id not in self.arrived:
                if await self._send(home, share):
                    self.arrived.add(share.share.share_id)

    async def _send(self, home: HomeClient, share: SealedShare) -> bool:
        """Send what the hub lacks of a share, which is never more than it said; return False when it is busy."""
        if await self._said(home.announce(share)) not in {OK, CREATED}:
            return False
        for name, body in share.bodies.items():
            key = f"{share.share.share_id}/{name}"
            offset = await home.offset(share, name)
            if offset < self.acknowledged.get(key, 0):
                self.complaints.append(f"{key} went back")
            while offset < len(body):
                piece = body[offset : offset + PIECE_BYTES]
                sent = home.patch(share, offset, piece, name=name, headers=checksum(piece))
                status, headers, _ = await sent
                if status != NO_CONTENT:
                    return await self._is_busy(status)
                offset = self.acknowledged[key] = int(headers["Upload-Offset"])
        return True

    async def _said(self, announcing: Awaitable[int]) -> int:
        status = await announcing
        if status not in {OK, CREATED}:
            await self._is_busy(status)
        return status

    async def _is_busy(self, status: int) -> bool:
        """Wait a moment when the hub asks for it, and complain of everything else; it has not arrived."""
        if status != BUSY:
            self.complaints.append(f"refused with {status}")
        await asyncio.sleep(BUSY_S)
        return False


async def test_two_hundred_random_kills_lose_and_double_nothing(tmp_path: Path) -> None:
    """After each kill the books hold and follow from those before; in the end every acknowledged share opens."""
    mortals, folder = Mortals(), tmp_path / "town"
    folder.mkdir()
    town = Town(mortals, folder, free_ports(), Known(home_id="0" * 32))
    for leg in LEGS[:PUBLISHED]:
        await leg.prepare(town)
        await leg.walk(town)
        await town.stop()
        await town.clear_away()
    books = await _followed(folder, None)
    request_id = town.known.requests["first"]
    request = Request.from_bytes(books.requests[request_id].payload)
    url = f"http://127.0.0.1:{town.ports['homes']}"
    database = Database(town.settings.database_url)
    moments = random.Random(20_261_125)  # noqa: S311 - the same moments in each run
    households = [
        Household(token=await seed_home(database), jitter=random.Random(number))  # noqa: S311 - spreads them
        for number in range(HOMES)
    ]
    await database.close()
    try:
        for number in range(KILLS + 1):
            hub = mortals.start("serve", folder)
            await hub.until_ready()
            if number == KILLS:
                await _finish(households, url)
                await hub.signal(signal.SIGTERM)
            else:
                sharing = [asyncio.create_task(each.share_on(url, request, request_id)) for each in households]
                await asyncio.sleep(moments.uniform(*LIVES_S))
                await hub.signal(signal.SIGKILL)
                for task in sharing:
                    task.cancel()
                _only_cut(await asyncio.gather(*sharing, return_exceptions=True))
            books = await _followed(folder, books)
    finally:
        mortals.close()
    assert [each for home in households for each in home.complaints] == []
    _check_shares(town.settings, books, households)
    _write(households)


async def _finish(households: list[Household], url: str) -> None:
    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(home.finish(HomeClient(session, url, home.token)) for home in households))


def _only_cut(ends: list[BaseException | None]) -> None:
    """Let through what a home sees of a dead hub, and nothing else."""
    cut = (aiohttp.ClientError, OSError, asyncio.CancelledError)
    for end in ends:
        if end is not None and not isinstance(end, cut):
            raise end


async def _followed(folder: Path, earlier: Books | None) -> Books:
    books = await read_books(folder)
    assert books is not None
    check_books(books)
    if earlier is not None:
        check_follows(books, earlier)
    return books


def _check_shares(settings: Settings, books: Books, households: list[Household]) -> None:
    """Every share has its bytes, one row and one receipt that its home can open; there is no other."""
    shares = [share for home in households for share in home.begun]
    hub_key = HubKeys.load(settings.keys_folder).hub_key.public_key().public_bytes_raw()
    assert sorted(books.shares) == sorted(share.share.share_id for share in shares)
    for share in shares:
        share_id = share.share.share_id
        assert {name: books.blobs[f"{share_id}/{name}"] for name in share.bodies} == share.bodies
        receipts = open_receipts(books.sealed_receipts(share_id), share.identity, hub_key, share.sha256)
        assert [receipt.event.value for receipt in receipts] == books.events(share_id) == ["received"]


def _write(households: list[Household]) -> None:
    shares = sum(len(home.begun) for home in households)
    pieces = sum(len(home.acknowledged) for home in households)
    lines = (
        "`scripts/test --long -k kills`. The real `milton-hub serve`, killed 0.05 to 1.5 s after it was ready,",
        "while homes send shares of up to 1.5 MB. After each kill the trail, the log, the topics and the shares are",
        "compared with those before; in the end every share's bytes and receipts are compared with what its home has.",
        "",
        "| kills | homes | shares | bodies | lost | doubled | went back |",
        "|---|---|---|---|---|---|---|",
        f"| {KILLS} | {len(households)} | {shares} | {pieces} | 0 | 0 | 0 |",
    )
    write_section(HEADING, lines)
