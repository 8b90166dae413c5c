"""A camera whose stream is already passed on in the house is recorded from there, and not asked a second time."""

from __future__ import annotations

import ast
import asyncio
import importlib.util
import json
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession, web
from pytest_homeassistant_custom_component.common import MockConfigEntry
from yarl import URL

from custom_components.milton_share.cameras import service
from custom_components.milton_share.cameras.links import go2rtc as restreams
from custom_components.milton_share.cameras.links.frigate import FrigateLink
from custom_components.milton_share.cameras.links.go2rtc import GO2RTC, MANAGED_PORT, MANAGED_RTSP, Restreams, rtsp_of
from custom_components.milton_share.cameras.model import Recording
from custom_components.milton_share.sources.go2rtc import Preference, Server, read_streams, restream_of
from custom_components.milton_share.sources.go2rtc.choice import AVOID_S, FAILED_WITHIN_S
from custom_components.milton_share.sources.recorder import State
from custom_components.milton_share.sources.recorder_clients.errors import CopyError
from tests.milton_share.conftest import CAMERA
from tests.milton_share.sources.recorder.conftest import Doorbell, doorbell
from tests.simulators.frigate.peer import Frigate
from tests.simulators.loopback import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from homeassistant.core import HomeAssistant

    from tests.milton_share.conftest import Home

OWN = "rtsp://olivia:secret@10.0.0.7/live?channel=1&subtype=0"
FRIGATE = "10.0.0.2:8554"


@pytest.mark.parametrize(
    "source",
    [
        "rtsp://olivia:secret@10.0.0.7/live?channel=1&subtype=0",
        "rtsp://*:*@10.0.0.7:554/live?subtype=0&channel=1",  # as Frigate blanks logins
        "ffmpeg:rtsp://10.0.0.7/live/?channel=1&subtype=0#video=copy#audio=opus",
        "rtsp://10.0.0.7/live?channel=1&subtype=0#backchannel=0",
    ],
)
def test_a_stream_that_is_passed_on_as_it_is_comes_from_there(source: str) -> None:
    """Whoever's login stands in the address, and whatever is done to its sound beside it."""
    servers = (Server(rtsp="10.0.0.9:8554", streams={}), Server(rtsp=FRIGATE, streams={"front door": source}))
    assert restream_of(OWN, servers) == f"rtsp://{FRIGATE}/front%20door"


@pytest.mark.parametrize(
    "source",
    [
        "rtsp://10.0.0.7/live?channel=1&subtype=1",  # its small stream
        "rtsp://10.0.0.8/live?channel=1&subtype=0",
        "rtsp://10.0.0.7:8554/live?channel=1&subtype=0",
        "ffmpeg:rtsp://10.0.0.7/live?channel=1&subtype=0#video=h264",  # made anew
        "rtsp://10.0.0.7/live?channel=1&subtype=0#rotate=90",
        "exec:ffmpeg -i rtsp://10.0.0.7/live -f rtsp {output}",
        "rtsp://[10.0.0.7/live",
        "rtsp://10.0.0.7:port/live",
        "",
    ],
)
def test_what_is_not_the_same_pictures_is_not_taken_for_it(source: str) -> None:
    """Another stream of the camera, another camera, or pictures made anew."""
    assert restream_of(OWN, [Server(rtsp=FRIGATE, streams={"door": source})]) is None


@pytest.mark.parametrize("own", [f"rtsp://{FRIGATE}/door", "rtmp://10.0.0.7/live", "rtsp://", "no address"])
def test_a_stream_that_is_passed_on_already_or_is_no_rtsp_stays_as_it_is(own: str) -> None:
    """No restream of a restream."""
    assert restream_of(own, [Server(rtsp=FRIGATE, streams={"door": own})]) is None


def test_a_restream_that_fails_is_left_alone_for_a_while() -> None:
    """Who asks again at once could not record it: the camera's own address is used, and later it is tried again."""
    preference = Preference()
    assert preference.choose("own", None, 1000.0) == "own"
    assert preference.choose("own", "restream", 1000.0) == "restream"
    assert preference.choose("own", "restream", 1000.0 + FAILED_WITHIN_S) == "restream"  # it worked for a while
    failed_s = 1001.0 + FAILED_WITHIN_S
    assert preference.choose("own", "restream", failed_s) == "own"
    assert preference.choose("own", "restream", failed_s + AVOID_S - 1) == "own"
    assert preference.choose("own", "restream", failed_s + AVOID_S) == "restream"


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"[]", b'"x"', b"[" * 100_000, json.dumps({str(number): {} for number in range(1001)}).encode()],
)
def test_an_answer_that_is_none_is_refused_by_name(body: bytes) -> None:
    """And nothing worse."""
    with pytest.raises(CopyError, match="source_answer"):
        read_streams(body)


def test_streams_that_come_from_elsewhere_are_passed_over() -> None:
    """Of what can be read the first producer counts."""
    streams = {
        "door": {"producers": [{"url": "rtsp://a/1"}, {"url": "rtsp://a/2"}], "consumers": None},
        "none": {"producers": None},
        "empty": {"producers": []},
        "number": {"producers": [{"url": 7}]},
        "text": {"producers": ["rtsp://a/3"]},
        "long": {"producers": [{"url": "rtsp://" + "a" * 3000}]},
        "n" * 300: {"producers": [{"url": "rtsp://a/4"}]},
        "list": [],
    }
    assert read_streams(json.dumps(streams).encode()) == {"door": "rtsp://a/1"}


@pytest.mark.parametrize("name", ["\ud800", "a\nb", "x" * 256])
def test_a_stream_of_a_name_that_no_address_can_have_in_it_is_passed_over(name: str) -> None:
    """The camera that it is of would never be recorded; it keeps its own address, and the others their restreams."""
    named = {each: {"producers": [{"url": OWN}]} for each in (name, "door")}
    streams = read_streams(json.dumps(named).encode())
    assert restream_of(OWN, [Server(rtsp=FRIGATE, streams=streams)]) == f"rtsp://{FRIGATE}/door"
    del named["door"]
    assert restream_of(OWN, [Server(rtsp=FRIGATE, streams=read_streams(json.dumps(named).encode()))]) is None


def test_home_assistants_own_go2rtc_passes_on_at_a_port_of_its_own() -> None:
    """Any other at go2rtc's usual one."""
    assert rtsp_of(URL("http://localhost:11984/")) == MANAGED_RTSP
    assert rtsp_of(URL("http://go2rtc.home:1984/")) == "go2rtc.home:8554"
    assert rtsp_of(URL("http://[fd00::7]:1984/")) == "[fd00::7]:8554"


class Go2Rtc:
    """One go2rtc's `/api/streams`."""

    def __init__(self) -> None:
        """Have one stream."""
        self.body = json.dumps({"camera.door": {"producers": [{"url": f"ffmpeg:{OWN}"}]}}).encode()
        self.status = 200
        self.headers: dict[str, str] = {}
        self.asked: Counter[str] = Counter()
        self.url = ""

    async def answer(self, request: web.Request) -> web.Response:
        """Say what it has."""
        self.asked[request.path] += 1
        return web.Response(body=self.body, status=self.status, content_type="application/json", headers=self.headers)

    async def elsewhere(self, request: web.Request) -> web.Response:
        """Have what would be taken, where nobody was sent."""
        self.asked[request.path] += 1
        return web.Response(body=self.body, content_type="application/json")


@pytest.fixture
async def go2rtc() -> AsyncIterator[Go2Rtc]:
    """Run one."""
    one = Go2Rtc()
    app = web.Application()
    app.router.add_get("/api/streams", one.answer)
    app.router.add_get("/elsewhere", one.elsewhere)
    async with serving(web.AppRunner(app, access_log=None)) as server:
        one.url = f"{server.url}/"
        yield one


def test_home_assistants_go2rtc_is_found_where_its_integration_leaves_it() -> None:
    """Its client is none of the tests' packages, so it is read, not run: what it keeps, under which key, its ports."""
    spec = importlib.util.find_spec("homeassistant.components.go2rtc")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent
    tree = ast.parse((folder / "__init__.py").read_text())
    kept = next(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Go2RtcConfig")
    fields = [ast.unparse(field) for field in kept.body if isinstance(field, ast.AnnAssign)]
    assert fields == ["url: str", "session: ClientSession"]
    said = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Assign | ast.AnnAssign)}
    assert "_DATA_GO2RTC: HassKey[Go2RtcConfig] = HassKey(DOMAIN)" in said
    assert "hass.data[_DATA_GO2RTC] = Go2RtcConfig(url, session)" in said
    names = (folder / "const.py").read_text()
    assert f'DOMAIN = "{GO2RTC}"' in names
    assert f"HA_MANAGED_API_PORT = {MANAGED_PORT}" in names
    assert f'listen: "{MANAGED_RTSP}"' in (folder / "server.py").read_text()


async def test_home_assistants_go2rtc_is_asked_and_preferred(hass: HomeAssistant, go2rtc: Go2Rtc) -> None:
    """Once for all cameras that begin together; another camera keeps its own address."""
    async with ClientSession() as session:
        hass.data["go2rtc"] = SimpleNamespace(url=go2rtc.url, session=session)
        found = Restreams(hass, FrigateLink(hass))
        assert await found.best("door", OWN) == "rtsp://127.0.0.1:8554/camera.door"
        assert await found.best("gate", "rtsp://10.0.0.8/live") == "rtsp://10.0.0.8/live"
        assert await found.best("door", OWN) == OWN  # asked again at once: it failed
    assert go2rtc.asked == {"/api/streams": 1}


@pytest.mark.parametrize(("status", "body"), [(500, b""), (200, b"<html>"), (200, b" " * 2_000_000)])
async def test_a_go2rtc_that_answers_nonsense_leaves_every_camera_its_own_address(
    hass: HomeAssistant, go2rtc: Go2Rtc, status: int, body: bytes
) -> None:
    """Recording goes on."""
    go2rtc.status, go2rtc.body = status, body
    async with ClientSession() as session:
        hass.data["go2rtc"] = SimpleNamespace(url=go2rtc.url, session=session)
        assert await Restreams(hass, FrigateLink(hass)).best("door", OWN) == OWN


async def test_a_go2rtc_whose_cookie_is_none_leaves_every_camera_its_own_address(
    hass: HomeAssistant, go2rtc: Go2Rtc
) -> None:
    """Some versions of Python say so of a line's end in it: recording goes on, from the one or the other."""
    go2rtc.headers = {"Set-Cookie": 'a="\\015\\012X-Other: b"; Path=/'}
    async with ClientSession() as session:
        hass.data["go2rtc"] = SimpleNamespace(url=go2rtc.url, session=session)
        address = await Restreams(hass, FrigateLink(hass)).best("door", OWN)
    assert address in {OWN, "rtsp://127.0.0.1:8554/camera.door"}


async def test_a_go2rtc_that_points_elsewhere_is_not_followed(hass: HomeAssistant, go2rtc: Go2Rtc) -> None:
    """Whoever answers there can't have Home Assistant ask another address."""
    go2rtc.status, go2rtc.headers = 307, {"Location": "/elsewhere"}
    async with ClientSession() as session:
        hass.data["go2rtc"] = SimpleNamespace(url=go2rtc.url, session=session)
        assert await Restreams(hass, FrigateLink(hass)).best("door", OWN) == OWN
    assert go2rtc.asked == {"/api/streams": 1}


async def test_without_any_restream_a_camera_keeps_its_own_address(hass: HomeAssistant) -> None:
    """No go2rtc, no Frigate; or one of a form that nobody knows."""
    assert await Restreams(hass, FrigateLink(hass)).best("door", OWN) == OWN
    hass.data["go2rtc"] = SimpleNamespace(url="http://127.0.0.1:1/", session=None)
    assert await Restreams(hass, FrigateLink(hass)).best("door", OWN) == OWN


async def test_a_frigates_restream_of_the_same_camera_is_preferred(hass: HomeAssistant, tmp_path: Path) -> None:
    """By Frigate's own word of what its go2rtc passes on; one that is away costs nothing but its restream."""
    peer = Frigate(tmp_path / "media", {"door": True})
    peer.streams = {"door": "rtsp://*:*@10.0.0.7/live?channel=1&subtype=0"}
    await peer.start()
    for url in (peer.url, "http://127.0.0.1:1"):
        data = {"url": url, "validate_ssl": True, "username": "", "password": ""}
        MockConfigEntry(domain="frigate", data=data).add_to_hass(hass)
    assert await Restreams(hass, FrigateLink(hass)).best("door", OWN) == "rtsp://127.0.0.1:8554/door"
    await peer.stop()
    assert await Restreams(hass, FrigateLink(hass)).best("door", OWN) == OWN


def admitted(bell: Doorbell) -> int:
    """Count who has connected to a doorbell's streams since it runs."""
    stats = bell.turn("stats")
    assert isinstance(stats, dict)
    return int(stats["admitted"])


async def test_a_home_records_a_camera_from_its_restream_and_the_camera_itself_is_asked_for_no_stream(
    home: Home, go2rtc: Go2Rtc, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole way: Home Assistant names the camera's own address, its go2rtc passes that on, and that is filmed."""
    with doorbell() as own, doorbell() as passed_on:

        async def address(_hass: object, _entity_id: str) -> str:
            return own.urls[0]

        monkeypatch.setattr(service, "async_get_stream_source", address)
        place = URL(passed_on.urls[0])
        monkeypatch.setattr(restreams, "RTSP_PORT", place.port)
        go2rtc.body = json.dumps({place.name: {"producers": [{"url": own.urls[0]}]}}).encode()
        async with ClientSession() as session:
            home.hass.data["go2rtc"] = SimpleNamespace(url=go2rtc.url, session=session)
            await home.place_camera(recording=Recording.CONTINUOUS)
            recorder = home.services.footage.recorder
            await home.until(lambda: recorder.status(CAMERA).state is State.RECORDING, 60)
            assert await asyncio.to_thread(admitted, passed_on) > 0
            assert await asyncio.to_thread(admitted, own) == 0
