"""The certificate of the hub's own broker is over: who runs the hub is told, homes use the feed, nothing is lost."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest

from hub.app import build_hub
from hub.broker.certificate import WARN_BEFORE, notice_of
from hub.broker.errors import BrokerError
from hub.broker.mosquitto import Installed
from hub.settings import SETTINGS_NAME, Settings
from milton_protocol.messages.feed import FeedPage
from tests.simulators.broker_bench import eventually, free_port
from tests.simulators.certificates import self_signed
from tests.simulators.hub_bench import found_city, seed_home
from tests.simulators.hub_doors import serving_doors

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from hub.context import Hub

OVER, GOOD = timedelta(days=-2), timedelta(days=60)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Found a city whose broker speaks TLS; skip where there is none."""
    try:
        Installed.find()
    except BrokerError as error:
        pytest.skip(f"no real broker here: {error.detail}")
    settings = found_city(tmp_path, "--broker", "mosquitto", f"--listen-mqtt=127.0.0.1:{free_port()}")
    path = settings.folder / SETTINGS_NAME
    names = 'certificate = "certificate.pem"\nkey = "key.pem"\n'
    path.write_text(path.read_text().replace("[broker]\n", f"[broker]\n{names}"))
    return Settings.load(tmp_path)


@asynccontextmanager
async def running(settings: Settings, ends_in: timedelta) -> AsyncIterator[Hub]:
    """Run the hub with a certificate that ends then."""
    self_signed(settings.folder, "hub.example", ends_in=ends_in)
    hub = build_hub(settings)
    async with hub.running():
        yield hub


# paho leaves the socket of a refused handshake to Python's collector.
@pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")
@pytest.mark.filterwarnings("ignore:Exception ignored in. <ssl.SSLSocket:pytest.PytestUnraisableExceptionWarning")
async def test_homes_go_on_by_the_feed_and_the_log_says_why(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody, not the hub itself, trusts the broker; the feed has everything; renewed, the broker is up again."""
    async with running(settings, OVER) as hub, serving_doors(hub) as doors, aiohttp.ClientSession() as session:

        async def said() -> bool:
            return any("The broker is not reached" in each for each in caplog.messages)

        await eventually(said)
        token = await seed_home(hub.database)
        headers = {"Authorization": f"Bearer {token}"}
        async with session.get(f"{doors.homes}/v1/feed", headers=headers) as answer:
            page = FeedPage.from_bytes(await answer.read())
        assert {message.topic.rsplit("/", 1)[1] for message in page.messages} >= {"city-record", "directory", "live"}
    expired = [each for each in caplog.records if "certificate expired on" in each.getMessage()]
    assert {each.levelno for each in expired} == {logging.ERROR}
    caplog.clear()
    async with running(settings, GOOD) as hub:
        await asyncio.wait_for(mirrored(hub), 60)
    assert not [each for each in caplog.messages if "certificate" in each]


async def mirrored(hub: Hub) -> None:
    """Wait until the hub's own client holds a connection to the broker."""
    path = hub.settings.folder / "certificate.pem"
    assert notice_of(path.read_bytes(), hub.clock()) is None
    address = hub.settings.broker.listen

    async def taken() -> bool:
        lines = [line.split() for line in (await asyncio.to_thread(_connections)).splitlines()[1:]]
        return any(line[3] == "01" and int(line[2].split(":")[1], 16) == address.port for line in lines)

    await eventually(taken)


def _connections() -> str:
    return Path("/proc/net/tcp").read_text(encoding="ascii")


def test_a_certificate_is_spoken_of_before_it_ends(tmp_path: Path) -> None:
    """Two weeks before as a warning; over, not yet begun or unreadable as an error; else not at all."""
    now = datetime.now(UTC)
    pem = self_signed(tmp_path, "hub.example", ends_in=GOOD)[0].read_bytes()
    assert notice_of(pem, now) is None
    soon = notice_of(pem, now + GOOD - WARN_BEFORE + timedelta(hours=1))
    assert soon is not None
    assert (soon.level, "expires on" in soon.sentence) == (logging.WARNING, True)
    for data, at, word in (
        (pem, now + GOOD, "expired on"),
        (pem, now - timedelta(days=3), "not valid before"),
        (b"no certificate", now, "can't be read"),
    ):
        notice = notice_of(data, at)
        assert notice is not None
        assert (notice.level, word in notice.sentence) == (logging.ERROR, True)
