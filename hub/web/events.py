"""Event streams: tell an open page that what it shows has changed; the page then asks for it by the ordinary way.

No event carries content, so a stream that outlives a session says nothing, and it ends with the session.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp_sse import sse_response

from hub.kit.errors import HubError, too_many
from hub.web.errors import refusal_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from hub.topics.service import Topics

RETRY_MS = 3_000
STREAMS_FOR_ONE = 30  # open pages of one person; each looks into the database at every change


class Streams:
    """All open streams of one hub, whatever they tell of, counted by person."""

    def __init__(self, topics: Topics) -> None:
        """Listen to ``topics``."""
        self._topics = topics
        self._open: Counter[str] = Counter()

    async def changes(
        self, request: web.Request, person: str, snapshot: Callable[[], Awaitable[str]], last: str | None = None
    ) -> web.StreamResponse:
        """Stream to ``person`` (:func:`stream_changes`); raise ``too_many_pages`` (429) past ``STREAMS_FOR_ONE``."""
        if self._open[person] >= STREAMS_FOR_ONE:
            rule = "too_many_pages"
            raise too_many(rule, "Too many of your pages are open; close some.")
        self._open[person] += 1
        try:
            return await stream_changes(request, self._topics, snapshot, last)
        finally:
            self._open -= Counter({person: 1})  # nobody is kept at zero


async def stream_changes(
    request: web.Request, topics: Topics, snapshot: Callable[[], Awaitable[str]], last: str | None = None
) -> web.StreamResponse:
    """Send ``changed`` each time that ``snapshot`` differs, until the page goes or ``snapshot`` raises HubError.

    ``last`` is the snapshot that the page was made by, where it says so: a change since then is told too.

    It is asked once before the stream begins, so who may not read is refused like anywhere else.
    ``snapshot`` checks that the reader may still read. It runs after every committed change of a topic, which every
    arriving share and every publication is, and once a while.
    """
    first = await snapshot()
    last = first if last is None else last
    if request.transport is None:  # the page left meanwhile; aiohttp-sse 3.0 fails on it
        return web.Response()  # which nobody gets
    async with sse_response(request) as response:
        try:
            await response.send("ready", event="ready", retry=RETRY_MS)
            while response.is_connected():
                heard = topics.listen()
                now = await snapshot()
                if now != last:
                    last = now
                    await response.send("changed", event="changed")
                await topics.wait_for_change(heard)
        except (ConnectionResetError, TimeoutError, HubError):  # it left, stopped reading, or may no longer read
            pass
        except Exception as error:  # the page asks again by itself, and is told then
            if refusal_of(error, request) is None:
                raise
    return response
