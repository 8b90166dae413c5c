"""A scriptable hub: docs/protocol.md over HTTP, with a `City` behind it. It notes every call that a home makes.

Scripting: change ``hub.city`` and call ``hub.publish()``; set ``hub.away`` or ``hub.answers`` to fail; read
``hub.calls``, ``hub.shares``, ``hub.bodies``.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .city import City
from .loopback import Loopback

try:
    from milton_protocol import custody, dsse
    from milton_protocol.messages.homes import answers, enrollment, erasure, feed
    from milton_protocol.messages.shares import consent, passed_on, receipt, share, share_key, withdrawal
    from milton_protocol.translog import merkle
except ModuleNotFoundError:
    from custom_components.milton_share.shared.milton_protocol import custody, dsse
    from custom_components.milton_share.shared.milton_protocol.messages.homes import answers, enrollment, erasure, feed
    from custom_components.milton_share.shared.milton_protocol.messages.shares import (
        consent,
        passed_on,
        receipt,
        share,
        share_key,
        withdrawal,
    )
    from custom_components.milton_share.shared.milton_protocol.translog import merkle

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

CODE = "MS-7K4Q-2M9X-0RTB"
CODES = (CODE, "MS-0000-0000-0001", "MS-0000-0000-0002")
TOKEN = "home-token-1"
EPOCH = "ab" * 16
_OPEN = {"/v1/city", "/v1/enrol", "/v1/withdrawals", "/v1/consents"}
PATIENCE_S = 60.0  # a home asks anew after up to 6 s, for what a word depends on once more; a loaded machine is slower


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call of a home."""

    method: str
    path: str
    body: bytes
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(kw_only=True)
class Upload:
    """One body on its way."""

    size_bytes: int
    data: bytearray = field(default_factory=bytearray)


@dataclass(kw_only=True)
class HubSimulator:
    """The hub."""

    city: City = field(default_factory=lambda: City(now=datetime.now(UTC).replace(microsecond=0)))
    codes: dict[str, str | None] = field(default_factory=lambda: dict.fromkeys(CODES))
    mqtt: enrollment.MqttAccess | None = None
    away: bool = False
    answers: dict[str, list[tuple[int, str]]] = field(default_factory=dict)  # by the path's start: (status, rule)
    piece_max_bytes: int | None = None  # take so much of a piece, then break the line
    pause: asyncio.Event | None = None  # answer no piece until it is set
    page_messages: int = 5  # in one page of the feed
    page: bytes | None = None  # what the feed answers instead of a page
    map_pause: asyncio.Event | None = None  # give no map until it is set
    map: bytes | None = None  # what homes are given as the city's map; `give_map` has the city record name it
    receipts_given: bool = True
    accepted: set[str] = field(default_factory=set)
    calls: list[Call] = field(default_factory=list)
    shares: dict[str, share.Share] = field(default_factory=dict)
    envelopes: dict[str, bytes] = field(default_factory=dict)
    uploads: dict[str, Upload] = field(default_factory=dict)
    withdrawn: list[str] = field(default_factory=list)
    knows_flags: bool = True  # False: of an older version
    agreed: list[str] = field(default_factory=list)  # to earlier acceptance; share ids
    flagged: list[str] = field(default_factory=list)  # for the evidence unit alone, after they were sent
    passing: list[consent.Consent] = field(default_factory=list)  # the owner's words on passing a share on
    receipts: dict[str, list[bytes]] = field(default_factory=dict)
    receipts_said: dict[str, bytes] = field(default_factory=dict)  # what is answered instead
    device_keys: dict[str, bytes] = field(default_factory=dict)
    left: bool = False
    url: str = ""
    _topics: dict[str, bytes] = field(default_factory=dict)
    _changes: dict[str, int] = field(default_factory=dict)
    _count: int = 0
    _read_to: int = 0
    _serving: Loopback | None = None

    async def start(self) -> None:
        """Listen on a free port of this machine, and found the city there."""
        app = web.Application(middlewares=[self._note], client_max_size=32 * 2**20)
        app.router.add_get("/v1/city", self._city)
        app.router.add_post("/v1/enrol", self._enrol)
        app.router.add_delete("/v1/enrolment", self._leave)
        app.router.add_get("/v1/feed", self._feed)
        app.router.add_get("/v1/map", self._map)
        app.router.add_get("/v1/log/consistency", self._consistency)
        app.router.add_post("/v1/shares", self._share)
        app.router.add_get("/v1/shares/{share}/receipts", self._receipts)
        app.router.add_route("*", "/v1/uploads/{share}/{part}", self._upload)
        app.router.add_post("/v1/withdrawals", self._withdraw)
        app.router.add_post("/v1/consents", self._agree)
        self._serving = await Loopback.started(web.AppRunner(app))
        self.url = self._serving.url
        self.city = City(now=self.city.now, home_url=self.url)
        self.publish()

    def reached_at(self, url: str) -> None:
        """Say in the city record that homes find this hub at another address: behind a box, a proxy, a bad line."""
        self.url = url
        addresses = replace(self.city.record.hub, home_url=url)
        self.city.record = replace(self.city.record, hub=addresses, serial=self.city.record.serial + 1)
        self.publish()

    async def stop(self) -> None:
        """Stop listening."""
        if self._serving is not None:
            await self._serving.stop()

    # Scripting

    def publish(self) -> None:
        """Bring the feed up to date, documents first; the live statement gets the next sequence."""
        self.city.sequence += 1
        topics = self.city.topics()
        for topic in {**self._topics, **topics}:
            if self._topics.get(topic) != topics.get(topic):
                self._count += 1
                self._changes[topic] = self._count
        self._topics = topics

    def give_map(self, pack: bytes, *, named: str | None = None) -> None:
        """Give homes a map; the city record names it, or another digest, or none (an empty text)."""
        self.map = pack
        sha256 = hashlib.sha256(pack).hexdigest() if named is None else named or None
        self.city.record = replace(self.city.record, map_sha256=sha256, serial=self.city.record.serial + 1)
        self.publish()

    def put(self, topic: str, payload: bytes | None) -> None:
        """Put any bytes under a topic, as a stolen hub would."""
        full = f"milton/v1/{self.city.record.agency_id}/{topic}"
        self._count += 1
        self._changes[full] = self._count
        if payload is None:
            self._topics.pop(full, None)
        else:
            self._topics[full] = payload

    def restore(self) -> None:
        """Publish what the city does and nothing else, numbered as if nothing else had ever been."""
        self._topics, self._changes, self._count = {}, {}, 0
        self.publish()

    def is_read(self) -> bool:
        """Say whether a home was given the newest."""
        return self._read_to == self._count

    def give_receipt(
        self,
        share_id: str,
        event: str,
        to: passed_on.PassedOnTo | None = None,
        by: receipt.ReceiptBy | None = None,
    ) -> None:
        """Sign and chain the next receipt of a share, to be fetched; ``to``: of whom outside it is."""
        announced = self.shares[share_id]
        envelopes = self.receipts.setdefault(share_id, [])
        chain = custody.ReceiptChain(
            agency_id=self.city.record.agency_id,
            share_id=share_id,
            request_id=announced.request_id,
            share_sha256=share.share_sha256(announced.to_bytes()),
        )
        for envelope in envelopes:
            chain = chain.after(envelope)
        at = datetime.now(UTC).replace(microsecond=0)
        next_one = chain.next_receipt(receipt.ReceiptEvent(event), at, by, to)
        envelopes.append(custody.sign_receipt(next_one, self.city.hub_key))

    def file(self, share_id: str, part: str) -> bytes:
        """Return a sealed part as the age file that it is."""
        headers = {one.name: one.header for one in self.shares[share_id].parts}
        return headers[share.PartName(part)] + bytes(self.uploads[f"{share_id}/{part}"].data)

    def paths(self) -> list[str]:
        """Return what homes called, in order, without the feed's cursor."""
        return [f"{call.method} {call.path}" for call in self.calls]

    async def until(self, check: Any, patience_s: float = PATIENCE_S) -> None:  # noqa: ANN401
        """Wait until ``check()`` holds."""
        async with asyncio.timeout(patience_s):
            while not check():  # noqa: ASYNC110  what is waited for has no event
                await asyncio.sleep(0.02)

    # HTTP

    @web.middleware
    async def _note(self, request: web.Request, handler: Any) -> web.StreamResponse:  # noqa: ANN401
        if self.away:
            if request.transport is not None:
                request.transport.close()
            raise web.HTTPServiceUnavailable
        body = await self._body(request)
        self.calls.append(
            Call(
                method=request.method,
                path=request.path,
                body=body,
                query=request.query_string,
                headers=tuple(sorted(request.headers.items())),
            )
        )
        for start, scripted in self.answers.items():
            if request.path.startswith(start) and scripted and ("receipts" in start or "receipts" not in request.path):
                return _error(*scripted.pop(0))
        open_to_all = request.path in _OPEN or request.path.startswith("/v1/log/") or "receipts" in request.path
        if not open_to_all and request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return _error(401, "home_unknown")
        return await handler(request)

    async def _body(self, request: web.Request) -> bytes:
        if request.method != "PATCH" or self.piece_max_bytes is None:
            return await request.read()
        taken, self.piece_max_bytes = self.piece_max_bytes, None
        piece = (await request.read())[:taken]
        upload = self.uploads[f"{request.match_info['share']}/{request.match_info['part']}"]
        upload.data += piece
        if request.transport is not None:
            request.transport.close()
        raise web.HTTPServiceUnavailable

    async def _city(self, _request: web.Request) -> web.Response:
        answer = enrollment.CityAnswer(
            root_public_key=self.city.root_public_key, city_record=self.city.city_record_envelope(), versions=(1,)
        )
        return _json(answer.to_bytes())

    async def _enrol(self, request: web.Request) -> web.Response:
        asked = enrollment.EnrolRequest.from_bytes(await request.read())
        if asked.code not in self.codes:
            return _error(404, "code_unknown")
        if self.codes[asked.code] not in {None, asked.home_id}:
            return _error(409, "code_used")
        self.codes[asked.code] = asked.home_id
        self.device_keys[asked.home_id] = asked.device_key
        return _json(enrollment.EnrolAnswer(home_token=TOKEN, mqtt=self.mqtt, receipts_keep_days=60).to_bytes())

    async def _leave(self, _request: web.Request) -> web.Response:
        self.left = True
        home_id = list(self.device_keys)[-1]
        at = datetime.now(UTC).replace(microsecond=0)
        said = erasure.Erasure(agency_id=self.city.record.agency_id, home_id=home_id, at=at).to_bytes()
        envelope = dsse.sign(erasure.Erasure.PAYLOAD_TYPE, said, [self.city.hub_key])
        return _json(erasure.LeaveAnswer(erasure=envelope).to_bytes())

    async def _feed(self, request: web.Request) -> web.Response:
        if self.page is not None:
            return _json(self.page)
        after = int(request.query["after"])
        etag = f'"{self._count}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        changed = sorted((count, topic) for topic, count in self._changes.items() if count > after)
        page = changed[: self.page_messages]
        messages = tuple(feed.FeedMessage(topic=topic, payload=self._topics.get(topic)) for _, topic in page)
        answer = feed.FeedPage(
            epoch=EPOCH, next=page[-1][0] if page else self._count, more=len(changed) > len(page), messages=messages
        )
        self._read_to = answer.next
        return _json(answer.to_bytes(), {"ETag": etag} if not answer.more else {})

    async def _map(self, _request: web.Request) -> web.Response:
        if self.map_pause is not None:
            await self.map_pause.wait()
        return _error(404, "map_none") if self.map is None else _json(self.map)

    async def _consistency(self, request: web.Request) -> web.Response:
        old, new = int(request.query["from"]), int(request.query["to"])
        hashes = [merkle.leaf_hash(leaf) for leaf in self.city.leaves[:new]]
        return _json(answers.ConsistencyAnswer(hashes=tuple(merkle.consistency_proof(hashes, old))).to_bytes())

    async def _share(self, request: web.Request) -> web.Response:
        envelope = await request.read()
        key = _one_time_key(envelope)
        announced = share.Share.from_bytes(dsse.open_envelope(envelope, share.Share.PAYLOAD_TYPE, [key], required=1))
        known = self.envelopes.get(announced.share_id)
        if known not in {None, envelope}:
            return _error(409, "share_differs")
        if announced.request_id in self.city.withdrawn:
            return _error(410, "request_closed")
        self.envelopes[announced.share_id] = envelope
        self.shares[announced.share_id] = announced
        for part in announced.parts:
            self.uploads.setdefault(f"{announced.share_id}/{part.name}", Upload(size_bytes=part.body_size_bytes))
        paths = {part.name: f"/v1/uploads/{announced.share_id}/{part.name}" for part in announced.parts}
        return _json(answers.ShareAnswer(uploads=paths).to_bytes(), status=200 if known else 201)

    async def _upload(self, request: web.Request) -> web.Response:
        share_id, part = request.match_info["share"], request.match_info["part"]
        upload = self.uploads.get(f"{share_id}/{part}")
        if upload is None or not self._is_held(request, share_id):
            return _error(404, "upload_unknown")
        if request.method == "PATCH":
            piece = await request.read()
            if self.pause is not None:
                await self.pause.wait()
            if int(request.headers["Upload-Offset"]) != len(upload.data):
                return _error(409, "offset_differs")
            digest = base64.b64encode(hashlib.sha256(piece).digest()).decode()
            if request.headers["Upload-Checksum"] != f"sha256 {digest}":
                return _error(460, "checksum_differs")
            upload.data += piece
            self._complete(share_id)
        headers = {"Upload-Offset": str(len(upload.data)), "Upload-Length": str(upload.size_bytes)}
        return web.Response(status=204 if request.method == "PATCH" else 200, headers=headers)

    def _complete(self, share_id: str) -> None:
        parts = self.shares[share_id].parts
        bodies = {part.name: bytes(self.uploads[f"{share_id}/{part.name}"].data) for part in parts}
        whole = all(hashlib.sha256(bodies[part.name]).hexdigest() == part.body_sha256 for part in parts)
        if whole and self.receipts_given and share_id not in self.receipts:
            self.give_receipt(share_id, "received")

    async def _withdraw(self, request: web.Request) -> web.Response:
        envelope = await request.read()
        share_id = json.loads(base64.b64decode(json.loads(envelope)["payload"]))["share_id"]
        announced = self.shares.get(share_id)
        if announced is None:
            return _error(404, "share_unknown")
        withdrawal.Withdrawal.from_bytes(
            dsse.open_envelope(envelope, withdrawal.Withdrawal.PAYLOAD_TYPE, [announced.one_time_key], required=1)
        )
        if share_id in self.accepted:
            return _error(409, "already_accepted")
        self.withdrawn.append(share_id)
        return _json(b'{"withdrawn":true}')

    async def _agree(self, request: web.Request) -> web.Response:
        envelope = await request.read()
        share_id = json.loads(base64.b64decode(json.loads(envelope)["payload"]))["share_id"]
        key = self.shares[share_id].one_time_key
        said = consent.Consent.from_bytes(dsse.open_envelope(envelope, consent.Consent.PAYLOAD_TYPE, [key], required=1))
        if said.to is not None:
            self.passing.append(said)
            return _json(b'{"consented":true}')
        if said.kind is consent.ConsentKind.CUSTODIANS_ONLY:
            if not self.knows_flags:
                return _error(400, "unknown_value")
            self.flagged.append(share_id)
            return _json(b'{"consented":true}')
        if share_id in self.accepted:
            return _error(409, "already_accepted")
        self.agreed.append(share_id)
        return _json(b'{"consented":true}')

    async def _receipts(self, request: web.Request) -> web.Response:
        share_id = request.match_info["share"]
        if not self._is_held(request, share_id):
            return _error(404, "share_unknown")
        return web.Response(body=self.receipts_said.get(share_id) or self.sealed_receipts(share_id).to_body())

    def sealed_receipts(self, share_id: str) -> receipt.SealedReceipts:
        """Return what the home of a share is given."""
        to = self.shares[share_id].receipt_recipient
        sealed = (custody.seal_receipt(envelope, to) for envelope in self.receipts.get(share_id, ()))
        return receipt.SealedReceipts(share_id=share_id, sealed=tuple(sealed))

    def _is_held(self, request: web.Request, share_id: str) -> bool:
        announced = self.shares.get(share_id)
        shown = request.headers.get(share_key.HEADER, "")
        return announced is not None and share_key.is_share_key(shown, share_id, announced.one_time_key)


async def running(hub: HubSimulator) -> AsyncIterator[HubSimulator]:
    """Run a hub for the time of a fixture."""
    await hub.start()
    yield hub
    await hub.stop()


def _one_time_key(envelope: bytes) -> bytes:
    payload = json.loads(base64.b64decode(json.loads(envelope)["payload"]))
    key: str = payload["one_time_key"]
    return base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))


def _json(body: bytes, headers: dict[str, str] | None = None, status: int = 200) -> web.Response:
    return web.Response(body=body, content_type="application/json", headers=headers, status=status)


def _error(status: int, rule: str) -> web.Response:
    return _json(json.dumps({"error": rule, "message": rule}, separators=(",", ":")).encode(), status=status)
