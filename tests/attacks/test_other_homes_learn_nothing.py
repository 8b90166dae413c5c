"""A suspect may be enrolled: no other home learns that a home shared, how much, what became of it, or that it withdrew.

Two lives of one city with a real broker: in one, a home shares, an officer looks, and the owner withdraws; in the other
nothing is shared. A second home that knows the share's id beforehand records all it can get: the feed, every message of
the broker, and each route's answer to its own bearer. But for times, signatures and the log's root, both lives are one.
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiomqtt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import event, insert

from hub.broker.errors import BrokerError
from hub.broker.mosquitto import Installed
from hub.db.engine import Database
from hub.db.migrate import migrate, upgrade
from hub.enrollment.secrets import EnrollmentSecret
from hub.enrollment.service import Enrollment
from hub.kit.access import OPERATOR
from hub.shares.record.rules import RECEIPTS_KEPT
from hub.topics.model import Topic
from hub.topics.service import Topics
from milton_protocol.messages.homes.enrollment import EnrolAnswer, EnrolRequest
from milton_protocol.messages.shares.receipt import SealedReceipts, unpadded
from milton_protocol.messages.shares.share_key import HEADER, share_key
from milton_protocol.topics import every_topic
from tests.simulators.hub_bench import found_city, running_hub
from tests.simulators.ports import free_port
from tests.simulators.sealed_share import PIECE_TYPE, TUS, HomeClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path
    from types import FrameType

    from tests.simulators.hub_bench import HubBench
    from tests.simulators.sealed_share import SealedShare

TIME = re.compile(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
OF_TIME = {"Date", "ETag", "Etag"}
QUIET_S = 1.5
BLOCK_BYTES = 16_384
NAMES = ("clip", "manifest", "preview")
OF_SHARES = (
    "shares/record/holder.py",
    "shares/upload/api.py",
    "shares/owner/api.py",
    "shares/owner/service.py",
    "share_key.py",
)


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[HubBench]:
    """Run a hub with one published request and one enrolled home."""
    async with running_hub(tmp_path) as started:
        yield started


@dataclass(kw_only=True)
class OtherHome:
    """A home that records all that reaches it, and asks for whatever it can."""

    client: HomeClient
    messages: list[tuple[str, Any]] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)

    async def probe(self, share: SealedShare) -> None:
        """Ask every route about a share of which it knows the id and the request."""
        own = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
        keys: tuple[dict[str, str], ...] = ({}, {HEADER: share_key(share.share.share_id, own)}, {HEADER: "x"})
        piece = TUS | {"Upload-Offset": "0", "Content-Type": PIECE_TYPE}
        for key in keys:
            for name in NAMES:
                for method in ("OPTIONS", "HEAD", "DELETE"):
                    await self._ask(method, share.url(name), headers=TUS | key)
                await self._ask("POST", share.url(name), headers=TUS | key | {"Upload-Length": "1"})
                await self._ask("PATCH", share.url(name), headers=piece | key, data=b"x")
            for method in ("GET", "HEAD"):
                await self._ask(method, share.receipts_url, headers=key)
                await self._ask(method, share.receipts_url, headers=key | {"Authorization": ""})
        for word in (share.withdrawal(key=own), share.flag(key=own)):
            for path in ("/v1/withdrawals", "/v1/consents"):
                await self._ask("POST", path, data=word)

    async def announce(self, share: SealedShare) -> None:
        """Send another share under the id that it knows: as the first of it, or as one too many."""
        await self._ask("POST", "/v1/shares", data=share.envelope)

    async def read(self) -> None:
        """Read the feed from its beginning, and what else every home may."""
        for path in ("/v1/feed?after=0", "/v1/city", "/v1/map", "/v1/log/checkpoint"):
            await self._ask("GET", path)

    async def _ask(self, method: str, path: str, *, headers: dict[str, str] | None = None, data: Any = None) -> None:  # noqa: ANN401
        status, said, body = await self.client.ask(method, path, headers=headers, data=data)
        told = {name: value for name, value in said.items() if name not in OF_TIME}
        self.answers.append((method, path, headers, status, told, readable(body)))


def readable(data: bytes) -> Any:  # noqa: ANN401
    """Return a message as deep as it can be read, without times, signatures, sequences and the log's root."""
    try:
        return _without(json.loads(data))
    except ValueError:
        return data


def _without(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, list):
        return [_without(each) for each in value]
    if isinstance(value, dict):
        kept = {name: each for name, each in value.items() if name not in {"sig", "sequence", "epoch", "checkpoint"}}
        if isinstance(kept.get("payload"), str):
            kept["payload"] = readable(base64.b64decode(kept["payload"]))
        return {name: _without(each) for name, each in kept.items()}
    return TIME.sub("a time", value) if isinstance(value, str) else value


@asynccontextmanager
async def listening(bench: HubBench) -> AsyncIterator[OtherHome]:
    """Enroll a second home as every home does, and let it hear all that the broker says."""
    hub = bench.hub
    async with hub.database.session("test") as session:
        enrollment = Enrollment(EnrollmentSecret(value=hub.keys.enrollment_secret))
        code = await enrollment.new_code(session, OPERATOR, cell="3414,-8430", at=bench.clock())
    asked = EnrolRequest(code=code, home_id="ab" * 16, device_key=bytes(range(32)))
    _, _, body = await bench.home.ask("POST", "/v1/enrol", data=asked.to_bytes())
    answer = EnrolAnswer.from_bytes(body)
    assert answer.mqtt is not None
    other = OtherHome(client=HomeClient(bench.session, bench.homes_url, answer.home_token))
    name, word, port = answer.mqtt.username, answer.mqtt.password, bench.settings.broker.listen.port
    client = aiomqtt.Client("127.0.0.1", port, identifier=name, username=name, password=word)
    async with asyncio.timeout(20):
        while True:
            try:
                await client.__aenter__()
            except aiomqtt.MqttError:
                await asyncio.sleep(0.2)
                client = aiomqtt.Client("127.0.0.1", port, identifier=name, username=name, password=word)
            else:
                break
    await client.subscribe(every_topic(bench.settings.agency_id), qos=1)

    async def hear() -> None:
        async for message in client.messages:
            assert isinstance(message.payload, bytes)
            other.messages.append((str(message.topic), readable(message.payload)))

    ears = asyncio.create_task(hear())
    try:
        yield other
    finally:
        ears.cancel()
        await asyncio.gather(ears, return_exceptions=True)
        await client.__aexit__(None, None, None)


async def life(model: Path, folder: Path, key: Ed25519PrivateKey, *, shares: bool) -> tuple[OtherHome, list[str]]:
    """Live once; return what the other home got, and what the first one's receipts say."""
    async with running_hub(folder, model=model) as bench, listening(bench) as other:
        share = bench.share(one_time_key=key)
        forged = bench.share(share_id=share.share.share_id)
        if shares:
            await bench.home.send(share)
            officer = await bench.sign_in("officer")
            path = f"/api/shares/{share.share.share_id}/parts/clip/body"
            assert (await bench.officer_asks(officer, "GET", path))[0] in {200, 206}
        await other.probe(share)
        if shares:
            assert (await bench.home.ask("POST", "/v1/withdrawals", data=share.withdrawal()))[0] == 200
        await other.probe(share)
        await other.announce(forged)
        await asyncio.sleep(QUIET_S)
        await other.read()
        return other, await bench.events(share)


async def test_another_home_gets_the_same_whether_a_home_shared_or_not(tmp_path: Path) -> None:
    """Fetched and withdrawn, or never there: the same topics, messages, statuses, headers and words, in one order."""
    try:
        Installed.find()
    except BrokerError as error:
        pytest.skip(f"no real broker here: {error.detail}")
    listen = f"--listen-mqtt=127.0.0.1:{free_port()}"
    await asyncio.to_thread(found_city, tmp_path / "model", "--broker", "mosquitto", listen)
    key = Ed25519PrivateKey.generate()
    quiet, nothing = await life(tmp_path / "model", tmp_path / "quiet", key, shares=False)
    shared, events = await life(tmp_path / "model", tmp_path / "shared", key, shares=True)
    assert (nothing, events) == ([], ["received", "fetched", "withdrawn"])
    assert {topic.split("/")[3] for topic, _ in shared.messages} == {"city-record", "directory", "live"}
    for one, other in zip(quiet.answers, shared.answers, strict=True):
        assert one == other
    assert sorted(map(repr, quiet.messages)) == sorted(map(repr, shared.messages))


async def test_only_the_share_key_reaches_an_upload(bench: HubBench) -> None:
    """A neighbor with a good bearer, and the id, is answered as for an upload that never was: no size, no state."""
    share, never, other = bench.share(), bench.share(), await bench.new_home()
    await bench.home.send(share)
    assert await bench.home.offset(share) == len(share.bodies["clip"])
    ways = {
        "HEAD": {},
        "POST": {"Upload-Length": str(len(share.bodies["clip"]))},
        "PATCH": {"Upload-Offset": "0", "Content-Type": PIECE_TYPE},
        "DELETE": {},
    }
    for when in ("received", "withdrawn"):
        for method, headers in ways.items():
            asked = [
                await other.ask(method, each.url(), headers=headers | TUS | key)
                for each in (share, never)
                for key in ({}, {HEADER: never.key[HEADER]}, {HEADER: "A" * 86}, {HEADER: "Ä" * 86})
            ]
            assert {(status, body) for status, _, body in asked} == {(404, asked[0][2])}, (when, method)
            assert method == "HEAD" or json.loads(asked[0][2])["error"] == "upload_unknown"
            assert not any("Upload" in name for _, said, _ in asked for name in said)
        if when == "received":
            assert (await bench.home.ask("POST", "/v1/withdrawals", data=share.withdrawal()))[0] == 200
    assert (await bench.home.ask("HEAD", share.url(), headers=share.tus))[0] == 410


async def test_the_share_key_alone_is_no_bearer(bench: HubBench) -> None:
    """Uploads need both: who left the program sends no more bytes."""
    share = bench.share()
    await bench.home.announce(share)
    stranger = HomeClient(bench.session, bench.homes_url, "")
    for method in ("HEAD", "POST", "PATCH", "DELETE"):
        assert (await stranger.ask(method, share.url(), headers=share.tus))[0] == 401


async def test_receipts_are_given_to_the_share_key_and_to_nobody_else(bench: HubBench) -> None:
    """No bearer is asked for, and none helps: without the key a share that is there is one that never was."""
    share, never = bench.share(), bench.share()
    await bench.home.send(share)
    stranger = HomeClient(bench.session, bench.homes_url, "")
    assert [each.event for each in await bench.receipts(share)] == ["received"]
    for client in (stranger, bench.home, await bench.new_home()):
        refused = [
            await client.ask("GET", each.receipts_url, headers=key)
            for each in (share, never)
            for key in ({}, never.key, {HEADER: share.key[HEADER][:-1]}, {HEADER: "A" * 86})
            if (each, key) != (never, never.key)
        ]
        assert {(status, body) for status, _, body in refused} == {(404, refused[0][2])}
        assert json.loads(refused[0][2])["error"] == "share_unknown"


async def test_an_answers_size_tells_hardly_how_many_receipts_there_are(bench: HubBench) -> None:
    """None, one, three: the same number of bytes, and no shorter answer for what is known already."""
    share = bench.share()
    await bench.home.announce(share)
    sizes, counts = [], []

    async def look() -> None:
        async with bench.session.get(bench.homes_url + share.receipts_url, headers=share.key) as answer:
            body = await answer.read()
            sizes.append((answer.status, len(body)))
            counts.append(len(SealedReceipts.from_bytes(unpadded(body)).sealed))
            assert "ETag" not in answer.headers

    await look()
    await bench.home.send(share)
    await look()
    officer = await bench.sign_in("officer")
    await bench.officer_asks(officer, "GET", f"/api/shares/{share.share.share_id}/parts/clip/body")
    await bench.home.ask("POST", "/v1/withdrawals", data=share.withdrawal())
    await look()
    assert counts == [0, 1, 3]
    assert sizes == [(200, BLOCK_BYTES)] * 3


async def test_receipts_are_given_for_sixty_days_after_the_newest(bench: HubBench) -> None:
    """As long as the home was told; what comes later can be fetched again, with all before it."""
    share = bench.share()
    await bench.home.send(share)
    bench.clock.ahead = RECEIPTS_KEPT
    assert await bench.events(share) == []
    assert (await bench.home.ask("POST", "/v1/withdrawals", data=share.withdrawal()))[0] in {200, 410}
    assert await bench.events(share) == ["received", "withdrawn", "deleted"]


async def test_words_that_another_key_signed_say_of_no_share_that_it_is_there(bench: HubBench) -> None:
    """Anybody may send them: a wrong signature, another type, nobody's share, all are answered alike."""
    share, never, other = bench.share(), bench.share(), Ed25519PrivateKey.generate()
    await bench.home.send(share)
    for path, signed in (("/v1/withdrawals", "withdrawal"), ("/v1/consents", "consent"), ("/v1/consents", "flag")):
        said = [await bench.home.ask("POST", path, data=getattr(each, signed)(key=other)) for each in (share, never)]
        assert {(status, body) for status, _, body in said} == {(404, said[0][2])}
        assert json.loads(said[0][2])["error"] == "share_unknown"
    assert await bench.events(share) == ["received"]


async def test_a_share_id_is_its_keys_and_no_other_home_takes_it_or_asks_for_it(bench: HubBench) -> None:
    """Another share under an id that somebody learned is refused before the id is looked up."""
    share, never, other = bench.share(), bench.share(), await bench.new_home()
    assert await bench.home.announce(share) == 201
    said = [
        await other.ask("POST", "/v1/shares", data=bench.share(share_id=each.share.share_id).envelope)
        for each in (share, never)
    ]
    assert {(status, json.loads(body)["error"]) for status, _, body in said} == {(400, "share_id_wrong")}
    assert await bench.home.announce(never) == 201


async def test_a_wrong_key_costs_what_a_share_that_is_not_there_costs(bench: HubBench) -> None:
    """The same statements, functions, and signature checks, in the same order: no answer comes sooner."""
    share, never, other = bench.share(), bench.share(), await bench.new_home()
    await bench.home.send(share)
    wrong = {HEADER: share_key(share.share.share_id, Ed25519PrivateKey.generate())}
    done: list[str] = []

    def asked(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        done.append(statement)

    def called(frame: FrameType, kind: str, function: object) -> None:
        if kind == "c_call" and getattr(function, "__name__", "") == "verify":
            done.append("verify")
        elif kind == "call" and frame.f_code.co_filename.endswith(OF_SHARES):
            done.append(frame.f_code.co_qualname)

    async def work(path: str) -> list[str]:
        done.clear()
        assert (await other.ask("HEAD", path, headers=TUS | wrong))[0] == 404
        return list(done)

    event.listen(bench.hub.database.engine.sync_engine, "before_cursor_execute", asked)
    sys.setprofile(called)
    try:
        for there, not_there in ((share.url(), never.url()), (share.receipts_url, never.receipts_url)):
            await work(not_there)  # what nobody has is made once
            assert await work(there) == await work(not_there)
            assert "verify" in done
            assert len(done) > 1
    finally:
        sys.setprofile(None)
        event.remove(bench.hub.database.engine.sync_engine, "before_cursor_execute", asked)


async def test_no_topic_names_a_share(bench: HubBench) -> None:
    """What every home is sent has nothing of a share's id, from its announcement to its end."""
    share = bench.share()
    await bench.home.send(share)
    await bench.home.ask("POST", "/v1/withdrawals", data=share.withdrawal())
    async with bench.hub.database.reading() as session:
        changes = await bench.hub.topics.changed_after(session, 0)
    assert changes
    assert not any("receipts" in each.topic or share.share.share_id in each.topic for each in changes)
    _, _, page = await (await bench.new_home()).ask("GET", "/v1/feed?after=0")
    assert share.share.share_id.encode() not in page


async def test_topics_of_shares_that_an_older_hub_had_are_gone_from_its_feed(tmp_path: Path) -> None:
    """Not cleared, which would still name each share; the broker's copy goes as whatever its table does not have."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'hub.sqlite'}")
    names = ("live", f"receipts/{'ab' * 16}", f"receipts/{'cd' * 16}", f"requests/{'ef' * 32}")
    rows = [{"name": name, "payload": b"x", "seq": number} for number, name in enumerate(names, start=1)]
    async with database.engine.begin() as connection:
        await connection.run_sync(migrate, "0025")
        await connection.execute(insert(Topic), rows)
    await upgrade(database)
    async with database.reading() as session:
        changes = await Topics("milton-pd").changed_after(session, 0)
    await database.close()
    assert [(each.topic.split("/")[3], each.seq) for each in changes] == [("live", 1), ("requests", 4)]


async def test_a_share_key_is_written_nowhere(bench: HubBench, caplog: pytest.LogCaptureFixture) -> None:
    """Neither in the log, nor in any file of the hub."""
    caplog.set_level("DEBUG")
    share = bench.share()
    await bench.home.send(share)
    assert await bench.events(share) == ["received"]
    assert (await bench.home.ask("HEAD", share.url(), headers=share.tus))[0] == 200
    shown = share.key[HEADER]
    files = [path.read_bytes() for path in bench.settings.folder.rglob("*") if path.is_file()]
    assert files
    assert not any(shown.encode() in each or base64.urlsafe_b64decode(shown + "==") in each for each in files)
    assert shown not in caplog.text
