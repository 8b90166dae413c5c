"""A line that stalls, is reset, drips, answers nothing, or whose far end vanished: said, outlived, nothing doubled."""

from __future__ import annotations

import asyncio
import hashlib
import random
import socket
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import ClientSession, ClientTimeout, TCPConnector
from aiohttp.abc import AbstractResolver

from custom_components.milton_share.hub_link import client as client_module
from custom_components.milton_share.hub_link.client import HubAwayError, HubClient
from custom_components.milton_share.hub_link.session import hub_session
from custom_components.milton_share.hub_link.upload import PIECE_SIZE_MIN_BYTES, PieceSize
from custom_components.milton_share.shared.milton_protocol.sealing.age import open_sealed
from tests.milton_share.conftest import PIN, Home, join
from tests.simulators.bad_network import BadLine, between
from tests.simulators.city import age_identity

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from homeassistant.core import HomeAssistant

    from custom_components.milton_share.cases.model import CaseView
    from tests.milton_share.conftest import Owner
    from tests.simulators.hub import HubSimulator

USUAL = client_module._TIMEOUT  # noqa: SLF001  as it is where nobody is impatient
AGAIN = "Another dwelling was entered the same night."


def give_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a dead line up after seconds instead of minutes: the limits' numbers only. Not while a home joins, once."""
    monkeypatch.setattr(client_module, "_TIMEOUT", ClientTimeout(total=1.0, sock_connect=1.0))
    monkeypatch.setattr(client_module, "STALL_S", 1.0)


@pytest.fixture
async def line(hub: HubSimulator) -> AsyncIterator[BadLine]:
    """Lie between the home and the hub."""
    async for one in between(hub.url, BadLine):
        assert isinstance(one, BadLine)
        hub.reached_at(one.url)
        yield one


@pytest.fixture
async def home(
    hass: HomeAssistant, hub: HubSimulator, owner: Owner, line: BadLine, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Home]:
    """Enrol a home over the line."""
    hass.states.async_set("camera.front_door", "idle", {"friendly_name": "Front door", "supported_features": 2})
    entry = await join(hass, hub)
    give_up_soon(monkeypatch)
    yield Home(hass=hass, hub=hub, entry=entry, owner=owner)
    line.mend()
    await hass.config_entries.async_unload(entry.entry_id)


def spoil(line: BadLine, weather: str) -> None:
    """Let the line be like that from now on."""
    match weather:
        case "stalls":
            line.stalled = True
        case "black hole":
            line.deaf = True
            line.cut()
        case "refuses":
            line.refusing = True
            line.cut()
        case "cut in the answer":
            line.reset_after_down = 30
            line.cut()
        case "cut in the question":
            line.reset_after_up = 30
            line.cut()


async def shared_once(home: Home, case: CaseView, share_id: str) -> None:
    """Wait for the receipt; one share, one receipt, the very bytes that were looked at."""
    await home.until(lambda: home.case(case.request_id).state == "receipted", 60)
    assert list(home.hub.shares) == [share_id]
    assert len(home.hub.receipts[share_id]) == 1
    assert len({call.body for call in home.hub.calls if call.path == "/v1/shares"}) == 1
    assert case.clip is not None
    clip = open_sealed(home.hub.file(share_id, "clip"), age_identity("custodian-1"))
    assert hashlib.sha256(clip).hexdigest() == case.clip.clip_sha256


WEATHERS = ["stalls", "black hole", "refuses", "cut in the answer", "cut in the question"]
IN_CI = {"refuses", "cut in the answer"}


@pytest.mark.parametrize(
    "weather", [pytest.param(each, marks=() if each in IN_CI else pytest.mark.long) for each in WEATHERS]
)
async def test_a_feed_over_a_bad_line_is_away_and_comes_back_by_itself(home: Home, line: BadLine, weather: str) -> None:
    """What is known stays, each request is told once, and what came meanwhile is there."""
    told: list[int] = []
    home.coordinator.on_request(lambda: told.append(1))
    await home.receive()
    await home.until(lambda: home.state().snapshot.open_requests == 1)
    spoil(line, weather)
    home.hub.city.publish(reason=AGAIN)
    home.hub.publish()
    await home.until(lambda: home.state().snapshot.link == "away")
    assert home.state().snapshot.open_requests == 1
    line.mend()
    await home.until(lambda: home.state().snapshot.open_requests == 2)
    await home.until(lambda: home.state().snapshot.link == "feed")
    await home.until(lambda: len(told) == 2)


@pytest.mark.usefixtures("recorded")
@pytest.mark.parametrize(
    "weather", [pytest.param(each, marks=() if each in IN_CI else pytest.mark.long) for each in WEATHERS]
)
async def test_a_share_over_a_bad_line_says_so_and_arrives_once(home: Home, line: BadLine, weather: str) -> None:
    """Also its withdrawal, over the same line."""
    await home.place_camera()
    case = await home.looked_at()
    spoil(line, weather)
    share_id = await home.approve(case)
    await home.until(lambda: (share := home.case(case.request_id).share) is not None and share.trouble == "hub_away")
    line.mend()
    await shared_once(home, case, share_id)
    spoil(line, weather)
    await home.panel.shares.withdraw(home.owner.session, share_id, PIN)
    await home.until(lambda: (share := home.case(case.request_id).share) is not None and share.trouble == "hub_away")
    line.mend()
    await home.until(lambda: home.case(case.request_id).state == "withdrawn")
    assert set(home.hub.withdrawn) == {share_id}


@pytest.mark.usefixtures("recorded")
async def test_a_line_that_is_reset_at_every_hundred_thousandth_byte_brings_a_share_across(
    home: Home, line: BadLine
) -> None:
    """By smaller pieces: a hub keeps a piece whole or not at all."""
    await home.place_camera()
    case = await home.looked_at()
    assert case.clip is not None
    assert case.clip.size_bytes > 100_000
    line.reset_after_up = 100_000
    line.cut()
    share_id = await home.approve(case)
    await shared_once(home, case, share_id)


async def test_everything_may_come_a_byte_at_a_time(home: Home, line: BadLine, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request comes through whole, within the time that a page has outside of these tests."""
    monkeypatch.setattr(client_module, "_TIMEOUT", USUAL)
    line.slice_bytes = 1
    line.cut()
    home.hub.city.publish()
    home.hub.publish()
    await home.until(lambda: home.state().snapshot.open_requests == 1, 60)
    assert home.state().snapshot.trust_rule is None


async def test_a_body_that_the_line_takes_no_more_of_is_given_up(
    hass: HomeAssistant, line: BadLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than all buffers on the way hold: nothing times out by itself there, the far end is silent, not gone."""
    give_up_soon(monkeypatch)
    client = HubClient(hub_session(hass), line.url, "token")
    line.stalled = True
    asyncio.get_running_loop().set_exception_handler(_what_aiohttp_leaves)
    with pytest.raises(HubAwayError):
        await client.tus("PATCH", "/v1/uploads/1/clip", {"Upload-Offset": "0"}, bytes(64 * 2**20))


def _what_aiohttp_leaves(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Pass over the wait for room that aiohttp's writer had when its connection was closed, and nothing else."""
    assert isinstance(context.get("exception"), ConnectionError), context


def test_a_piece_is_halved_for_a_bad_line_and_grows_again() -> None:
    """Between the least that any line brings across and the most."""
    pieces = PieceSize()
    most = pieces.size_bytes
    for _ in range(20):
        pieces.failed()
    assert pieces.size_bytes == PIECE_SIZE_MIN_BYTES
    for _ in range(60):
        pieces.passed()
    assert pieces.size_bytes == most


def test_a_line_that_brings_two_mebibytes_and_not_four_seldom_sends_in_vain() -> None:
    """What is too much is tried again only when much has come through."""
    pieces, came, failed = PieceSize(), 0, 0
    for _ in range(100):
        if pieces.size_bytes > 2 * 2**20:
            failed += 1
            pieces.failed()
        else:
            came += pieces.size_bytes
            pieces.passed()
    assert failed <= 12
    assert came >= 150 * 2**20


class NoNames(AbstractResolver):
    """A name server that does not answer."""

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET) -> list[Any]:
        """Find nothing."""
        raise socket.gaierror(socket.EAI_AGAIN, f"{host}:{port} {family}")

    async def close(self) -> None:
        """Do nothing."""


async def test_a_name_that_is_nowhere_is_no_contact() -> None:
    """As when the home's own internet is gone."""
    async with ClientSession(connector=TCPConnector(resolver=NoNames())) as session:
        with pytest.raises(HubAwayError):
            await HubClient(session, "https://hub.example").get("/v1/city", max_bytes=100)


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1, 6))])
async def test_messages_in_any_order_and_twice_end_in_the_same(home: Home, seed: int) -> None:
    """Both ways deliver into one place: documents, requests and withdrawals overtake each other and come again."""
    city, told = home.hub.city, []
    home.coordinator.on_request(lambda: told.append(1))
    history: list[tuple[str, bytes | None]] = []
    for number in range(4):
        city.publish(reason=f"Dwelling number {number} was entered the same night.")
        city.sequence += 1
        history.extend(city.topics().items())
    first = next(iter(city.bundles))
    city.withdrawn.add(first)
    city.sequence += 1
    last = dict(city.topics())
    history.extend(last.items())
    order = random.Random(seed)  # noqa: S311  an order, not a secret
    messages = history * 2
    order.shuffle(messages)
    inbox = home.services.inbox
    await asyncio.gather(*(inbox.deliver(messages[start : start + 7]) for start in range(0, len(messages), 7)))
    home.hub.publish()
    await home.until(lambda: (one := home.request(first)) is not None and one.refused == "withdrawn")
    await home.until(lambda: home.state().snapshot.open_requests == 3)
    await home.until(lambda: len(told) in {3, 4})  # once each; what was withdrawn only where it came first
