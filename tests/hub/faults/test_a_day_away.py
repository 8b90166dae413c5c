"""Broker or hub are away for a day: what officers, administrators and whoever runs the hub are told, and what stays."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import aiomqtt
import pytest
from sqlalchemy import select

from hub.audit.model import AuditRow
from hub.broker.accounts import credentials_for
from hub.broker.endpoint import Endpoint
from hub.broker.errors import BrokerError
from hub.broker.mosquitto import Installed
from hub.broker.setup import accounts_secret
from hub.enrollment.model import Home
from hub.kit.digests import secret_digest
from hub.live.lapses import ACTION
from milton_protocol.messages.homes.feed import FeedPage
from milton_protocol.topics import every_topic, topic_prefix
from tests.simulators.agency import found_agency, running_agency, serving_agency
from tests.simulators.broker_bench import eventually
from tests.simulators.hub_bench import MovableClock, seed_home
from tests.simulators.joining import joins
from tests.simulators.live import live_statement
from tests.simulators.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.simulators.agency import Agency

A_DAY = timedelta(hours=25)
QUIET_S = 0.4  # a broker sends all that it retains at once
TOLD = "The broker is not reached. Homes ask the HTTPS feed meanwhile"
ELSEWHERE = {"kind": "circle", "center": [341_500_000, -842_900_000], "radius_m": 250}


async def page(agency: Agency, person_id: str, path: str) -> str:
    """Return a page as a person reads it."""
    desk = await agency.desk(person_id)
    async with agency.session.get(agency.officers_url + path, headers=desk.headers | {"Accept": "text/html"}) as answer:
        assert answer.status == 200, path
        return await answer.text()


async def degraded(agency: Agency) -> list[str]:
    """Return what a watcher of the hub reads at its residents' hostname."""
    status, body = await agency.get("/health")
    health = json.loads(body)
    assert (status, health["ready"]) == (200, True)
    return list(health["degraded"])


@contextmanager
def kept_from(port: int) -> Iterator[None]:
    """End the hub's own broker and keep its port from the next one."""
    parent = os.getpid()
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
    (pid,) = (each for each in map(int, children) if b"mosquitto" in Path(f"/proc/{each}/cmdline").read_bytes())
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        os.kill(pid, signal.SIGKILL)
        while True:
            try:
                taken.bind(("127.0.0.1", port))
            except OSError:
                continue  # it is not gone yet
            break
        taken.listen()  # a port that is only bound can be had by the next one
        yield


async def retained(agency: Agency, port: int, token: str) -> dict[str, bytes]:
    """Return what the home of ``token`` gets of the broker, by topic."""
    async with agency.hub.database.reading() as session:
        home = (await session.scalars(select(Home).where(Home.token_sha256 == secret_digest(token)))).one()
    who = credentials_for(accounts_secret(agency.settings.broker_folder), home.mqtt_username)
    prefix, found = topic_prefix(agency.settings.agency_id), {}
    async with Endpoint(host="127.0.0.1", port=port).client(who) as client:
        await client.subscribe(every_topic(agency.settings.agency_id), qos=1)
        messages = aiter(client.messages)
        with suppress(TimeoutError):
            while True:
                async with asyncio.timeout(QUIET_S):
                    message = await anext(messages)
                assert isinstance(message.payload, bytes)
                found[str(message.topic).removeprefix(prefix)] = message.payload
    return found


async def test_a_day_without_the_broker_is_said_and_nothing_of_it_is_lost(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Officers, administrators, /health and the log say so; the feed has all; back, it holds exactly what is live."""
    try:
        Installed.find()
    except BrokerError as error:
        pytest.skip(f"no real broker here: {error.detail}")
    port = free_port()
    async with running_agency(tmp_path, "--broker", "mosquitto", f"--listen-mqtt=127.0.0.1:{port}") as agency:
        await joins(tmp_path, "ida", "administrator", badge="-")

        async def is_up() -> bool:
            return not await degraded(agency)

        async def is_lost() -> bool:
            return any("is not reached" in each for each in caplog.messages)

        async def is_filled() -> bool:
            with suppress(aiomqtt.MqttError):
                return "live" in await retained(agency, port, token)
            return False

        withdrawn = await agency.published(case_number="26-1001", expires_in_h=72)
        ended = await agency.published(case_number="26-1002", expires_in_h=24, area=ELSEWHERE)
        token = await seed_home(agency.hub.database)
        agency.clock.ahead = timedelta(minutes=2)
        await eventually(is_up)
        assert TOLD not in await page(agency, "officer", f"/requests/{ended}")
        with kept_from(port):
            await eventually(is_lost)
            assert await degraded(agency) == []  # it may be back at once
            agency.clock.ahead += A_DAY
            assert await degraded(agency) == ["broker"]
            officer = await agency.desk("officer")
            assert (await officer.act(withdrawn, "withdraw"))[0] == 200
            live = await agency.published(case_number="26-1003", expires_in_h=72)
            await agency.hub.jobs.run_now("expiry")
            for person_id, path in (
                ("officer", f"/requests/{live}"),
                ("officer", "/requests"),
                ("ida", "/administration"),
            ):
                assert TOLD in await page(agency, person_id, path), path
            _, body = await agency.get("/v1/feed", token)
            assert {each.topic.rsplit("/", 1)[1] for each in FeedPage.from_bytes(body).messages} >= {live, "live"}
        await eventually(is_filled)
        topics = await retained(agency, port, token)
        assert {each for each in topics if each.startswith("req")} == {f"requests/{live}", f"requests/{withdrawn}"}
        async with agency.hub.database.reading() as session:
            assert topics == {each: await agency.hub.topics.get(session, each) for each in topics}
        statement = await live_statement(agency.hub)
        assert (statement.live, statement.withdrawn) == ((live,), (withdrawn,))
        await eventually(is_up)
        assert TOLD not in await page(agency, "officer", f"/requests/{live}")
    said = [each.split(" (")[0] for each in caplog.messages if "broker is" in each]
    assert said == ["The broker is not reached", "The broker is reached again"]


async def test_a_hub_that_was_away_for_a_day_says_so_and_ends_what_expired(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The first statement comes at once; officer, administrators, trail and log say from when to when it was away."""
    settings, passkeys = await asyncio.to_thread(found_agency, tmp_path)
    await joins(tmp_path, "ida", "administrator", badge="-")
    async with serving_agency(settings, passkeys, MovableClock()) as agency:
        live = await agency.published(case_number="26-1001", expires_in_h=72)
        ended = await agency.published(case_number="26-1002", expires_in_h=24, area=ELSEWHERE)
        before = await live_statement(agency.hub)
    async with serving_agency(settings, passkeys, MovableClock(ahead=A_DAY)) as agency:
        after = await live_statement(agency.hub)
        assert (after.sequence > before.sequence, after.live) == (True, (live,))
        await agency.hub.jobs.run_now("expiry")
        for person_id, path in (
            ("officer", f"/requests/{live}"),
            ("officer", f"/requests/{ended}"),
            ("ida", "/administration"),
        ):
            text = await page(agency, person_id, path)
            assert ("The hub was away" in text) == (path != f"/requests/{ended}"), path
            if path.startswith("/requests"):
                state = "published" if path.endswith(live) else "expired"
                assert f'data-state="{state}"' in text
        new = await agency.published(case_number="26-1003", expires_in_h=72, area=ELSEWHERE)
        assert "The hub was away" not in await page(agency, "officer", f"/requests/{new}")
        async with agency.hub.database.reading() as session:
            (row,) = await session.scalars(select(AuditRow).where(AuditRow.action == ACTION))
        assert datetime.fromisoformat(row.subject) == before.expires_at
        assert [row.subject in each for each in caplog.messages if "No live statement" in each] == [True]
        assert (await agency.get("/health"))[0] == 200


async def test_a_hub_that_was_away_for_less_had_its_statement_in_force(tmp_path: Path) -> None:
    """Twenty-three hours: homes could share all the time, and nobody is told otherwise."""
    settings, passkeys = await asyncio.to_thread(found_agency, tmp_path)
    async with serving_agency(settings, passkeys, MovableClock()) as agency:
        live = await agency.published(expires_in_h=72)
    async with serving_agency(settings, passkeys, MovableClock(ahead=timedelta(hours=23))) as agency:
        assert "The hub was away" not in await page(agency, "officer", f"/requests/{live}")
