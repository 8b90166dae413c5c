"""A hub that was taken over feeds a home: answers without end, bombs, other machines' addresses, floods of topics."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import inspect
import secrets
import time
import tracemalloc
from dataclasses import replace
from typing import TYPE_CHECKING

import aiomqtt
import pytest
from aiohttp import ClientTimeout, web
from aiohttp.test_utils import TestServer

from custom_components.milton_share.hub_link import feed as feed_module
from custom_components.milton_share.hub_link import inbox as inbox_module
from custom_components.milton_share.hub_link import mqtt as mqtt_module
from custom_components.milton_share.hub_link.client import HubAwayError, HubClient, HubRefusedError
from custom_components.milton_share.hub_link.feed import Feed
from custom_components.milton_share.hub_link.inbox import Inbox
from custom_components.milton_share.hub_link.mqtt import BoundedQueue
from custom_components.milton_share.hub_link.session import hub_session
from custom_components.milton_share.hub_link.upload import send_body
from custom_components.milton_share.outbox import worker
from custom_components.milton_share.shared.milton_protocol.limits import FEED_SIZE_MAX_BYTES, MESSAGE_SIZE_MAX_BYTES
from custom_components.milton_share.shared.milton_protocol.messages.homes.feed import FeedMessage, FeedPage
from custom_components.milton_share.storage.database import HomeDatabase
from tests.simulators.city import City

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from homeassistant.core import HomeAssistant

    from tests.milton_share.conftest import Home

AGENCY = "milton-pd"
EPOCH = "ab" * 16


class Hub:
    """Answers every path by one function, and notes what was asked."""

    def __init__(self) -> None:
        """Answer nothing yet."""
        self.answer: Callable[[web.Request], web.StreamResponse | None] = lambda _request: None
        self.seen: list[web.Request] = []

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer, or drip a byte a moment for ever."""
        await request.read()
        self.seen.append(request)
        answer = self.answer(request)
        if answer is not None:
            return answer
        response = web.StreamResponse(headers={"Content-Length": "1000000"})
        await response.prepare(request)
        while True:
            await response.write(b"x")
            await asyncio.sleep(0.05)


@pytest.fixture
async def hostile() -> Hub:
    """Be the hub."""
    return Hub()


@pytest.fixture
async def client(hass: HomeAssistant, hostile: Hub) -> AsyncIterator[HubClient]:
    """Reach it as a home does."""
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", hostile.handle)
    async with TestServer(app, host="127.0.0.1") as server:
        yield HubClient(hub_session(hass), str(server.make_url("/")).rstrip("/"), "token")


@pytest.fixture
async def database(hass: HomeAssistant, tmp_path: Path) -> AsyncIterator[HomeDatabase]:
    """Open a home's memory."""
    opened = HomeDatabase(tmp_path / "home.db", hass.async_add_executor_job)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
async def inbox(hass: HomeAssistant, database: HomeDatabase) -> Inbox:
    """Make a home's inbox: no paper says how new it is."""
    return Inbox(
        database,
        AGENCY,
        claims=lambda _topic, _payload: None,
        believed=lambda _topic: 0,
        on_change=lambda: None,
        run_blocking=hass.async_add_executor_job,
    )


def page(number: int, *, more: bool, epoch: str = EPOCH, messages: tuple[FeedMessage, ...] = ()) -> web.Response:
    """Return a page of the feed."""
    return web.Response(body=FeedPage(epoch=epoch, next=number, more=more, messages=messages).to_bytes())


def on_disk_bytes(folder: Path) -> int:
    """Return how large a home's memory has become."""
    return sum(path.stat().st_size for path in folder.glob("home.db*"))


# Answers


async def test_a_compressed_answer_is_not_unpacked(client: HubClient, hostile: Hub) -> None:
    """64 kB that would be 64 MB: the home asks for plain bytes, and takes no others, from errors neither; no cookie."""
    bomb = gzip.compress(bytes(2**26))
    for status in (200, 500):
        hostile.answer = lambda _request, status=status: web.Response(
            status=status, body=bomb, headers={"Content-Encoding": "gzip", "Set-Cookie": "home=7; Path=/"}
        )
        tracemalloc.start()
        with pytest.raises(HubAwayError):
            await client.get("/v1/feed", max_bytes=FEED_SIZE_MAX_BYTES)
        _, most_bytes = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert most_bytes < 2**22  # the hub is in this process too, and its library fills buffers of 1 MiB
    assert {request.headers["Accept-Encoding"] for request in hostile.seen} == {"identity"}
    assert not any(request.cookies for request in hostile.seen)


async def test_an_answer_that_drips_for_ever_is_given_up(client: HubClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each answer has its time in all, however regularly its bytes come."""
    defaults = inspect.unwrap(HubClient._request).__kwdefaults__  # noqa: SLF001
    monkeypatch.setitem(defaults, "limits", ClientTimeout(total=0.5))
    async with asyncio.timeout(5):
        with pytest.raises(HubAwayError):
            await client.get("/v1/feed", max_bytes=FEED_SIZE_MAX_BYTES)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
async def test_no_redirect_leads_to_another_machine(client: HubClient, hostile: Hub, status: int) -> None:
    """Neither a read nor a share, a withdrawal or a piece goes anywhere else, and not to this machine's own pages."""
    hostile.answer = lambda _request: web.Response(status=status, headers={"Location": "http://127.0.0.1:8123/api/"})
    for ask in (
        lambda: client.get("/v1/feed", max_bytes=100),
        lambda: client.post("/v1/shares", b"{}", max_bytes=100),
        lambda: client.delete("/v1/enrolment", max_bytes=100),
        lambda: client.tus("PATCH", "/v1/uploads/1/clip", {}, b"piece"),
    ):
        with pytest.raises(HubAwayError):
            await ask()
    assert len(hostile.seen) == 4


@pytest.mark.parametrize(
    "path",
    [
        "http://169.254.169.254/",
        "//evil.example/",
        "https://127.0.0.1/",
        "\\\\evil.example/",
        "/\\evil.example",
        "file:///etc/passwd",
    ],
)
async def test_an_upload_address_leads_nowhere_else(client: HubClient, hostile: Hub, path: str) -> None:
    """The answer to a share names paths; one on another machine is not called, one on the hub only finds the hub."""
    hostile.answer = lambda _request: web.Response(status=500)
    with pytest.raises((HubAwayError, HubRefusedError, ValueError)):
        await client.tus("HEAD", path, {})
    assert {request.host for request in hostile.seen} <= {client._base.authority}  # noqa: SLF001


@pytest.mark.parametrize("number", ["9" * 5_000, "9" * 17, "٣", "+1", "1_0", "0x1", " 1 2", "1.0", "-0"])
async def test_an_offset_that_no_hub_has_is_not_believed(client: HubClient, hostile: Hub, number: str) -> None:
    """However long: the sending of this share, and of all others, goes on later."""
    hostile.answer = lambda _request: web.Response(headers={"Upload-Offset": number})

    async def read(_start: int, _length: int) -> bytes:
        return b"x"

    with pytest.raises(HubAwayError):
        await send_body(client, "/v1/uploads/1/clip", 10, read, lambda _sent: None)


@pytest.mark.parametrize("reached", ["0", "3", "2", "9"])
async def test_a_hub_that_never_gets_farther_is_not_sent_the_same_without_end(
    client: HubClient, hostile: Hub, reached: str
) -> None:
    """Nor one that goes back, or has more than it was sent: it is away, and is asked again after a pause."""
    begun = iter(("3", reached))
    hostile.answer = lambda _request: web.Response(headers={"Upload-Offset": next(begun)})

    async def read(_start: int, _length: int) -> bytes:
        return b"12345"

    with pytest.raises(HubAwayError):
        await send_body(client, "/v1/uploads/1/clip", 10, read, lambda _sent: None)
    assert len(hostile.seen) == 2


@pytest.mark.parametrize(
    "body", [b"[" * 4_000, b'{"error":' * 400, b'{"error":"a\\nb"}', b'{"error":"../x"}', b"9" * 4_096]
)
async def test_a_hostile_error_is_only_its_status(client: HubClient, hostile: Hub, body: bytes) -> None:
    """What becomes a rule's name is looked up in words and logs."""
    hostile.answer = lambda _request: web.Response(status=418, body=body)
    with pytest.raises(HubRefusedError, match="418 http_418"):
        await client.get("/v1/feed", max_bytes=100)


async def test_a_header_without_end_is_a_hub_that_is_away(client: HubClient, hostile: Hub) -> None:
    """Headers are bounded like bodies."""
    hostile.answer = lambda _request: web.Response(headers={"ETag": "x" * 20_000})
    with pytest.raises(HubAwayError):
        await client.get("/v1/city", max_bytes=100)


# The feed


async def test_a_feed_that_never_ends_is_left(
    client: HubClient, hostile: Hub, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More and always the same; a new epoch at each page; and forward for ever: each is given up or goes on later."""
    feed = Feed(client, inbox, time.monotonic)
    hostile.answer = lambda _request: page(0, more=True)
    with pytest.raises(HubAwayError):
        await feed.read()
    assert len(hostile.seen) == 1
    hostile.answer = lambda _request: page(5, more=True, epoch=secrets.token_hex(16))
    with pytest.raises(HubAwayError):
        await feed.read()
    assert len(hostile.seen) <= 1 + 4
    monkeypatch.setattr(feed_module, "PAGES_MAX", 20)
    numbers = iter(range(1, 10_000))
    hostile.answer = lambda _request: page(next(numbers), more=True)
    await feed.read()
    assert len(hostile.seen) <= 1 + 4 + 20


async def test_a_flood_of_topics_fills_neither_memory_nor_disk(inbox: Inbox, tmp_path: Path) -> None:
    """The largest messages, many of them, and again under each other's names; trust documents still get through."""
    payload = bytes(MESSAGE_SIZE_MAX_BYTES)
    for _ in range(4):
        await inbox.deliver([(f"milton/v1/{AGENCY}/requests/{secrets.token_hex(32)}", payload) for _ in range(200)])
    for topic in ("city-record", "directory", "live"):
        await inbox.deliver([(f"milton/v1/{AGENCY}/{topic}", b"document")])
        assert inbox.get(topic) == b"document"
    held = inbox.under("requests/")
    assert sum(map(len, held.values())) <= inbox_module.REQUESTS_MAX_BYTES
    assert on_disk_bytes(tmp_path) < 2**20
    kept = next(iter(held))
    await inbox.deliver([(f"milton/v1/{AGENCY}/requests/{kept}", b"small")])
    assert inbox.under("requests/")[kept] == b"small"
    await inbox.deliver([(f"milton/v1/{AGENCY}/requests/{kept}", None)])
    assert kept not in inbox.under("requests/")


@pytest.mark.parametrize(
    "topic",
    [
        f"milton/v1/other-pd/requests/{'ab' * 32}",
        f"milton/v1/{AGENCY}/requests/{'AB' * 32}",
        f"milton/v1/{AGENCY}/requests/{'ab' * 31}",
        f"milton/v1/{AGENCY}/requests/../../live",
        f"milton/v1/{AGENCY}/requests/{'ab' * 32}\n",
        f"milton/v1/{AGENCY}/#",
        f"milton/v1/{AGENCY}/+",
        f"milton/v1/{AGENCY}//live",
        f"milton/v1/{AGENCY}/milton/v1/{AGENCY}/live",
        f"milton/v1/{AGENCY}/receipts/{'ab' * 16}",
        "live",
        "",
    ],
)
async def test_a_topic_of_no_known_form_is_dropped(inbox: Inbox, topic: str) -> None:
    """Other agencies, other cases, paths, wildcards, and receipts, which no topic has."""
    await inbox.deliver([(topic, b"payload")])
    assert inbox.under("") == inbox.under("requests/") == {}


async def test_a_hub_that_clears_everything_takes_no_revocation_back(inbox: Inbox) -> None:
    """A stolen key stays stolen."""
    city = City()
    revocation = city.revoke("person", "p-1")
    await inbox.revoked(city.record)
    digest = hashlib.sha256(revocation).hexdigest()
    named = {"live": b"x", f"revocations/{digest}": revocation, f"requests/{'cd' * 32}": b"x"}
    topics = [(f"milton/v1/{AGENCY}/{name}", payload) for name, payload in named.items()]
    await inbox.deliver(topics)
    await inbox.deliver([(topic, None) for topic, _ in topics] + [(topic, b"") for topic, _ in topics])
    assert inbox.counts() == {"revocations": 1}
    assert [one.id for one in await inbox.revoked(city.record)] == ["p-1"]


# MQTT


async def test_what_a_broker_sends_faster_than_a_home_writes_is_bounded_in_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The queue is full after so many bytes, and takes more once some were read."""
    monkeypatch.setattr(mqtt_module, "QUEUE_MAX_BYTES", 1_000)
    queue = BoundedQueue(maxsize=20_000)

    def message(payload: bytes) -> aiomqtt.Message:
        return aiomqtt.Message("t", payload, 0, retain=False, mid=0, properties=None)

    queue.put_nowait(message(bytes(600)))
    queue.put_nowait(message(bytes(600)))
    with pytest.raises(asyncio.QueueFull):
        queue.put_nowait(message(b"x"))
    assert len(queue.get_nowait().payload) == 600
    queue.put_nowait(message(b"x"))
    assert queue.qsize() == 2


# A whole home


async def test_another_citys_papers_with_another_address_change_nothing(home: Home) -> None:
    """A record by another root names another hub: the home goes on calling its own, and says that it is another's."""
    await home.receive()
    await home.until(lambda: home.state().snapshot.open_requests == 1)
    impostor = City(now=home.hub.city.now, home_url="http://127.0.0.1:9")
    impostor.record = replace(impostor.record, serial=99)
    home.hub.put("city-record", impostor.city_record_envelope())
    await home.until(lambda: home.state().snapshot.trust_rule is not None)
    calls = len(home.hub.calls)
    await home.until(lambda: len(home.hub.calls) > calls + 2)
    assert home.state().snapshot.open_requests == 0
    assert home.entry.data["home_url"] == home.hub.url


async def test_a_home_goes_on_after_every_kind_of_rubbish(home: Home) -> None:
    """Rubbish under each topic, and as a page: then a good request is there as if nothing had been."""
    for topic in ("directory", "live", "city-record", f"requests/{'ab' * 32}", f"revocations/{'cd' * 32}"):
        for payload in (
            b"[" * 20_000,
            b"\xff" * 100,
            b"{}",
            b"null",
            b'{"payload":"","payloadType":"","signatures":[]}',
        ):
            home.hub.put(topic, payload)
    for rubbish in (b"[" * 20_000, b'{"a":1,"a":2}', b"9" * 10_000, gzip.compress(b"{}")):
        home.hub.page = rubbish
        calls = len(home.hub.calls)
        await home.until(lambda calls=calls: len(home.hub.calls) > calls)
    home.hub.page = None
    for topic in (f"requests/{'ab' * 32}", f"revocations/{'cd' * 32}"):
        home.hub.put(topic, None)
    request_id = await home.receive()
    await home.until(lambda: home.request(request_id).refused is None)


@pytest.mark.usefixtures("recorded")
async def test_a_hub_that_forgets_what_it_got_again_and_again_is_tried_more_and_more_seldom(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else it could have a home fill its line with one clip for ten days; what is new to the hub costs no pause."""
    monkeypatch.setattr(worker, "RETRY_S", (0.05, 60.0))
    hub = home.hub

    async def forget() -> None:
        while True:
            if hub.piece_max_bytes is None:
                for upload in hub.uploads.values():
                    upload.data.clear()
                hub.piece_max_bytes = 1_000
            await asyncio.sleep(0.001)

    await home.place_camera()
    case = await home.looked_at()
    forgetting = asyncio.ensure_future(forget())
    await home.approve(case)

    def tries() -> int:
        return sum(path.startswith("HEAD") for path in hub.paths())

    await home.until(lambda: tries() >= 3)
    await asyncio.sleep(4)
    assert tries() <= 12  # without a longer pause each time a hundred
    forgetting.cancel()
    hub.piece_max_bytes = None
    home.services.outbox.wake()
    await home.until(lambda: home.case(case.request_id).state == "receipted")
