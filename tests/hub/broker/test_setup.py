"""The three kinds of broker, wired into a real hub."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from hub.app import build_hub
from hub.broker import setup as broker_setup
from hub.broker.endpoint import Endpoint
from hub.broker.errors import BrokerError
from hub.broker.mosquitto import Installed, Listener, Mosquitto
from hub.broker.service import HomeAccounts, State
from hub.kit.notices import About
from hub.kit.settings import Address, BrokerKind, BrokerSettings
from tests.simulators.broker_bench import WAIT_S, eventually
from tests.simulators.hub_bench import found_city
from tests.simulators.ports import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from hub.web.context import Hub


async def nobody() -> frozenset[str]:
    """Return no user name."""
    return frozenset()


async def one_home() -> frozenset[str]:
    """Return the home that the city has made an account for."""
    return frozenset({"home-1"})


@pytest.fixture(name="hub")
async def plain_hub(tmp_path: Path) -> AsyncIterator[Hub]:
    """Found a city without a broker."""
    hub = build_hub(await asyncio.to_thread(found_city, tmp_path))
    yield hub
    await hub.database.close()


async def test_a_citys_broker_is_filled_and_its_accounts_are_left_alone(
    hub: Hub, tmp_path: Path, installed: Installed
) -> None:
    """The hub signs in with what the city gave it; homes get no MQTT credentials from the hub."""
    listener = Listener(host="127.0.0.1", port=free_port())
    accounts = HomeAccounts(
        agency_id=hub.settings.agency_id,
        secret=b"c" * 32,
        endpoint=Endpoint(host=listener.host, port=listener.port),
        usernames=one_home,
    )
    child = Mosquitto(installed=installed, listener=listener, folder=tmp_path / "city", document=accounts.document)
    password_file = tmp_path / "password"
    password_file.write_text(f"{accounts.publisher.password}\n", encoding="ascii")
    settings = BrokerSettings(
        kind=BrokerKind.EXTERNAL,
        listen=hub.settings.broker.listen,
        url=f"mqtt://127.0.0.1:{listener.port}",
        username=accounts.publisher.username,
        password_file=password_file,
    )
    outside = replace(hub, settings=replace(hub.settings, broker=settings))
    broker = broker_setup.setup(outside, nobody)
    assert broker.credentials("home-1") is None
    assert broker.status().state is State.DOWN
    async with AsyncExitStack() as stack:
        task = asyncio.create_task(child.run())
        stack.callback(task.cancel)
        await asyncio.wait_for(child.running.wait(), WAIT_S)
        await stack.enter_async_context(outside.running())
        async with Endpoint(host=listener.host, port=listener.port).client(accounts.credentials("home-1")) as client:
            await client.subscribe(f"milton/v1/{hub.settings.agency_id}/#", qos=1)
            topics: set[str] = set()
            async with asyncio.timeout(WAIT_S):
                async for message in client.messages:
                    topics.add(str(message.topic).rsplit("/", 1)[1])
                    if topics >= {"city-record", "directory", "live"}:
                        break
    await asyncio.gather(task, return_exceptions=True)


async def test_the_hubs_own_broker_comes_and_goes_with_the_hub(hub: Hub, installed: Installed) -> None:
    """A home's account is made while the hub runs; when the hub ends in order, nothing listens any more."""
    assert installed.program.exists()
    address = Address(host="127.0.0.1", port=free_port())
    settings = replace(hub.settings.broker, kind=BrokerKind.MOSQUITTO, listen=address)
    with_broker = replace(hub, settings=replace(hub.settings, broker=settings))
    broker = broker_setup.setup(with_broker, one_home)
    home = broker.credentials("home-1")
    assert home is not None
    endpoint = Endpoint(host=address.host, port=address.port)
    async with with_broker.running():

        async def is_up() -> bool:
            return broker.status().state is State.UP

        await eventually(is_up)
        await broker.accounts_changed()
        async with endpoint.client(home) as client:
            await client.subscribe(f"milton/v1/{hub.settings.agency_id}/#", qos=1)
            async with asyncio.timeout(WAIT_S):
                message = await anext(aiter(client.messages))
            assert str(message.topic).startswith(f"milton/v1/{hub.settings.agency_id}/")
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(address.host, address.port)


async def test_an_external_broker_without_a_sign_in_is_refused_at_the_start(hub: Hub) -> None:
    """Half a setting is said, not guessed around."""
    settings = BrokerSettings(kind=BrokerKind.EXTERNAL, listen=hub.settings.broker.listen, url="mqtts://b.example")
    with pytest.raises(BrokerError, match="broker_settings"):
        broker_setup.setup(replace(hub, settings=replace(hub.settings, broker=settings)), nobody)


async def test_a_machine_without_mosquitto_goes_on_without_a_broker_and_says_why(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sentence names what is missing; homes use the feed."""
    monkeypatch.setattr(shutil, "which", lambda *_args, **_kwargs: None)
    settings = replace(hub.settings.broker, kind=BrokerKind.MOSQUITTO)
    broker = broker_setup.setup(replace(hub, settings=replace(hub.settings, broker=settings)), nobody)
    assert broker.status().state is State.NONE
    assert "not installed" in broker.status().sentence
    (notice,) = hub.notices.now()
    assert (notice.about, "not installed" in notice.sentence) == (About.BROKER, True)
    await broker.accounts_changed()


def test_the_accounts_key_is_made_once_and_private(tmp_path: Path) -> None:
    """Homes' passwords stay the same over restarts."""
    folder = tmp_path / "broker"
    first = broker_setup.accounts_secret(folder)
    assert broker_setup.accounts_secret(folder) == first
    assert (folder / broker_setup.ACCOUNTS_KEY_NAME).stat().st_mode & 0o777 == 0o600
