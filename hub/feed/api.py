"""``GET /v1/feed``, ``GET /v1/city`` and ``GET /v1/map`` (protocol sections 8 and 13)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from aiohttp import hdrs, web

from hub.feed import routes
from hub.kit.access import ANY_HOME, Action, require
from hub.kit.errors import HubError
from milton_protocol.limits import FEED_MESSAGES_MAX, FEED_PAYLOADS_MAX_BYTES
from milton_protocol.messages.homes.enrollment import CityAnswer
from milton_protocol.messages.homes.feed import FeedMessage, FeedPage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from aiohttp.typedefs import Handler

    from hub.db.engine import Database
    from hub.directory.service import DirectoryService
    from hub.topics.service import TopicChange, Topics
    from hub.web.routing import Route

VERSIONS = (1,)
CURSOR_MAX_CHARS = 16  # 2**53 - 1


class FeedApi:
    """The handlers, over one database."""

    def __init__(self, database: Database, topics: Topics, directory: DirectoryService) -> None:
        """Keep what the handlers read from."""
        self._database = database
        self._topics = topics
        self._directory = directory

    def handlers(self) -> Mapping[Route, Handler]:
        """Return what answers each route of the homes' application."""
        return {routes.FEED: self.feed, routes.CITY: self.city, routes.MAP: self.map}

    async def feed(self, request: web.Request) -> web.StreamResponse:
        """Answer the topics that changed after ``?after=N``, oldest change first; the same for every home."""
        require(ANY_HOME, Action.FEED_READ)
        after = _cursor(request.query.get("after", "0"))
        async with self._database.reading() as session:
            epoch, newest = await self._topics.position(session)
            changes = await self._topics.changed_after(session, after, limit=FEED_MESSAGES_MAX + 1)
        return _answer(request, page_of(epoch, newest, changes).to_bytes())

    async def city(self, request: web.Request) -> web.StreamResponse:
        """Answer the root's public key and the city record."""
        async with self._database.reading() as session:
            sent = await self._directory.envelopes(session)
        answer = CityAnswer(
            root_public_key=self._directory.root_public_key, city_record=sent.city_record, versions=VERSIONS
        )
        return _answer(request, answer.to_bytes())

    async def map(self, request: web.Request) -> web.StreamResponse:
        """Answer the map pack that the city record names; the same for every home."""
        require(ANY_HOME, Action.FEED_READ)
        async with self._database.reading() as session:
            pack = await self._directory.map_pack(session)
        return _answer(request, pack)


def page_of(epoch: str, newest: int, changes: Sequence[TopicChange]) -> FeedPage:
    """Return as many ``changes`` as one page holds (200, or 1 MiB and the message that crosses it)."""
    taken: list[TopicChange] = []
    size_bytes = 0
    for change in changes[:FEED_MESSAGES_MAX]:
        taken.append(change)
        size_bytes += len(change.payload or b"")
        if size_bytes >= FEED_PAYLOADS_MAX_BYTES:
            break
    more = len(taken) < len(changes)
    seen = taken[-1].seq if taken else 0
    last = seen if more else max(newest, seen)
    messages = tuple(FeedMessage(topic=change.topic, payload=change.payload) for change in taken)
    return FeedPage(epoch=epoch, next=last, more=more, messages=messages)


def _cursor(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > CURSOR_MAX_CHARS:
        rule = "cursor_wrong"
        raise HubError(rule, web.HTTPBadRequest.status_code, "after is not a number of this feed.")
    return int(text)


def _answer(request: web.Request, body: bytes) -> web.StreamResponse:
    """Answer canonical JSON under its own digest as ETag; 304 when the asker has it."""
    etag = hashlib.sha256(body).hexdigest()
    headers = {hdrs.ETAG: f'"{etag}"', hdrs.CACHE_CONTROL: "no-cache"}
    known = request.if_none_match
    if known is not None and any(each.value in {etag, "*"} for each in known):
        return web.Response(status=web.HTTPNotModified.status_code, headers=headers)
    return web.Response(body=body, content_type="application/json", headers=headers)
