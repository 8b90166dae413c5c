"""Under which names the hub answers: a page whose name was made to lead to it (DNS rebinding) gets nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from hub.app import build_hub
from hub.web.server.hosts import host_of, is_address
from tests.simulators.hub_bench import found_city
from tests.simulators.hub_doors import Doors, Line, serving_doors

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

pytestmark = pytest.mark.asyncio(loop_scope="module")

OWN = {"homes": b"hub.milton.example", "officers": b"officers.milton.example", "signer": b"sign.milton.example"}
PATHS = {"homes": b"/v1/city", "officers": b"/sign-in", "signer": b"/config.json"}
CITY = (
    *("--city", "Milton", "--agency", "Milton Police", "--agency-id", "milton-pd"),
    *("--home-url", "https://hub.milton.example"),
    *("--officers-origin", "https://officers.milton.example", "--signer-origin", "https://sign.milton.example"),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def doors(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Doors]:
    """Run a hub that has hostnames."""
    settings = await asyncio.to_thread(found_city, tmp_path_factory.mktemp("hub"), *CITY)
    hub = build_hub(settings)
    async with hub.running(), serving_doors(hub) as opened:
        yield opened


async def asked(doors: Doors, where: str, *hosts: bytes) -> int:
    """Ask an open path of an application with these Host headers; return the status."""
    async with await Line.open(getattr(doors, where)) as line:
        lines = (b"Host: " + host for host in hosts)
        await line.say(b"GET " + PATHS[where] + b" HTTP/1.1", *lines, b"Connection: close")
        return await line.status()


@pytest.mark.parametrize("where", OWN)
@pytest.mark.parametrize("port", [b"", b":443", b":8442"])
async def test_the_hubs_own_name_is_answered(doors: Doors, where: str, port: bytes) -> None:
    """As a web server in front hands it on, in any case."""
    assert await asked(doors, where, OWN[where] + port) == 200
    assert await asked(doors, where, OWN[where].upper() + port) == 200


@pytest.mark.parametrize("where", OWN)
@pytest.mark.parametrize("host", [b"127.0.0.1:1", b"localhost", b"localhost.", b"[::1]:8442", b"192.0.2.7"])
async def test_an_address_is_answered_for_no_site_has_one_as_its_name(doors: Doors, where: str, host: bytes) -> None:
    """A web server in front that hands on no name, a watcher, a demonstration."""
    assert await asked(doors, where, host) == 200


@pytest.mark.parametrize("where", OWN)
@pytest.mark.parametrize(
    "host",
    [
        b"evil.example",
        b"evil.example:8442",
        b"localhost.evil.example",
        b"127.0.0.1.evil.example",
        b"officers.milton.example.evil.example",
        b"evil.example@localhost",
        b"localhost/evil.example",
        b"localhost?x",
        b"localhost, evil.example",
        b"0x7f.1",
        b"",
        b"[::1",
        b"localhost:port",
    ],
)
async def test_another_name_is_refused_before_anything_is_looked_at(doors: Doors, where: str, host: bytes) -> None:
    """Near misses too, at every application."""
    assert await asked(doors, where, host) in {400, 421}


@pytest.mark.parametrize("where", OWN)
async def test_one_applications_name_does_not_open_another(doors: Doors, where: str) -> None:
    """Residents' hostname never shows an officers' page, however a web server was misconfigured."""
    for other in OWN.keys() - {where}:
        assert await asked(doors, where, OWN[other]) == 421


@pytest.mark.parametrize("where", OWN)
async def test_two_names_are_none(doors: Doors, where: str) -> None:
    """What two readers would read apart is refused."""
    assert await asked(doors, where, b"localhost", b"evil.example") in {400, 421}
    assert await asked(doors, where, b"evil.example", b"localhost") in {400, 421}
    assert await asked(doors, where) in {400, 421}


async def test_a_host_header_is_read_strictly() -> None:
    """Case, port and a final dot are forgiven; nothing else is."""
    assert host_of(["LOCALHOST.:80"]) == "localhost"
    assert host_of(["[::1]:80"]) == "::1"
    for value in ("", "a@b", "a/b", "a#b", "a:b", "[::1", "a:99999999"):
        assert host_of([value]) is None, value
    assert is_address("::1")
    assert not is_address("127.1.evil.example")
