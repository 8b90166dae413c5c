"""Only a Frigate in the home's own network is asked: else who sees the wire would learn of a match (law 1)."""

from __future__ import annotations

import _socket
import socket
from dataclasses import replace
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING

import aiohttp
import pytest
from pytest_socket import socket_allow_hosts

from custom_components.milton_share.sources.onvif import ask_clock
from custom_components.milton_share.sources.recorder_clients import CopyError
from custom_components.milton_share.sources.recorder_clients.connection.nearby import (
    is_nearby,
    own_address,
    require_nearby,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.milton_share.sources.frigate.kitchen import Kitchen

OWN = IPv6Address("2a02:8109:9c00:1234::10")
PUBLIC = "2606:4700::1111"


@pytest.fixture
def _may_look_outside() -> Iterator[None]:
    """Let a test find out from where it would speak; nothing is sent by that."""
    socket_allow_hosts(["127.0.0.1", "::1", "fe80::1", PUBLIC])
    yield
    socket_allow_hosts(["127.0.0.1"])


@pytest.mark.parametrize(
    ("address", "nearby"),
    [
        ("127.0.0.1", True),
        ("192.168.1.20", True),
        ("10.8.0.3", True),
        ("172.30.33.4", True),
        ("169.254.7.7", True),
        ("fe80::1", True),
        ("fd00::5", True),
        ("::ffff:192.168.1.20", True),
        ("2a02:8109:9c00:1234::20", True),
        ("2a02:8109:9c00:1235::20", False),
        ("2606:4700::1111", False),
        ("8.8.8.8", False),
        ("::ffff:8.8.8.8", False),
        ("100.100.3.4", False),
    ],
)
def test_an_address_is_the_homes_own_or_it_is_not(address: str, nearby: bool) -> None:  # noqa: FBT001  of the table
    """Private, link-local, this machine, or public in the same network; no other."""
    assert is_nearby(ip_address(address), lambda _other: OWN) is nearby


def test_a_public_address_is_not_the_homes_own_where_this_machine_has_none() -> None:
    """Without IPv6 no such address is reached from here anyway."""
    assert not is_nearby(ip_address("2606:4700::1111"), lambda _other: None)


@pytest.mark.skipif(not socket.has_ipv6, reason="the machine has no IPv6")
@pytest.mark.usefixtures("_may_look_outside")
def test_this_machine_knows_from_where_it_would_speak() -> None:
    """To itself from itself; to a neighbor without saying over which line, from nowhere."""
    assert own_address(IPv6Address("::1")) in {IPv6Address("::1"), None}
    assert own_address(IPv6Address("fe80::1")) is None


@pytest.mark.usefixtures("_may_look_outside")
@pytest.mark.parametrize("url", ["https://8.8.8.8:8971", f"http://[{PUBLIC}]:5000", "http://100.100.3.4:5000"])
async def test_a_frigate_outside_of_the_home_is_never_asked(kitchen: Kitchen, url: str) -> None:
    """Not for its version, and for no recording: refused before anything is sent."""
    client = kitchen.client(replace(kitchen.server, url=url))
    with pytest.raises(CopyError, match="source_away: an address outside"):
        await client.version()
    with pytest.raises(CopyError, match="source_away: an address outside"):
        await client.recordings("front_door", 0, 1)


@pytest.fixture
def _system_resolves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask the system itself for an address: newer test kits of Home Assistant refuse each name before it is read."""
    monkeypatch.setattr(socket, "getaddrinfo", _socket.getaddrinfo)


@pytest.mark.usefixtures("_system_resolves")
@pytest.mark.parametrize(("host", "port"), [("." + "x" * 70, 80), ("a..b", 80), ("a\0b", 80), ("127.0.0.1", 2**31)])
async def test_what_no_host_can_be_called_is_nowhere_near(host: str, port: int) -> None:
    """It comes out of a camera's stream address, or of a form: no camera's clock is asked there, and none waits."""
    with pytest.raises(CopyError, match="source_away"):
        await require_nearby(host, port)
    async with aiohttp.ClientSession() as session:
        assert await ask_clock(session, host, port) is None
