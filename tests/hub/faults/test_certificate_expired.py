"""A certificate of the hub's own is over, or soon will be: whom it concerns is told before and after."""

from __future__ import annotations

import asyncio
import json
import logging
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from hub.app import build_hub
from hub.broker.errors import BrokerError
from hub.broker.mosquitto import Installed
from hub.kit.notices import About
from hub.kit.settings import Settings
from hub.kit.settings_table import SETTINGS_NAME
from hub.web.expiring import ENDED, WARN_BEFORE, Expiring
from milton_protocol.messages.homes.feed import FeedPage
from tests.simulators.broker_bench import eventually
from tests.simulators.certificates import self_signed
from tests.simulators.enrolled import station
from tests.simulators.hub_bench import found_city, seed_home
from tests.simulators.hub_doors import serving_doors
from tests.simulators.joining import joins
from tests.simulators.ports import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from hub.web.context import Hub

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
        assert "broker_certificate" in await degraded(hub)
    expired = [each for each in caplog.records if "certificate expired on" in each.getMessage()]
    assert {each.levelno for each in expired} == {logging.ERROR}
    caplog.clear()
    async with running(settings, GOOD) as hub:
        await asyncio.wait_for(mirrored(hub), 60)
    assert not [each for each in caplog.messages if "certificate" in each]


async def mirrored(hub: Hub) -> None:
    """Wait until the hub's own client holds a connection to the broker."""
    assert "broker_certificate" not in [each.about for each in hub.notices.now()]
    address = hub.settings.broker.listen

    async def taken() -> bool:
        lines = [line.split() for line in (await asyncio.to_thread(_connections)).splitlines()[1:]]
        return any(line[3] == "01" and int(line[2].split(":")[1], 16) == address.port for line in lines)

    await eventually(taken)


def _connections() -> str:
    return Path("/proc/net/tcp").read_text(encoding="ascii")


async def degraded(hub: Hub) -> list[str]:
    """Return what a watcher of the hub reads at its residents' hostname."""
    async with (
        TestServer(hub.homes) as homes,
        aiohttp.ClientSession() as session,
        session.get(homes.make_url("/health")) as answer,
    ):
        assert answer.status == 200
        return list(json.loads(await answer.read())["degraded"])


@pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")
async def test_officers_whose_door_has_an_expired_certificate_are_refused_and_the_log_says_why(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A browser doesn't open the page; who runs the hub reads why in the log, a watcher at the other hostname."""
    async with station(tmp_path, ends_in=OVER) as city:
        browser = await city.browser(await city.machine("front desk"))
        with pytest.raises(aiohttp.ClientConnectorCertificateError) as refused:
            await browser.agency.session.get(f"{city.agency.officers_url}/sign-in")
        assert isinstance(refused.value.certificate_error, ssl.SSLCertVerificationError)
        assert "expired" in refused.value.certificate_error.verify_message
        assert await degraded(city.agency.hub) == ["officers_certificate"]
    (said,) = [each for each in caplog.records if "certificate expired on" in each.getMessage()]
    assert (said.levelno, ENDED[About.OFFICERS_CERTIFICATE] in said.getMessage()) == (logging.ERROR, True)


async def test_an_administrator_reads_that_the_officers_certificate_will_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Within the two weeks before, on the page where their day begins; an officer is not bothered with it."""
    async with station(tmp_path, ends_in=WARN_BEFORE - timedelta(days=1)) as city:
        await joins(tmp_path, "ida", "administrator", badge="-")
        machine = await city.machine("front desk")
        for person_id, path, is_told in (("ida", "/administration", True), ("officer", "/requests", False)):
            device = await city.signed_in(machine, person_id)
            _, text = await device.page(path)
            assert ("The officers&#39; certificate expires on" in text) == is_told
        assert await degraded(city.agency.hub) == ["officers_certificate"]
    assert [each.levelno for each in caplog.records if "expires on" in each.getMessage()] == [logging.WARNING]


@pytest.mark.parametrize("about", ENDED)
def test_a_certificate_is_spoken_of_before_it_ends(tmp_path: Path, about: About) -> None:
    """Two weeks before as a warning; over, not yet begun or unreadable as an error; else not at all."""
    pem = self_signed(tmp_path, "hub.example", ends_in=GOOD)[0].read_bytes()
    now = datetime.now(UTC)  # not before it was made: its end would not have come yet
    assert Expiring(about, pem).word(now) is None
    soon = Expiring(about, pem).word(now + GOOD - WARN_BEFORE + timedelta(hours=1))
    assert soon is not None
    assert (soon.level, "expires on" in soon.sentence) == (logging.WARNING, True)
    for data, at, words in (
        (pem, now + GOOD, "expired on"),
        (pem, now - timedelta(days=3), "not valid before"),
        (b"no certificate", now, "can't be read"),
    ):
        word = Expiring(about, data).word(at)
        assert word is not None
        assert (word.level, words in word.sentence, ENDED[about] in word.sentence) == (logging.ERROR, True, True)
