"""A program in mosquitto's place that does what mosquitto never should."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import aiomqtt
import pytest

from hub.broker import mosquitto
from hub.broker.accounts import MqttCredentials
from hub.broker.endpoint import Endpoint
from hub.broker.mosquitto import Installed, Listener, Mosquitto
from tests.simulators.broker_bench import eventually
from tests.simulators.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

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


class SlowThreads(ThreadPoolExecutor):
    """What a thread has done, its loop learns half a second later, as on a busy machine."""

    def submit[**P, T](self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Do it and wait."""

        def do_and_wait() -> T:
            done = fn(*args, **kwargs)
            time.sleep(0.5)
            return done

        return super().submit(do_and_wait)


CONNACK, PUBLISH, SUBACK = 0x20, 0x30, 0x90
WELCOME = bytes([CONNACK, 2, 0, 0])
NO_TEXT = b"milton/\xff"
NO_MQTT = 2 * (bytes([PUBLISH, 2 + len(NO_TEXT), 0, len(NO_TEXT)]) + NO_TEXT)


async def hear(client: aiomqtt.Client) -> aiomqtt.Message:
    """Connect and ask as the hub does, and return what comes first."""
    async with client:
        await client.subscribe("milton/#")
        return await anext(aiter(client.messages))


@pytest.mark.parametrize("when", ["with its welcome", "when it is asked"])
async def test_a_broker_that_sends_no_mqtt_is_hung_up_on(when: str) -> None:
    """A topic that is no text: the library fails at it, and must not do so again in each turn of the loop."""
    asyncio.get_running_loop().set_default_executor(SlowThreads())  # all is read before it knows that it is connected
    left = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(4_096)
        if when == "with its welcome":
            writer.write(WELCOME + NO_MQTT)
        else:
            writer.write(WELCOME)
            asked = (await reader.read(4_096))[2:4]
            writer.write(bytes([SUBACK, 3]) + asked + b"\x00" + NO_MQTT)
        with suppress(ConnectionError):
            await reader.read()
        left.set()
        writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    endpoint = Endpoint(host="127.0.0.1", port=server.sockets[0].getsockname()[1])
    client = endpoint.client(MqttCredentials(username="hub", password="secret"))  # kept: nobody else ends its line
    async with server, asyncio.timeout(20):
        with pytest.raises(aiomqtt.MqttError):
            await hear(client)
        await left.wait()
