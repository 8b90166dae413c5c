"""A UniFi Protect or a Reolink that lies, or something in its place: a stated outcome each, and nobody else waits."""

from __future__ import annotations

import asyncio
import gzip
import socket
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp import web

from custom_components.milton_share.sources.protect import ProtectAdapter, ProtectClient, ProtectServer
from custom_components.milton_share.sources.protect import client as protect_client
from custom_components.milton_share.sources.protect.pieces import SLACK_MS
from custom_components.milton_share.sources.recorder_clients import (
    CopiedSource,
    CopyError,
    CopyRule,
    RecorderCamera,
    recorders,
)
from custom_components.milton_share.sources.recorder_clients.connection import line
from custom_components.milton_share.sources.recorder_clients.times.requested import AskedRange
from custom_components.milton_share.sources.reolink import ReolinkAdapter, ReolinkClient, ReolinkServer
from custom_components.milton_share.sources.reolink import client as reolink_client
from tests.cases import in_ci
from tests.clips.frigate_recordings import record_as_frigate
from tests.milton_share.sources.frigate.kitchen import refused_by
from tests.milton_share.sources.protect import console as consoles
from tests.milton_share.sources.reolink import device as devices
from tests.simulators.films import Film, export
from tests.simulators.unifi_protect.peer import CAMERA_ID, MAC

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from custom_components.milton_share.sources.model import Coverage
    from tests.simulators.reolink.peer import Reolink
from tests.simulators.unifi_protect.peer import Protect

PAGE = "<!doctype html><title>Sign in</title>"
SCRIPT = b"ffconcat version 1.0\nfile /config/secrets.yaml\n"
PLAYLIST = b"#EXTM3U\n#EXTINF:10,\nfile:///config/secrets.yaml\n"
EMPTY_MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isomiso2" + bytes(5_000)
KINDS = ("protect", "reolink")
QUESTIONS = {"protect": ("nvr", "cameras"), "reolink": ("GetDevInfo", "GetTime")}
FILE = {"protect": ("export",), "reolink": ("Download", "Playback")}
LOGIN = {"protect": "login", "reolink": "Login"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One of the two, with the source in front of it."""

    kind: str
    peer: Protect | Reolink
    source: CopiedSource
    folder: Path
    hold: Callable[[], Awaitable[Coverage]]
    ask: Callable[[], Awaitable[object]]
    fetch: Callable[[Path], Awaitable[object]]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Film a few files, and one of them all."""
    video: dict[str, object] = {"vcodec": "libx264", "preset": "ultrafast", "g": 15, "bf": 0}
    folder = tmp_path_factory.mktemp("recorded") / "parts"
    record_as_frigate(folder, seconds=18, segment_s=devices.LENGTH_S, video=video, sound="none")
    return folder


@pytest.fixture(scope="module")
def parts(recorded: Path) -> list[Path]:
    """Return the files."""
    return sorted(recorded.glob("[0-9]*.mp4"))


@asynccontextmanager
async def staged(kind: str, folder: Path, recorded: Path, parts: list[Path]) -> AsyncIterator[Stage]:
    """Start one of the two."""
    if kind == "protect":
        async with consoles.running(folder, recorded / "camera.mp4") as console:
            client = console.client()
            start_ms = round(console.began.timestamp() * 1000)
            asked = AskedRange(from_ms=start_ms, until_ms=start_ms + 9_000, slack_ms=SLACK_MS)
            yield Stage(
                kind=kind,
                peer=console.peer,
                source=console.source,
                folder=console.folder,
                hold=lambda: console.hold(2, 14),
                ask=client.cameras,
                fetch=lambda target: client.export(CAMERA_ID, asked, {}, target, 10**9),
            )
        return
    async with devices.running(folder, parts) as device:
        asker = device.client()
        yield Stage(
            kind=kind,
            peer=device.peer,
            source=device.source,
            folder=device.folder,
            hold=lambda: device.hold(1, 17),
            ask=asker.wall_clock,
            fetch=lambda target: asker.fetch(device.peer.files[0].name(0.0), target, 10**9),
        )


@pytest.fixture(params=KINDS)
async def stage(
    request: pytest.FixtureRequest, tmp_path: Path, recorded: Path, parts: list[Path]
) -> AsyncIterator[Stage]:
    """Start each of the two."""
    async with staged(request.param, tmp_path, recorded, parts) as one:
        await one.source.stop()  # it looks by itself
        await one.source.start()
        yield one


def lie(stage: Stage, routes: tuple[str, ...], answer: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> None:
    """Have it answer something else to these."""
    stage.peer.answer |= dict.fromkeys(routes, answer)


def nothing_left(stage: Stage) -> bool:
    """Whether no file and no part of one is left."""
    return not [*stage.folder.rglob("*.mp4"), *stage.folder.rglob("*.part")]


async def held(stage: Stage) -> Coverage:
    """Hold until nothing more comes: what fails again and again while the recorder is well isn't there."""
    async with asyncio.timeout(60):
        while True:
            try:
                coverage = await stage.hold()
            except CopyError:
                coverage = None
            except Exception as refused:  # noqa: BLE001  a hold of which nothing came yet
                assert getattr(refused, "rule", "").startswith("source_")  # noqa: PT017  it says why
                coverage = None
            if coverage is not None and not coverage.pending:
                return coverage
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    "kind",
    in_ci(
        ["page", "page called json", "bent kind", "elsewhere", "packed", "not allowed"],
        ["page called json", "elsewhere", "packed"],
    ),
)
async def test_what_is_not_its_answer_is_refused_and_led_nowhere(stage: Stage, kind: str) -> None:
    """A page, a redirect to another address, a packed body: refused; the other address is never asked."""
    led: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        led.append(request.path_qs)
        return web.json_response([])

    other = web.Application()
    other.router.add_route("*", "/{path:.*}", elsewhere)
    runner = web.AppRunner(other)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    away = f"http://127.0.0.1:{runner.addresses[0][1]}/steal"

    async def answer(_request: web.Request) -> web.Response:
        return {
            "page": lambda: web.Response(text=PAGE, content_type="text/html"),
            "page called json": lambda: web.Response(text=PAGE, content_type="application/json"),
            "elsewhere": lambda: web.Response(status=307, headers={"Location": away}),
            "packed": lambda: web.Response(
                body=gzip.compress(bytes(10_000_000)),
                content_type="application/json",
                headers={"Content-Encoding": "gzip"},
            ),
            "not allowed": lambda: web.Response(status=405),
            "bent kind": lambda: web.Response(body=PAGE.encode(), headers={"Content-Type": "text/html; kind*"}),
        }[kind]()

    for routes, ask in (
        (QUESTIONS[stage.kind], stage.ask),
        (FILE[stage.kind], lambda: stage.fetch(stage.folder / "x")),
    ):
        lie(stage, routes, answer)
        assert await refused_by(ask()) == CopyRule.WRONG_ANSWER
    lie(stage, (LOGIN[stage.kind],), answer)
    stage.peer.answer = {LOGIN[stage.kind]: answer}
    stage.peer.tokens.clear()
    assert await refused_by(stage.ask()) == CopyRule.WRONG_ANSWER
    assert led == []
    assert nothing_left(stage)
    await runner.cleanup()


async def test_an_answer_without_an_end_is_cut_off(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read up to its bound and no further."""
    monkeypatch.setattr(protect_client, "CAMERAS_MAX_BYTES", 100_000)
    monkeypatch.setattr(reolink_client, "ANSWER_MAX_BYTES", 100_000)
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        answer = web.StreamResponse(headers={"Content-Type": "application/json"})
        await answer.prepare(request)
        while sent < 200_000_000:
            await answer.write(b"[" * 65_536)
            sent += 65_536
        return answer

    lie(stage, QUESTIONS[stage.kind], endless)
    assert await refused_by(stage.ask()) == CopyRule.WRONG_ANSWER
    assert sent < 100_000_000


async def test_a_recording_without_an_end_is_cut_off_and_wiped(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than any recording can be; nothing of it stays."""
    monkeypatch.setattr(protect_client, "EXPORT_MAX_BYTES", 1_000_000)
    monkeypatch.setattr(reolink_client, "FILE_MAX_BYTES", 1_000_000)

    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "video/mp4"})
        await answer.prepare(request)
        for _ in range(1_000):
            await answer.write(bytes(65_536))
        return answer

    lie(stage, FILE[stage.kind], endless)
    assert await refused_by(stage.fetch(stage.folder / "x.part")) == CopyRule.WRONG_ANSWER
    assert nothing_left(stage)
    assert (await held(stage)).segments == ()


async def test_more_than_there_is_room_for_is_not_read(stage: Stage) -> None:
    """It says so before the first byte."""

    async def large(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "video/mp4", "Content-Length": str(5 * 10**9)})
        await answer.prepare(request)
        await answer.write(b"0123456789")
        return answer

    lie(stage, FILE[stage.kind], large)
    assert await refused_by(stage.hold()) == CopyRule.HOLD_QUOTA
    assert nothing_left(stage)


async def test_a_length_that_is_wrong_makes_no_recording(stage: Stage) -> None:
    """It says a million bytes and sends ten."""

    async def short(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "video/mp4", "Content-Length": "1000000"})
        await answer.prepare(request)
        await answer.write(b"0123456789")
        assert request.transport is not None
        request.transport.close()
        return answer

    lie(stage, FILE[stage.kind], short)
    assert await refused_by(stage.fetch(stage.folder / "x.part")) == CopyRule.WRONG_ANSWER
    assert nothing_left(stage)


@pytest.mark.parametrize("body", in_ci([b"", PAGE.encode(), SCRIPT, PLAYLIST, EMPTY_MP4], [SCRIPT, EMPTY_MP4]))
async def test_a_file_that_is_no_recording_is_a_gap(stage: Stage, body: bytes) -> None:
    """A script, a playlist, a page, nothing: not kept, and not asked for again."""

    async def bad(_request: web.Request) -> web.Response:
        return web.Response(body=body, content_type="video/mp4")

    lie(stage, FILE[stage.kind], bad)
    coverage = await held(stage)
    assert (coverage.segments, coverage.trouble) == ((), None)
    assert len(coverage.gaps) == 1
    assert nothing_left(stage)
    asked = stage.peer.asked.copy()
    await held(stage)
    assert all(stage.peer.asked[route] == asked[route] for route in FILE[stage.kind])


async def test_footage_of_another_time_than_was_asked_for_is_never_used(stage: Stage, recorded: Path) -> None:
    """Whatever it is asked for, it gives three times all it has: longer than what was asked can be."""
    long = stage.folder / "long"
    double_ = [recorded / "camera.mp4"] * 3
    await asyncio.to_thread(_joined, double_, long)

    async def other(_request: web.Request) -> web.StreamResponse:
        return web.FileResponse(long, headers={"Content-Type": "video/mp4"})

    lie(stage, FILE[stage.kind], other)
    coverage = await held(stage)
    assert coverage.segments == ()
    assert coverage.gaps


async def test_one_that_stalls_is_given_up(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the question and never answers."""
    monkeypatch.setattr(protect_client, "ANSWER_S", 0.3)
    monkeypatch.setattr(reolink_client, "ANSWER_S", 0.3)

    async def never(_request: web.Request) -> web.Response:
        await asyncio.sleep(3_600)
        return web.Response()

    lie(stage, QUESTIONS[stage.kind], never)
    assert await refused_by(stage.ask()) == CopyRule.AWAY


async def test_a_size_that_no_recording_has_is_its_own_fault_and_no_want_of_room(stage: Stage) -> None:
    """For want of room what this home recorded itself would be let go, of this hold and of all others."""

    async def huge(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "video/mp4", "Content-Length": str(10**15)})
        await answer.prepare(request)
        return answer

    lie(stage, FILE[stage.kind], huge)
    assert await refused_by(stage.hold()) == CopyRule.WRONG_ANSWER
    assert nothing_left(stage)


@pytest.mark.parametrize("status", [429, 503])
async def test_one_that_has_too_much_to_do_is_away_for_a_moment(stage: Stage, status: int) -> None:
    """Whatever it is asked, and however long it wants to be left alone."""

    async def busy(_request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Retry-After": "999999999"})

    for routes in (QUESTIONS[stage.kind], (LOGIN[stage.kind],)):
        stage.peer.answer = dict.fromkeys(routes, busy)
        stage.peer.tokens.clear()
        assert await refused_by(stage.ask()) == CopyRule.AWAY
    stage.peer.answer = dict.fromkeys(FILE[stage.kind], busy)
    assert await refused_by(stage.fetch(stage.folder / "x.part")) == CopyRule.AWAY
    stage.peer.answer = {}
    await stage.ask()
    assert nothing_left(stage)


async def test_nobody_at_the_address_is_away(stage: Stage) -> None:
    """A closed port."""
    await stage.peer.stop()
    assert await refused_by(stage.ask()) == CopyRule.AWAY


@pytest.mark.parametrize("secret", ["a\r\nX-Other: b", "a b", "x" * 5_000])
async def test_a_token_that_could_be_something_else_makes_no_header_and_no_address(stage: Stage, secret: str) -> None:
    """Refused by a rule."""

    async def login(_request: web.Request) -> web.StreamResponse:
        if stage.kind == "protect":
            octal = secret.replace("\r\n", "\\015\\012")
            return web.json_response({}, headers={"Set-Cookie": f'TOKEN="{octal}"; Path=/'})
        token = {"leaseTime": 3600, "name": secret}
        return web.json_response([{"cmd": "Login", "code": 0, "value": {"Token": token}}], content_type="text/html")

    lie(stage, (LOGIN[stage.kind],), login)
    stage.peer.tokens.clear()
    assert await refused_by(stage.ask()) in {CopyRule.WRONG_ANSWER, CopyRule.LOGIN_REFUSED, CopyRule.AWAY}


async def test_a_recorder_outside_of_the_home_is_never_asked() -> None:
    """Not for its version, and for no recording: refused before anything is sent."""
    async with aiohttp.ClientSession() as session:
        console = ProtectServer(host="8.8.8.8", port=443, username="a", password="b")
        assert await refused_by(ProtectClient(session, console).version()) == CopyRule.AWAY
        device = ReolinkServer(host="8.8.8.8", port=443, https=True, username="a", password="b")
        assert await refused_by(ReolinkClient(session, device).device()) == CopyRule.AWAY


@pytest.mark.parametrize("host", ["", "a b", "a@b", "x" * 300, "a/../b", "[::"])
async def test_a_host_that_is_none_is_a_rule(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes out of a form that anybody filled; no resolver knows such a name, and none is asked for it here."""

    def resolver(*_: Any, **__: Any) -> Any:  # noqa: ANN401
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    async with aiohttp.ClientSession() as session:
        console = ProtectServer(host=host, port=443, username="a", password="b")
        assert await refused_by(ProtectClient(session, console).version()) in {CopyRule.AWAY, CopyRule.WRONG_ANSWER}
        device = ReolinkServer(host=host, port=443, https=True, username="a", password="b")
        assert await refused_by(ReolinkClient(session, device).device()) in {CopyRule.AWAY, CopyRule.WRONG_ANSWER}


async def test_one_that_is_silent_stops_no_other(
    tmp_path: Path, recorded: Path, parts: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A device takes every question and says nothing; the console's camera is looked at and held meanwhile."""
    monkeypatch.setattr(recorders, "COVERAGE_S", 1.0)
    monkeypatch.setattr(line, "REST_S", 3_600.0)
    going_on = asyncio.Event()

    async def never(_request: web.Request) -> web.Response:
        await going_on.wait()
        return web.Response(status=503)

    async with (
        consoles.running(tmp_path / "one", recorded / "camera.mp4") as console,
        devices.running(tmp_path / "two", parts) as device,
        aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=False), auto_decompress=False, cookie_jar=aiohttp.DummyCookieJar()
        ) as session,
    ):
        device.peer.answer |= dict.fromkeys(("Login", "GetDevInfo", "GetTime", "Search"), never)
        peers = {
            console.server: ProtectAdapter(ProtectClient(session, console.server)),
            device.server: ReolinkAdapter(ReolinkClient(session, device.server)),
        }
        source = CopiedSource(
            tmp_path / "both",
            10**9,
            cameras=lambda: {
                "silent": RecorderCamera(server=device.server, name="0"),
                "well": RecorderCamera(server=console.server, name=MAC),
            },
            peer=lambda server: peers[server],  # type: ignore[index]  one of the two
            on_change=lambda: None,
        )
        await source.start()
        span = (console.at(2), console.at(12))
        later = datetime.now(UTC) + timedelta(days=1)
        assert await refused_by(source.coverage("silent", *span)) == CopyRule.AWAY
        silent = asyncio.create_task(refused_by(source.hold("silent", "silent", *span, later)))
        async with asyncio.timeout(30):
            while not (await source.hold("well", "well", *span, later)).segments:  # noqa: ASYNC110  it is asked
                await asyncio.sleep(0.05)
            while (standing := source.standing("well")) is None or not standing.records:  # noqa: ASYNC110  it looks
                await asyncio.sleep(0.05)
        going_on.set()
        await silent
        await source.stop()


def _joined(films: list[Path], target: Path) -> None:
    begun = datetime.now(UTC).timestamp()
    assert export([Film(path=film, began_s=begun + 100 * number) for number, film in enumerate(films)], 0, 1e10, target)
