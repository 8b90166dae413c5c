"""What the threat model says that an altered hub or broker sees: shown, so that the page says what is true."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import hdrs, web
from sqlalchemy import select

from hub.app import build_hub
from hub.broker import mosquitto
from hub.broker.errors import BrokerError
from hub.broker.mosquitto import Installed, Listener
from hub.enrollment.model import Home
from hub.kit.digests import secret_digest
from tests.simulators.broker_bench import AGENCY, running_bench
from tests.simulators.hub_bench import found_city, seed_home, seed_request
from tests.simulators.hub_doors import serving_doors
from tests.simulators.ports import free_port
from tests.simulators.sealed_share import HomeClient, seal_share

if TYPE_CHECKING:
    from pathlib import Path

    from aiohttp.typedefs import Handler


async def test_a_hub_that_is_altered_joins_a_share_to_its_home_address_and_size(tmp_path: Path) -> None:
    """A few lines more in its program, while it runs: which enrolled home, from which address, when, how large."""
    settings = await asyncio.to_thread(found_city, tmp_path)
    hub = build_hub(settings)
    seen: list[tuple[str | None, str, str, int]] = []

    @web.middleware
    async def altered(request: web.Request, handler: Handler) -> web.StreamResponse:
        token = request.headers.get(hdrs.AUTHORIZATION, "").removeprefix("Bearer ")
        seen.append((request.remote, secret_digest(token), request.path, request.content_length or 0))
        return await handler(request)

    hub.homes.middlewares.append(altered)
    async with hub.running(), serving_doors(hub) as doors, aiohttp.ClientSession() as session:
        token = await seed_home(hub.database)
        request, request_id = await seed_request(settings, hub.database, at=hub.clock())
        share = seal_share(request, request_id)
        await HomeClient(session, doors.homes, token).send(share)
        async with hub.database.reading() as rows:
            (home,) = await rows.scalars(select(Home))
    assert {(address, digest) for address, digest, _, _ in seen} == {("127.0.0.1", home.token_sha256)}
    for name, body in share.bodies.items():
        assert sum(size for _, _, path, size in seen if path == share.url(name)) == len(body)


async def test_a_broker_that_is_altered_writes_down_every_homes_address(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two words in its configuration, and the log has who is connected from where."""
    try:
        installed = Installed.find()
    except BrokerError as error:
        pytest.skip(f"no real broker here: {error.detail}")
    honest = mosquitto.configuration

    def altered(*of: object) -> str:
        return honest(*of).replace("connection_messages false", "connection_messages true\nlog_type notice")

    monkeypatch.setattr(mosquitto, "configuration", altered)
    async with running_bench(tmp_path, installed, Listener(host="127.0.0.1", port=free_port())) as bench:
        await bench.set_topic("live", b"true")
        await bench.holds(await bench.enrol("home-1"), {f"milton/v1/{AGENCY}/live": b"true"})
    assert any("from 127.0.0.1" in line and "as home-1" in line for line in caplog.messages)
