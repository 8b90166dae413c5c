"""Law 1, seen by who has the hub's disk: what homes read before an approval moves no row, no counter and no log line.

Whatever a home does with a request, it sends reads of the feed, of the map and of the log's proofs alone
(tests/milton_share/attacks/test_silence.py). Here the real hub gets such reads from many homes, and its whole database,
its folder and its log stay as they were: there is nothing in them by which homes could be told apart. Nor is there in
what its broker logs and writes.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import aiomqtt
import pytest
from sqlalchemy import select

from hub.broker.errors import BrokerError
from hub.broker.mosquitto import Installed, Listener
from hub.migrations.tables import METADATA
from milton_protocol.messages.homes.feed import FeedPage
from milton_protocol.topics import every_topic
from tests.simulators.broker_bench import AGENCY, running_bench
from tests.simulators.hub_bench import HubBench, running_hub, seed_home
from tests.simulators.ports import free_port

if TYPE_CHECKING:
    from pathlib import Path

    from hub.broker.accounts import MqttCredentials
    from tests.simulators.broker_bench import Bench

HOMES = 12
READS = 25
CONNECTIONS = 3  # of each home to the broker
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
        if chance.random() < 0.1:
            async with bench.session.get(f"{bench.homes_url}/v1/map", headers=headers) as response:
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


async def hears(bench: Bench, home: MqttCredentials) -> None:
    """Connect as a home does, get what is live, and go in words."""
    async with bench.endpoint.client(home) as client:
        await client.subscribe(every_topic(AGENCY), qos=1)
        assert (await anext(aiter(client.messages))).payload == b"true"


async def vanishes(bench: Bench, home: MqttCredentials) -> None:
    """Connect, be let in, and be gone without a word: MQTT 3.1.1 by hand, for no client can be as rude."""
    texts = ("MQTT", home.username, home.username, home.password)
    protocol, *payload = (len(text).to_bytes(2) + text.encode() for text in texts)
    body = protocol + bytes((4, 0xC2, 0, 60)) + b"".join(payload)
    reader, writer = await asyncio.open_connection(bench.endpoint.host, bench.endpoint.port)
    writer.write(bytes((0x10, len(body))) + body)
    assert await reader.readexactly(4) == bytes((0x20, 2, 0, 0)), "let in"
    writer.transport.abort()


async def test_what_homes_hear_from_the_broker_leaves_no_line_and_no_byte(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """They come, hear and go, also without a word, and one has a wrong password: the broker logs and keeps nothing."""
    try:
        installed = Installed.find()
    except BrokerError as error:
        pytest.skip(f"no real broker here: {error.detail}")
    async with running_bench(tmp_path, installed, Listener(host="127.0.0.1", port=free_port())) as bench:
        await bench.set_topic("live", b"true")
        homes = [await bench.enrol(f"home-{number}") for number in range(HOMES)]
        await bench.holds(homes[-1], {f"milton/v1/{AGENCY}/live": b"true"})
        before = await asyncio.to_thread(files, tmp_path)
        caplog.set_level(logging.DEBUG)
        caplog.clear()
        for _ in range(CONNECTIONS):
            await asyncio.gather(*(hears(bench, home) for home in homes))
            await asyncio.gather(*(vanishes(bench, home) for home in homes))
        with pytest.raises(aiomqtt.MqttError):
            await hears(bench, replace(homes[0], password="of nobody"))
        assert await asyncio.to_thread(files, tmp_path) == before
        said = [record.getMessage() for record in caplog.records if record.name.startswith("hub")]
    assert said == []


async def test_the_dump_would_show_it(tmp_path: Path) -> None:
    """One row more, in any table, is seen: else the test above would prove nothing."""
    async with running_hub(tmp_path / "hub") as bench:
        before = await started(bench)
        await seed_home(bench.hub.database)
        assert await everything(bench) != before
        assert {name for name, rows in before.items() if rows} >= {"home", "topic", "request"}
