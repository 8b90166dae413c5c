"""A program in mosquitto's place that does what mosquitto never should."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import aiomqtt
import pytest

from hub.broker import mosquitto
from hub.broker.accounts import MqttCredentials
from hub.broker.endpoint import Endpoint
from hub.broker.mosquitto import Installed, Listener, Mosquitto
from tests.simulators.broker_bench import eventually, free_port

if TYPE_CHECKING:
    from milton_protocol.canonical import JsonValue


async def nobody() -> dict[str, JsonValue]:
    """Return accounts for nobody."""
    return {}


def child_of(tmp_path: Path, script: str) -> Mosquitto:
    """Return a supervisor over a program that runs this script."""
    program = tmp_path / "mosquitto"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    return Mosquitto(
        installed=Installed(program=program, plugin=tmp_path / "plugin.so"),
        listener=Listener(host="127.0.0.1", port=free_port()),
        folder=tmp_path / "broker",
        document=nobody,
    )


def is_alive(pid: object) -> bool:
    """Whether a process of this id runs."""
    return Path(f"/proc/{pid}").exists()


async def test_a_broker_that_never_answers_is_ended_and_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is never taken for a running one, and the log says why there is none."""
    monkeypatch.setattr(mosquitto, "START_TIMEOUT_S", 2.0)  # a busy machine takes one to start a shell
    child = child_of(tmp_path, f"echo $$ >> {tmp_path}/started; echo hello >&2; exec sleep 60")
    task = asyncio.create_task(child.run())

    async def tried_twice() -> bool:
        return (tmp_path / "started").exists() and len((tmp_path / "started").read_text().split()) >= 2

    await eventually(tried_twice, within_s=60)
    assert not child.running.is_set()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert "does not answer" in caplog.text
    assert "broker: hello" in caplog.text
    pids = (tmp_path / "started").read_text().split()
    assert not [pid for pid in pids if is_alive(pid)]


async def test_a_broker_that_does_not_end_when_asked_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub's own end takes a bounded time."""
    monkeypatch.setattr(mosquitto, "STOP_TIMEOUT_S", 0.3)
    child = child_of(tmp_path, f'trap "" TERM; touch {tmp_path}/ready; while :; do sleep 0.1; done')
    task = asyncio.create_task(child.run())

    async def is_ready() -> bool:
        return (tmp_path / "ready").exists()

    await eventually(is_ready)
    pid = child.pid
    task.cancel()
    async with asyncio.timeout(10):
        await asyncio.gather(task, return_exceptions=True)
    assert not is_alive(pid)


async def test_a_broker_whose_files_can_not_be_written_is_tried_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A full disk or a wrong owner: the hub goes on and says it; nothing is started with half a configuration."""
    child = child_of(tmp_path, "exit 0")
    (tmp_path / "broker").write_text("a file where the folder should be")
    task = asyncio.create_task(child.run())

    async def is_said() -> bool:
        return "did not start" in caplog.text

    await eventually(is_said)
    assert child.pid is None
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_broker_that_sends_no_mqtt_is_hung_up_on() -> None:
    """A topic that is no text: the library fails at it, and must not do so again in each turn of the loop."""
    topic = b"milton/\xff"
    publication = bytes([0x30, 2 + len(topic), 0, len(topic)]) + topic
    left = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4_096)
        writer.write(bytes([0x20, 2, 0, 0]) + publication + publication)
        with suppress(ConnectionError):
            await reader.read()
        left.set()
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    endpoint = Endpoint(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
    who = MqttCredentials(username="hub", password="secret")
    with pytest.raises(aiomqtt.MqttError):
        async with asyncio.timeout(20), endpoint.client(who) as client:
            await anext(aiter(client.messages))
    async with asyncio.timeout(20):
        await left.wait()
    server.close()
