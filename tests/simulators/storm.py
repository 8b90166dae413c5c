"""A hub whose homes all lose the broker at once, and what came of it.

A real `milton-hub serve` with the mosquitto that it starts, and an officer who publishes by the hub's own pages' calls;
each home is a client of its own with real TLS, the wildcard subscription and the back-off of
`custom_components/milton_share/hub_link/mqtt.py`.
"""

from __future__ import annotations

import asyncio
import base64
import json
import random
import secrets
import ssl
from collections import Counter
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import aiomqtt

from hub.broker.accounts import credentials_for
from hub.broker.setup import accounts_secret
from hub.db.engine import Database
from hub.enrollment.model import Home as HomeRow
from hub.kit.settings import Settings
from hub.kit.settings_table import SETTINGS_NAME
from milton_protocol.topics import every_topic, topic_prefix
from tests.e2e.city import City
from tests.e2e.journey import draft
from tests.e2e.officer_calls import OfficerCalls
from tests.simulators.broker_bench import eventually
from tests.simulators.certificates import self_signed
from tests.simulators.ports import free_port

if TYPE_CHECKING:
    from hub.broker.accounts import MqttCredentials

FIRST_MAX_S = 600  # no bar: so long may all first connections take
BACK_MAX_S = 120  # the bar
BACK_OFF_S = (2.0, 300.0)
PORTS = ("homes_port", "officers_port", "signer_port", "mqtt_port")


@dataclass(frozen=True, slots=True, kw_only=True)
class Storm:
    """What came of one: seconds, how many messages a home heard more than once, the broker's memory at most."""

    first_s: float
    back_s: float
    twice: int
    broker_mib: int


class Home:
    """One simulated home."""

    def __init__(self, port: int, agency_id: str, who: MqttCredentials, tls: ssl.SSLContext) -> None:
        """Nothing is connected yet."""
        self._port, self._who, self._tls = port, who, tls
        self._topic, self._prefix = every_topic(agency_id), topic_prefix(agency_id)
        self._jitter = random.Random(who.username)  # noqa: S311 - spreads the homes, guards nothing
        self.held: dict[str, bytes] = {}
        self.heard: Counter[tuple[str, bytes]] = Counter()
        self.connections = 0

    async def run(self) -> None:
        """Stay connected until cancelled."""
        ceiling_s = BACK_OFF_S[0]
        while True:
            with suppress(aiomqtt.MqttError):
                await self._read()
            await asyncio.sleep(self._jitter.uniform(ceiling_s / 2, ceiling_s))
            ceiling_s = min(ceiling_s * 2, BACK_OFF_S[1])

    async def _read(self) -> None:
        client = aiomqtt.Client(
            "127.0.0.1",
            self._port,
            username=self._who.username,
            password=self._who.password,
            identifier=self._who.username,
            tls_context=self._tls,
            keepalive=60,
            timeout=60,
        )
        async with client:
            self.heard = Counter()
            await client.subscribe(self._topic, qos=1, timeout=60)
            self.connections += 1
            async for message in client.messages:
                topic, payload = str(message.topic).removeprefix(self._prefix), bytes(message.payload or b"")
                self.heard[topic, payload] += 1
                self.held[topic] = payload

    def has(self, wanted: dict[str, bytes]) -> bool:
        """Say whether it holds all of this, and heard it in its connection of now."""
        return wanted.items() <= self.held.items() and all(self.heard[each] for each in wanted.items())

    def twice(self) -> int:
        """Count what it heard more than once in its connection of now."""
        return sum(count > 1 for count in self.heard.values())


class Officer:
    """An officer who publishes and withdraws, and what is live by the hub's own word."""

    def __init__(self, city: City, calls: OfficerCalls) -> None:
        """Name the officer's session."""
        self._city, self._calls = city, calls
        self._number = 0

    async def publish(self) -> str:
        """Publish one request; return its id."""
        self._number += 1
        return await self._calls.ask({**draft(datetime.now(UTC)), "case_number": f"26-{self._number + 30_000}"})

    async def withdraw(self, request_id: str) -> None:
        """Withdraw one."""
        await self._calls.call("POST", f"/api/requests/{request_id}/withdraw", {})

    async def live(self) -> dict[str, bytes]:
        """Return the live statement and each request that it names, by topic, as they stand in the hub's table."""
        database = Database(Settings.load(self._city.folder).database_url)
        try:
            async with database.reading() as session:
                rows = (await session.connection()).exec_driver_sql
                table = dict((await rows("SELECT name, payload FROM topic WHERE payload IS NOT NULL")).all())
        finally:
            await database.close()
        return {
            "live": table["live"],
            **{name: table[name] for name in map("requests/{}".format, named(table["live"]))},
        }


def named(live: bytes) -> list[str]:
    """Return the requests that a live statement names."""
    statement: dict[str, Any] = json.loads(base64.b64decode(json.loads(live)["payload"]))
    return list(statement["live"])


async def storm(folder: Path, homes: int, requests: int) -> Storm:
    """Connect these homes, kill the broker, publish one request and withdraw one; return when all are back.

    All have then heard the live statement and each live request in their connection of now.

    Raises:
        AssertionError: Not all have it within `BACK_MAX_S`, or the hub did not live through it.

    """
    loop = asyncio.get_running_loop()
    certificate, key = self_signed(folder, "localhost")
    async with AsyncExitStack() as stack:
        city, officer, ids = await _city(folder / "city", certificate, key, requests, stack)
        simulated = await _enrolled(city, homes, certificate)
        await city.serve()
        hub_pid, broker_pid = city.pid, await city.broker_up()
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(home.run()) for home in simulated]
            began_s = loop.time()
            live = await officer.live()
            del live["live"]  # another one is on its way when a hub starts
            await _all_hold(simulated, live, FIRST_MAX_S)
            first_s, before_mib = loop.time() - began_s, _resident_mib(broker_pid)
            assert city.kill_broker()
            began_s = loop.time()
            new = await officer.publish()
            await officer.withdraw(ids[0])
            live = await officer.live()
            assert sorted(named(live["live"])) == sorted([*ids[1:], new])
            await _all_hold(simulated, live, BACK_MAX_S, connections=2)
            back_s, after_mib = loop.time() - began_s, _resident_mib(await city.broker_up())
            for task in running:
                task.cancel()
        assert city.pid == hub_pid, "the hub did not live through it"
    return Storm(
        first_s=first_s,
        back_s=back_s,
        twice=sum(home.twice() for home in simulated),
        broker_mib=max(before_mib, after_mib),
    )


async def _city(
    folder: Path, certificate: Path, key: Path, requests: int, stack: AsyncExitStack
) -> tuple[City, Officer, list[str]]:
    """Found a city whose broker speaks TLS, let an officer publish, and stop its hub; return the requests' ids."""
    city = City(folder=folder, broker=True, **{name: free_port() for name in PORTS})
    await city.found()
    path = folder / "hub" / SETTINGS_NAME
    listen = f'listen = "127.0.0.1:{city.mqtt_port}"\n'
    settings = path.read_text()
    assert settings.count(listen) == 1
    path.write_text(settings.replace(listen, f'{listen}certificate = "{certificate}"\nkey = "{key}"\n'))
    stack.push_async_callback(city.stop)
    await city.serve()
    jar = aiohttp.CookieJar(unsafe=True)
    calls = OfficerCalls(city, await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=jar)))
    await calls.register(await city.invitation("officer"))
    await city.sign_directory()
    await calls.sign_in()
    officer = Officer(city, calls)
    ids = [await officer.publish() for _ in range(requests)]
    await city.stop()
    return city, officer, ids


async def _enrolled(city: City, count: int, certificate: Path) -> list[Home]:
    """Put homes into the database of a hub that is down."""
    settings = Settings.load(city.folder)
    tls = ssl.create_default_context(cafile=certificate)
    tls.check_hostname = False  # the simulated town is an address; the certificate itself is compared
    rows = [
        HomeRow(
            home_id=secrets.token_hex(16),
            token_sha256=secrets.token_hex(32),
            device_key=secrets.token_bytes(32),
            mqtt_username=f"home-{number:05}",
            cell="3414,-8430",
            enrolled_at=datetime.now(UTC),
        )
        for number in range(count)
    ]
    secret = accounts_secret(settings.broker_folder)
    homes = [Home(city.mqtt_port, settings.agency_id, credentials_for(secret, row.mqtt_username), tls) for row in rows]
    database = Database(settings.database_url)
    try:
        async with database.session("test") as session:
            session.add_all(rows)
    finally:
        await database.close()
    return homes


async def _all_hold(homes: list[Home], wanted: dict[str, bytes], within_s: float, *, connections: int = 1) -> None:
    """Wait until every home has all that is live, heard in its connection of now."""

    async def all_have() -> bool:
        return all(home.connections >= connections and home.has(wanted) for home in homes)

    await eventually(all_have, within_s=within_s)


def _resident_mib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) // 1024
