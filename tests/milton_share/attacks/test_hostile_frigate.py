"""A Frigate that lies, or something in its place: a stated outcome each, bounded, and nothing else is touched."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from custom_components.milton_share.sources.frigate import client as frigate_client
from custom_components.milton_share.sources.frigate.client import FrigateClient
from custom_components.milton_share.sources.frigate.server import FrigateServer
from custom_components.milton_share.sources.recorder_clients import CopyRule, recorders
from custom_components.milton_share.sources.recorder_clients.connection import line
from tests.cases import in_ci
from tests.clips.frigate_recordings import record_as_frigate
from tests.milton_share.sources.frigate.kitchen import CAMERA, CAMERA_ID, LATER, cooking, refused_by
from tests.simulators.frigate.recording import Row

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from custom_components.milton_share.sources.model import Coverage
    from tests.milton_share.sources.frigate.kitchen import Kitchen

PAGE = "<!doctype html><title>Sign in</title>"
SCRIPT = b"ffconcat version 1.0\nfile /config/secrets.yaml\n"
PLAYLIST = b"#EXTM3U\n#EXTINF:10,\nfile:///config/secrets.yaml\n"
EMPTY_MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isomiso2" + bytes(5_000)
EDGE = timedelta(seconds=10)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two files of three seconds."""
    video: dict[str, object] = {"vcodec": "libx264", "preset": "ultrafast", "g": 15, "bf": 0}
    folder = tmp_path_factory.mktemp("frigate") / "parts"
    return [part.path for part in record_as_frigate(folder, seconds=6, segment_s=3, video=video, sound="none").parts]


@pytest.fixture
async def kitchen(tmp_path: Path, parts: list[Path]) -> AsyncIterator[Kitchen]:
    """Serve them, and start the source."""
    async with cooking(tmp_path, parts) as one:
        yield one


async def held(kitchen: Kitchen) -> Coverage:
    """Hold all there is until nothing more comes."""
    async with asyncio.timeout(30):
        while True:
            span = (kitchen.began - EDGE, kitchen.until + EDGE)
            coverage = await kitchen.source.hold("case", CAMERA_ID, *span, datetime.now(UTC) + LATER)
            if not coverage.pending:
                return coverage
            await asyncio.sleep(0.05)


KINDS = ("page", "page called json", "bent kind", "elsewhere", "packed", "not allowed")


@pytest.mark.parametrize(
    ("route", "kind"),
    in_ci(
        list(product(("version", "config", "recordings", "file"), KINDS)),
        [
            *(("recordings", kind) for kind in KINDS),
            ("version", "page"),
            ("config", "elsewhere"),
            ("file", "elsewhere"),
        ],
    ),
)
async def test_what_is_not_frigates_answer_is_refused_and_led_nowhere(kitchen: Kitchen, route: str, kind: str) -> None:
    """A login page, a redirect to another address, a packed body: refused; the other address is never asked."""
    led: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        led.append(request.path)
        return web.json_response([])

    other = web.Application()
    other.router.add_get("/{path:.*}", elsewhere)
    runner = web.AppRunner(other)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()

    async def answer(_request: web.Request) -> web.Response:
        own_kind = {"version": "text/plain", "file": "video/mp4"}.get(route, "application/json")
        return {
            "page": lambda: web.Response(text=PAGE, content_type="text/html"),
            "page called json": lambda: web.Response(
                text=PAGE, content_type=own_kind if route != "file" else "text/html"
            ),
            "elsewhere": lambda: web.Response(
                status=302, headers={"Location": f"http://127.0.0.1:{runner.addresses[0][1]}/steal"}
            ),
            "packed": lambda: web.Response(
                body=gzip.compress(bytes(10_000_000)), content_type=own_kind, headers={"Content-Encoding": "gzip"}
            ),
            "not allowed": lambda: web.Response(status=405),
            "bent kind": lambda: web.Response(body=PAGE.encode(), headers={"Content-Type": "text/html; kind*"}),
        }[kind]()

    kitchen.peer.answer[route] = answer
    client = kitchen.client()
    asks = {
        "version": client.version,
        "config": client.recording_cameras,
        "recordings": lambda: client.recordings(CAMERA, 0, 2**32),
    }
    if route == "file":
        span = (kitchen.began, kitchen.until)
        work = kitchen.source.hold("case", CAMERA_ID, *span, datetime.now(UTC) + LATER)
    else:
        work = asks[route]()
    assert await refused_by(work) == CopyRule.WRONG_ANSWER
    assert led == []
    assert list(kitchen.folder.rglob("*.mp4")) == []
    assert list(kitchen.folder.rglob("*.part")) == []
    await runner.cleanup()


@pytest.mark.parametrize("route", ["version", "config", "recordings"])
async def test_an_answer_without_an_end_is_cut_off(
    kitchen: Kitchen, route: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is read up to its bound and no further."""
    for name in ("VERSION_MAX_BYTES", "CONFIG_MAX_BYTES", "LISTING_MAX_BYTES"):
        monkeypatch.setattr(frigate_client, name, 100_000)
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        kind = "text/plain" if route == "version" else "application/json"
        answer = web.StreamResponse(headers={"Content-Type": kind})
        await answer.prepare(request)
        while sent < 200_000_000:
            await answer.write(b"[" * 65_536)
            sent += 65_536
        return answer

    kitchen.peer.answer[route] = endless
    client = kitchen.client()
    asks = {
        "version": client.version,
        "config": client.recording_cameras,
        "recordings": lambda: client.recordings(CAMERA, 0, 2**32),
    }
    assert await refused_by(asks[route]()) == CopyRule.WRONG_ANSWER
    assert sent < 100_000_000


async def test_a_recording_without_an_end_is_cut_off_and_wiped(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than any recording can be."""
    monkeypatch.setattr(frigate_client, "RECORDING_MAX_BYTES", 1_000_000)

    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "video/mp4"})
        await answer.prepare(request)
        for _ in range(1_000):
            await answer.write(bytes(65_536))
        return answer

    kitchen.peer.answer["file"] = endless
    span = (kitchen.began, kitchen.until)
    work = kitchen.source.hold("case", CAMERA_ID, *span, datetime.now(UTC) + LATER)
    assert await refused_by(work) == CopyRule.WRONG_ANSWER
    assert list(kitchen.folder.rglob("*.part")) == []


@pytest.mark.parametrize("said_bytes", ["1000000", "1000000000000000"])
async def test_a_length_that_is_wrong_makes_no_recording(kitchen: Kitchen, said_bytes: str) -> None:
    """It says a million bytes and sends ten; or more than any recording has, and then nothing is read."""

    async def short(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse(headers={"Content-Type": "video/mp4", "Content-Length": said_bytes})
        await answer.prepare(request)
        await answer.write(b"0123456789")
        assert request.transport is not None
        request.transport.close()
        return answer

    kitchen.peer.answer["file"] = short
    span = (kitchen.began, kitchen.until)
    work = kitchen.source.hold("case", CAMERA_ID, *span, datetime.now(UTC) + LATER)
    assert await refused_by(work) == CopyRule.WRONG_ANSWER
    assert list(kitchen.folder.rglob("*.part")) == []


@pytest.mark.parametrize("body", in_ci([b"", PAGE.encode(), SCRIPT, PLAYLIST, EMPTY_MP4], [SCRIPT, EMPTY_MP4]))
async def test_a_file_that_is_no_recording_is_a_gap(kitchen: Kitchen, body: bytes) -> None:
    """A script, a playlist, a page, nothing: not kept, not asked for again; the others come."""
    own = kitchen.peer._file  # noqa: SLF001  its own answer, beside the lie

    async def first_is_bad(request: web.Request) -> web.StreamResponse:
        if request.path.endswith(kitchen.began.strftime("%M.%S.mp4")):
            return web.Response(body=body, content_type="video/mp4")
        return await own(request)

    kitchen.peer.answer["file"] = first_is_bad
    coverage = await held(kitchen)
    assert len(coverage.segments) == 1
    assert coverage.trouble is None
    (before, _after) = coverage.gaps
    assert (before[1] - before[0]).total_seconds() > 12
    asked = kitchen.peer.asked["file"]
    await held(kitchen)
    assert kitchen.peer.asked["file"] == asked


async def test_a_recording_that_is_claimed_and_not_there_is_a_gap(kitchen: Kitchen) -> None:
    """An hour of footage, says the list; the disk has six seconds."""
    first = kitchen.peer.rows[0]
    kitchen.peer.rows += [
        Row(camera=CAMERA, start_time=first.start_time - 8, duration=8.0),
        Row(camera=CAMERA, start_time=first.start_time + 6, duration=8.0),
    ]
    coverage = await held(kitchen)
    assert len(coverage.segments) == 2
    assert len(coverage.gaps) == 2


async def test_a_recording_is_as_long_as_its_pictures_whatever_is_claimed(kitchen: Kitchen) -> None:
    """It says three seconds more than the file has: what isn't there is a gap, and no frame is given another time."""
    first, second = kitchen.peer.rows
    kitchen.peer.rows[:] = [first, Row(camera=CAMERA, start_time=second.start_time, duration=6.0)]
    coverage = await held(kitchen)
    last = coverage.segments[-1]
    assert (last.until - last.from_).total_seconds() < 3.2
    assert coverage.gaps[-1][0] == last.until


@pytest.mark.parametrize("name", ["../../config", "a/b", "..", "front%2fdoor", "front door", "", "x" * 65, "front\n"])
async def test_a_camera_name_that_could_be_a_path_is_never_asked_for(kitchen: Kitchen, name: str) -> None:
    """Not even when Frigate's own configuration has it."""

    async def config(_request: web.Request) -> web.Response:
        return web.json_response({"cameras": {name: {"record": {"enabled": True}}}})

    kitchen.peer.answer["config"] = config
    assert await refused_by(kitchen.client().recording_cameras()) == CopyRule.WRONG_ANSWER


async def test_paths_in_a_listing_are_not_looked_at(kitchen: Kitchen) -> None:
    """Where a file lies follows from its time alone."""
    own = kitchen.peer._recordings  # noqa: SLF001  its own answer, with more in it

    async def with_paths(request: web.Request) -> web.Response:
        answer = await own(request)
        listing = json.loads(answer.body)
        return web.json_response(
            [{**each, "path": "/config/secrets.yaml", "id": "../../../config/secrets.yaml"} for each in listing]
        )

    kitchen.peer.answer["recordings"] = with_paths
    assert len((await held(kitchen)).segments) == 2
    assert all(path.startswith(("/api/", "/recordings/2")) for path, _ in kitchen.peer.requests)


async def test_a_frigate_that_stalls_is_given_up_and_stops_nobody(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes the question and never answers."""
    monkeypatch.setattr(frigate_client, "ANSWER_S", 0.3)

    async def never(_request: web.Request) -> web.Response:
        await asyncio.sleep(3_600)
        return web.Response()

    kitchen.peer.answer["recordings"] = never
    assert await refused_by(kitchen.client().recordings(CAMERA, 0, 1)) == CopyRule.AWAY
    span = (kitchen.began, kitchen.until)
    assert await refused_by(kitchen.source.coverage(CAMERA_ID, *span)) == CopyRule.AWAY


async def test_the_token_goes_to_frigate_alone(tmp_path: Path, parts: list[Path]) -> None:
    """Not with a redirect, and not into a log."""
    async with cooking(tmp_path, parts, login=("viewer", "a-password-of-the-test"), cameras={}) as kitchen:
        stolen: list[str | None] = []

        async def thief(request: web.Request) -> web.Response:
            stolen.append(request.headers.get("Authorization"))
            return web.Response()

        async def away(_request: web.Request) -> web.Response:
            return web.Response(status=307, headers={"Location": f"{other.url}/api/version"})

        async with cooking(tmp_path / "other", parts, cameras={}) as thieves:
            other = thieves.peer
            other.answer["version"] = thief
            kitchen.peer.answer["version"] = away
            assert await refused_by(kitchen.client().version()) == CopyRule.WRONG_ANSWER
        assert stolen == []


async def test_nobody_at_the_address_is_away(kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch) -> None:
    """A closed port, and a name that a resolver of the test's own does not know, whatever this machine's says."""
    await kitchen.peer.stop()
    known = socket.getaddrinfo

    def resolver(host: str, *rest: Any, **kinds: Any) -> Any:  # noqa: ANN401
        if host == "frigate.invalid":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return known(host, *rest, **kinds)

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    for url in (kitchen.peer.url, "http://frigate.invalid:5000"):
        client = FrigateClient(kitchen.session, FrigateServer(url=url), rest_s=0.0)
        assert await refused_by(client.version()) == CopyRule.AWAY


async def test_a_cookie_with_a_lines_end_makes_no_header_and_stops_nothing(tmp_path: Path, parts: list[Path]) -> None:
    """Refused by its rule, each time it is looked at: deadlines and other Frigates are still looked after."""

    async def split(_request: web.Request) -> web.Response:
        return web.Response(headers={"Set-Cookie": 'frigate_token="a\\015\\012X-Other: b"; Path=/'})

    async with cooking(tmp_path, parts, login=("viewer", "a-password-of-the-test")) as kitchen:
        kitchen.peer.answer["login"] = split
        assert await refused_by(kitchen.client().version()) == CopyRule.WRONG_ANSWER
        before = kitchen.peer.asked["login"]
        async with asyncio.timeout(30):
            while kitchen.peer.asked["login"] < before + 3:  # noqa: ASYNC110  it is looked at in another task
                await asyncio.sleep(0.05)
        span = (kitchen.began, kitchen.until)
        assert await refused_by(kitchen.source.coverage(CAMERA_ID, *span)) == CopyRule.WRONG_ANSWER


@pytest.mark.parametrize("host", ["a:b@{}", "xn--a.example"])
async def test_an_address_that_can_not_be_asked_is_a_rule(tmp_path: Path, parts: list[Path], host: str) -> None:
    """A login in the address beside another, and a name that is none: both come out of a form that anybody filled."""
    async with cooking(tmp_path, parts, login=("viewer", "a-password-of-the-test"), cameras={}) as kitchen:
        await kitchen.client().version()
        url = f"http://{host.format(kitchen.server.url.removeprefix('http://'))}"
        server = replace(kitchen.server, url=url)
        assert await refused_by(kitchen.client(server).version()) in {CopyRule.WRONG_ANSWER, CopyRule.AWAY}


async def test_many_slow_answers_are_together_no_longer_waited_for_than_one(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each comes just in time, for ever: other cameras' recordings are not kept waiting for that."""
    monkeypatch.setattr(frigate_client, "ANSWER_S", 3_600.0)
    monkeypatch.setattr(line, "READ_S", 3_600.0)
    monkeypatch.setattr(recorders, "COVERAGE_S", 1.0)
    release = asyncio.Event()

    async def late(_request: web.Request) -> web.Response:
        await release.wait()
        return web.Response(text="0.17.1")

    await kitchen.source.stop()
    kitchen.peer.answer["version"] = late
    await kitchen.source.start()  # which forgot what was known
    span = (kitchen.began, kitchen.until)
    async with asyncio.timeout(30):
        assert await refused_by(kitchen.source.coverage(CAMERA_ID, *span)) == CopyRule.AWAY
    release.set()
    del kitchen.peer.answer["version"]
    async with asyncio.timeout(30):
        while await refused_by(kitchen.source.coverage(CAMERA_ID, *span)) is not None:  # noqa: ASYNC110  it is asked
            await asyncio.sleep(0.05)


async def test_deadlines_are_kept_while_a_frigate_does_not_answer(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes a question and is silent: what is past its deadline is wiped before that is given up."""
    monkeypatch.setattr(frigate_client, "ANSWER_S", 3_600.0)
    monkeypatch.setattr(line, "READ_S", 3_600.0)
    span = (kitchen.began, kitchen.until)
    await kitchen.source.hold("case", CAMERA_ID, *span, datetime.now(UTC) + timedelta(seconds=4))
    assert (await kitchen.source.held("case")).segments
    asked = asyncio.Event()

    async def never(_request: web.Request) -> web.Response:
        asked.set()
        await asyncio.sleep(3_600)
        return web.Response()

    kitchen.peer.answer["version"] = never
    async with asyncio.timeout(30):
        await asked.wait()
        while list(kitchen.folder.rglob("*.mp4")):  # noqa: ASYNC110  it ends in another task
            await asyncio.sleep(0.05)
