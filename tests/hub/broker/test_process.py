"""The broker as a child of a real ``milton-hub serve``."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select

from hub.broker.accounts import credentials_for
from hub.broker.endpoint import Endpoint
from hub.broker.setup import accounts_secret
from hub.db.engine import Database
from hub.enrollment.model import Home
from milton_protocol.topics import every_topic
from tests.simulators.broker_bench import eventually
from tests.simulators.hub_bench import found_city, seed_home
from tests.simulators.hub_process import serving
from tests.simulators.ports import free_port

if TYPE_CHECKING:
    from hub.broker.mosquitto import Installed


async def test_the_broker_ends_with_a_killed_hub_and_the_next_one_serves_the_same_homes(
    tmp_path: Path, installed: Installed
) -> None:
    """No orphan holds the port; city record, directory and live statement reach a home by MQTT both times."""
    assert installed.program.exists()
    port = free_port()
    addresses = [f"--listen-{name}=127.0.0.1:{free_port()}" for name in ("homes", "officers", "signer", "community")]
    settings = await asyncio.to_thread(
        found_city, tmp_path, "--broker", "mosquitto", f"--listen-mqtt=127.0.0.1:{port}", *addresses
    )
    database = Database(settings.database_url)
    await seed_home(database)
    async with database.reading() as session:
        username = (await session.scalars(select(Home.mqtt_username))).one()
    for _ in range(2):
        async with serving(tmp_path) as hub:
            endpoint = Endpoint(host="127.0.0.1", port=port)

            async def listens(endpoint: Endpoint = endpoint) -> bool:
                try:
                    _, writer = await asyncio.open_connection(endpoint.host, endpoint.port)
                except OSError:
                    return False
                writer.close()
                return True

            await eventually(listens)
            (child,) = hub.children()
            home = credentials_for(accounts_secret(settings.broker_folder), username)
            topics = set()
            async with asyncio.timeout(20), endpoint.client(home) as client:
                await client.subscribe(every_topic(settings.agency_id), qos=1)
                async for message in client.messages:
                    topics.add(str(message.topic).rsplit("/", 1)[1])
                    if topics >= {"city-record", "directory", "live"}:
                        break
            await hub.kill()

            async def gone(child: int = child) -> bool:
                return not _is_alive(child)

            await eventually(gone)
    await database.close()


def _is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
