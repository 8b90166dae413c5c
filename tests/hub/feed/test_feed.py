"""The HTTPS feed: the same for every home, in the order of change."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from hub.feed.public import page_of
from hub.topics.service import TopicChange
from milton_protocol.limits import FEED_MESSAGES_MAX, FEED_PAYLOADS_MAX_BYTES
from milton_protocol.messages.homes.answers import ErrorAnswer
from milton_protocol.messages.homes.enrollment import CityAnswer
from milton_protocol.messages.homes.feed import FeedPage
from tests.simulators.hub_bench import seed_home

if TYPE_CHECKING:
    from tests.simulators.agency import Agency


def change(seq: int, size_bytes: int = 1) -> TopicChange:
    """Return a change."""
    return TopicChange(topic=f"milton/v1/x/{seq}", payload=b"." * size_bytes, seq=seq)


async def read(agency: Agency, token: str, after: int = 0) -> FeedPage:
    """Ask for a page."""
    status, body = await agency.get(f"/v1/feed?after={after}", token)
    assert status == 200, body
    return FeedPage.from_bytes(body)


async def test_a_home_reads_all_topics_and_then_only_what_changed(agency: Agency) -> None:
    """The cursor goes on; a cleared topic is told as null."""
    token = await seed_home(agency.hub.database)
    first = await read(agency, token)
    names = {message.topic.removeprefix("milton/v1/milton-pd/") for message in first.messages}
    assert names == {"city-record", "directory", "live"}
    assert (await read(agency, token, first.next)).messages == ()
    request_id = await agency.published()
    second = await read(agency, token, first.next)
    assert {message.topic.split("/")[3] for message in second.messages} == {"requests", "live"}
    async with agency.hub.database.session("test") as session:
        await agency.hub.topics.clear(session, f"requests/{request_id}")
    (cleared,) = (await read(agency, token, second.next)).messages
    assert (cleared.topic, cleared.payload) == (f"milton/v1/milton-pd/requests/{request_id}", None)


async def test_every_home_gets_the_same_bytes_and_an_unchanged_feed_is_not_sent_again(agency: Agency) -> None:
    """By ETag; nothing in the answer depends on who asks."""
    tokens = [await seed_home(agency.hub.database) for _ in range(2)]
    answers = [await agency.get("/v1/feed?after=0", token) for token in tokens]
    assert answers[0] == answers[1]
    headers = {"Authorization": f"Bearer {tokens[0]}"}
    async with agency.session.get(f"{agency.homes_url}/v1/feed?after=0", headers=headers) as response:
        etag = response.headers["ETag"]
    status, body = await agency.get("/v1/feed?after=0", tokens[1], **{"If-None-Match": etag})
    assert (status, body) == (304, b"")


async def test_the_city_is_told_to_anybody(agency: Agency) -> None:
    """Root key and city record, before a home knows anything."""
    status, body = await agency.get("/v1/city")
    answer = CityAnswer.from_bytes(body)
    assert (status, answer.versions) == (200, (1,))
    assert answer.root_public_key == agency.directory.root_public_key
    assert json.loads(answer.city_record)["payloadType"] == "application/vnd.milton.city-record.v1+json"


async def test_a_cursor_that_is_none_is_refused(agency: Agency) -> None:
    """By name."""
    token = await seed_home(agency.hub.database)
    for after in ("-1", "x", "1" * 17, ""):
        status, body = await agency.get(f"/v1/feed?after={after}", token)
        assert (status, ErrorAnswer.from_bytes(body).error) == (400, "cursor_wrong")


async def test_a_cursor_of_another_epoch_gets_an_empty_page_with_the_epoch(agency: Agency) -> None:
    """So that the home starts again from 0."""
    token = await seed_home(agency.hub.database)
    now = await read(agency, token)
    page = await read(agency, token, now.next + 1000)
    assert (page.messages, page.next, page.more) == ((), now.next, False)


def test_a_page_ends_after_200_messages_or_a_mebibyte_and_the_next_goes_on_from_there() -> None:
    """And always takes at least one message."""
    many = [change(seq) for seq in range(1, FEED_MESSAGES_MAX + 2)]
    page = page_of("0" * 32, FEED_MESSAGES_MAX + 1, many)
    assert (len(page.messages), page.more, page.next) == (FEED_MESSAGES_MAX, True, FEED_MESSAGES_MAX)
    large = [change(1, FEED_PAYLOADS_MAX_BYTES), change(2)]
    page = page_of("0" * 32, 2, large)
    assert (len(page.messages), page.more, page.next) == (1, True, 1)
    assert FeedPage.from_bytes(page.to_bytes()) == page
    # A later change of the same topic took a number that no row has any more.
    page = page_of("0" * 32, 9, [change(3)])
    assert (page.more, page.next) == (False, 9)


async def test_every_home_is_given_the_same_map_and_only_once(agency: Agency) -> None:
    """The pack that the city record names, byte for byte; a stranger is given none."""
    tokens = [await seed_home(agency.hub.database) for _ in range(2)]
    answers = [await agency.get("/v1/map", token) for token in tokens]
    assert answers[0] == answers[1]
    status, pack = answers[0]
    async with agency.hub.database.reading() as session:
        named = (await agency.directory.current(session)).city_record.map_sha256
    assert (status, hashlib.sha256(pack).hexdigest()) == (200, named)
    assert await agency.get("/v1/map", tokens[0], **{"If-None-Match": f'"{named}"'}) == (304, b"")
    assert (await agency.get("/v1/map"))[0] == 401
