"""The hub's own mosquitto: accounts, mirror, restarts, TLS."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import ssl
from pathlib import Path
from typing import TYPE_CHECKING

import aiomqtt
import pytest

from hub.broker.accounts import MqttCredentials, account_changes, credentials_for, security_document
from hub.broker.endpoint import Endpoint
from hub.broker.errors import BrokerError
from hub.broker.mosquitto import Listener, Mosquitto, configuration
from hub.broker.service import Broker, State
from tests.simulators.broker_bench import AGENCY, WAIT_S, eventually, running_bench
from tests.simulators.certificates import self_signed
from tests.simulators.ports import free_port

if TYPE_CHECKING:
    from hub.broker.mosquitto import Installed
    from milton_protocol.canonical import JsonValue
    from tests.simulators.broker_bench import Bench

PREFIX = f"milton/v1/{AGENCY}/"


async def test_a_committed_topic_is_retained_for_a_home_that_comes_later(bench: Bench) -> None:
    """What was committed before and after the start of the mirror is there for whoever subscribes."""
    await bench.set_topic("live", b"one")
    await bench.set_topic("requests/aa", b"bundle")
    home = await bench.enrol("home-1")
    await bench.holds(home, {PREFIX + "live": b"one", PREFIX + "requests/aa": b"bundle"})


async def test_a_change_reaches_a_subscribed_home_within_a_second(bench: Bench) -> None:
    """A commit wakes the mirror; nothing polls."""
    home = await bench.enrol("home-1")
    async with bench.endpoint.client(home) as client:
        await client.subscribe(f"{PREFIX}#", qos=1)
        await asyncio.sleep(0.2)
        began = asyncio.get_running_loop().time()
        await bench.set_topic("requests/bb", b"new")
        async with asyncio.timeout(WAIT_S):
            message = await anext(aiter(client.messages))
    assert message.payload == b"new"
    assert asyncio.get_running_loop().time() - began < 1


async def test_a_cleared_topic_is_gone_from_the_broker(bench: Bench) -> None:
    """Clearing a topic clears the retained message."""
    await bench.set_topic("requests/aa", b"bundle")
    home = await bench.enrol("home-1")
    await bench.holds(home, {PREFIX + "requests/aa": b"bundle"})
    await bench.clear_topic("requests/aa")
    await bench.holds(home, {})


async def test_a_killed_broker_is_started_again_and_filled_again(bench: Bench) -> None:
    """After kill -9 of mosquitto the same accounts sign in and every live topic is back."""
    await bench.set_topic("live", b"one")
    home = await bench.enrol("home-1")
    await bench.holds(home, {PREFIX + "live": b"one"})
    killed = bench.child.pid
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    await bench.set_topic("requests/aa", b"while it was down")

    async def restarted() -> bool:
        return bench.child.pid not in {None, killed}

    await eventually(restarted)
    await bench.holds(home, {PREFIX + "live": b"one", PREFIX + "requests/aa": b"while it was down"})


async def test_what_does_not_belong_into_the_broker_is_put_right(bench: Bench) -> None:
    """A retained message that the table lacks, or has otherwise, is cleared or replaced."""
    await bench.set_topic("live", b"true")
    home = await bench.enrol("home-1")
    await bench.holds(home, {PREFIX + "live": b"true"})
    async with bench.endpoint.client(
        MqttCredentials(username="hub-publisher", password=bench.accounts.publisher.password)
    ) as intruder:
        await intruder.publish(f"{PREFIX}requests/ff", b"forged", qos=1, retain=True)
        await intruder.publish(f"{PREFIX}live", b"forged", qos=1, retain=True)
    await bench.holds(home, {PREFIX + "live": b"true"})


async def test_a_home_that_left_is_thrown_out(bench: Bench) -> None:
    """Leaving ends the account at once."""
    home = await bench.enrol("home-1")
    bench.homes.discard("home-1")
    await bench.broker.accounts_changed()
    with pytest.raises(aiomqtt.MqttError):
        await bench.retained(home)


async def test_an_enrollment_while_the_broker_is_down_is_made_good(bench: Bench) -> None:
    """The account that could not be made is there once the broker is back."""
    assert bench.child.pid is not None
    os.kill(bench.child.pid, signal.SIGKILL)
    home = await bench.enrol("home-2")
    await bench.holds(home, {})


async def test_the_broker_answers_on_its_address_only_and_its_files_are_private(bench: Bench) -> None:
    """Loopback only, and nobody else on the machine reads the accounts."""
    assert bench.child.pid is not None
    folder = bench.child.folder
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    listening = _listening_addresses(bench.endpoint.port)
    assert listening == {"0100007F"}


async def test_no_password_of_a_home_lies_in_the_broker_files(bench: Bench) -> None:
    """The plugin's document holds digests."""
    home = await bench.enrol("home-1")
    text = "".join(path.read_text(encoding="utf-8") for path in bench.child.folder.iterdir())
    assert "home-1" in text
    assert home.password not in text


async def test_with_a_certificate_the_broker_speaks_tls_only(tmp_path: Path, installed: Installed) -> None:
    """A TLS listener serves TLS and refuses plain MQTT."""
    certificate, key = self_signed(tmp_path, "hub.example")
    listener = Listener(host="127.0.0.1", port=free_port(), certificate=certificate, key=key)
    async with running_bench(tmp_path, installed, listener) as bench:
        await bench.set_topic("live", b"one")
        home = await bench.enrol("home-1")
        await bench.holds(home, {PREFIX + "live": b"one"})
        plain = Endpoint(host="127.0.0.1", port=listener.port)
        with pytest.raises((aiomqtt.MqttError, TimeoutError)):
            async with asyncio.timeout(2), plain.client(home):
                pass


async def test_an_external_broker_is_mirrored_to_by_url(bench: Bench) -> None:
    """The mirror works with an endpoint that was read from a URL."""
    endpoint = Endpoint.parse(f"mqtt://127.0.0.1:{bench.endpoint.port}")
    assert (endpoint.host, endpoint.port, endpoint.tls) == ("127.0.0.1", bench.endpoint.port, None)
    assert isinstance(Endpoint.parse("mqtts://broker.example").tls, ssl.SSLContext)
    for url in ("http://broker.example", "mqtts://", "mqtt://broker.example/x", "mqtt://broker:port", "mqtts://[::1"):
        with pytest.raises(BrokerError, match="broker_url"):
            Endpoint.parse(url)


def test_without_a_broker_the_hub_says_so_in_a_plain_word() -> None:
    """No broker is a state with a sentence, and homes get no MQTT credentials."""
    broker = Broker(reach=None, accounts=None)
    assert broker.status().state is State.NONE
    assert broker.status().sentence == "No broker is set up. Homes use the HTTPS feed."
    assert broker.credentials("home-1") is None


def test_a_repeated_enrollment_gets_the_same_password_and_each_home_another() -> None:
    """Passwords are derived, so nothing is stored and a lost answer costs nothing."""
    one, again = credentials_for(b"k" * 32, "home-1"), credentials_for(b"k" * 32, "home-1")
    assert one == again
    assert credentials_for(b"k" * 32, "home-2").password != one.password
    assert credentials_for(b"j" * 32, "home-1").password != one.password


def test_what_a_client_signs_in_with_does_not_show_its_password() -> None:
    """Neither in a log line nor in a traceback."""
    account = credentials_for(bytes(32), "home-1")
    assert account.password not in repr(account)


def test_only_the_difference_between_known_and_wanted_homes_is_sent() -> None:
    """One home new and one gone are two commands."""
    commands = account_changes(b"k" * 32, frozenset({"a", "b"}), frozenset({"b", "c"}))
    assert [(command["command"], command["username"]) for command in commands] == [
        ("deleteClient", "a"),
        ("createClient", "c"),
    ]


def test_the_configuration_takes_nobody_without_a_password_and_logs_no_connection(installed: Installed) -> None:
    """The lines that carry the invariants are there."""
    text = configuration(installed, Listener(host="127.0.0.1", port=1), Path("accounts.json"))
    for line in ("allow_anonymous false", "connection_messages false", "listener 1 127.0.0.1", "persistence false"):
        assert line in text.splitlines()


def _listening_addresses(port: int) -> set[str]:
    """Return the IPv4 addresses (as the kernel writes them) on which somebody listens on ``port``."""
    found = set()
    for row in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]:
        local, state = row.split()[1], row.split()[3]
        address, _, hex_port = local.partition(":")
        if state == "0A" and int(hex_port, 16) == port:
            found.add(address)
    return found


async def test_a_port_that_is_taken_is_tried_again_until_it_is_free(tmp_path: Path, installed: Installed) -> None:
    """A broker that can't start says why in the log and starts once it can."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        child = Mosquitto(
            installed=installed, listener=Listener(host="127.0.0.1", port=port), folder=tmp_path, document=_nobody
        )
        task = asyncio.create_task(child.run())
        await asyncio.sleep(0.6)
        assert not child.running.is_set()
    await asyncio.wait_for(child.running.wait(), WAIT_S)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert child.pid is None


async def _nobody() -> dict[str, JsonValue]:
    """Return a document without any home."""
    return security_document(AGENCY, (), ())
