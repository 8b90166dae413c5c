"""Law 1, seen by who has the hub's disk: what homes read before an approval moves no row, no counter and no log line.

Whatever a home does with a request, it sends reads of the feed and of the log's proofs alone
(tests/milton_share/attacks/test_silence.py). Here the real hub gets such reads from many homes, and its whole database,
its folder and its log stay as they were: there is nothing in them by which homes could be told apart.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import random
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from hub.db.tables import METADATA
from milton_protocol.messages.feed import FeedPage
from tests.simulators.hub_bench import HubBench, running_hub, seed_home

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

HOMES = 12
READS = 25
# The hub's own jobs note here when they last ran; no column could hold anything of a home.
OWN_CLOCK = frozenset({"job_lease"})


async def everything(bench: HubBench) -> dict[str, list[Any]]:
    """Return every row of every table but the hub's own clock's."""
    async with bench.hub.database.reading() as session:
        return {
            table.name: sorted(repr(tuple(row)) for row in await session.execute(select(table)))
            for table in METADATA.sorted_tables
            if table.name not in OWN_CLOCK
        }


def files(folder: Path) -> dict[str, str]:
    """Return the digest of each file of the hub that is not its database."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "sqlite" not in path.name
    }


async def started(bench: HubBench) -> dict[str, list[Any]]:
    """Return everything once the jobs of the hub's start have written what they write."""
    found = await everything(bench)
    async with asyncio.timeout(60):
        while True:
            await asyncio.sleep(0.5)
            before, found = found, await everything(bench)
            if before == found and any("'live'" in row for row in found["topic"]):
                return found


async def reads(bench: HubBench, token: str, chance: random.Random) -> int:
    """Read as a home does: all pages from where it is, with its ETag, and the log's proof now and then."""
    after, etag, answered = 0, None, 0
    for _ in range(READS):
        headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "identity"}
        if etag:
            headers["If-None-Match"] = etag
        async with bench.session.get(f"{bench.homes_url}/v1/feed?after={after}", headers=headers) as response:
            assert response.status in {200, 304}
            if response.status == 200:
                page = FeedPage.from_bytes(await response.read())
                etag = response.headers["ETag"] if page.next == after else None
                after = page.next
        answered += 1
        if chance.random() < 0.3:
            proof = f"{bench.homes_url}/v1/log/consistency?from=0&to=0"
            async with bench.session.get(proof, headers=headers) as response:
                assert response.status == 200
            answered += 1
        await asyncio.sleep(chance.uniform(0, 0.002))
    return answered


async def test_what_homes_read_leaves_nothing_behind(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A dozen homes read at random times: rows, counters, files and the log at DEBUG are what they were."""
    folder = tmp_path / "hub"
    async with running_hub(folder) as bench:
        tokens = [await seed_home(bench.hub.database) for _ in range(HOMES)]
        before, before_files = await started(bench), await asyncio.to_thread(files, folder)
        caplog.set_level(logging.DEBUG)
        caplog.clear()
        chance = random.Random(7)  # noqa: S311  a test that can be repeated
        answered = await asyncio.gather(*(reads(bench, token, chance) for token in tokens))
        assert min(answered) >= READS
        assert await everything(bench) == before
        assert await asyncio.to_thread(files, folder) == before_files
    said = [record.getMessage() for record in caplog.records if record.name.startswith(("hub", "aiohttp"))]
    assert [
        line for line in said if "/v1/" in line or "127.0.0.1" in line or any(each in line for each in tokens)
    ] == []


async def test_the_dump_would_show_it(tmp_path: Path) -> None:
    """One row more, in any table, is seen: else the test above would prove nothing."""
    async with running_hub(tmp_path / "hub") as bench:
        before = await started(bench)
        await seed_home(bench.hub.database)
        assert await everything(bench) != before
        assert {name for name, rows in before.items() if rows} >= {"home", "topic", "request"}
