"""Which parts of a clip have to reach an approver's session, and how the parts that its player asks for are counted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession, hdrs, web

from custom_components.milton_share.panel.http.ranged_file import send_file
from custom_components.milton_share.review.served import (
    BEGINNING_BYTES,
    END_BYTES,
    SPANS_MAX,
    ServedClips,
    is_enough,
    joined,
)
from tests.simulators.loopback import Loopback

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

LONG = 150_000_000  # ten minutes at 2 Mbit/s
FITS_SOCKETS = 16 * 1024 * 1024  # more than both ends of a connection hold on this machine


@pytest.mark.parametrize(
    ("spans", "size_bytes", "enough"),
    [
        ([], 1, False),
        ([(0, 1)], 1, True),
        ([(0, 999)], 1_000, False),
        ([(1, 1_000)], 1_000, False),
        ([(0, 499), (500, 1_000)], 1_000, False),
        ([(0, 500), (500, 1_000)], 1_000, True),
        ([(0, BEGINNING_BYTES), (BEGINNING_BYTES, BEGINNING_BYTES + END_BYTES)], BEGINNING_BYTES + END_BYTES, True),
        ([(0, BEGINNING_BYTES)], BEGINNING_BYTES + 1, False),
        ([(0, BEGINNING_BYTES)], LONG, False),
        ([(LONG - END_BYTES, LONG)], LONG, False),
        ([(0, BEGINNING_BYTES - 1), (LONG - END_BYTES, LONG)], LONG, False),
        ([(0, BEGINNING_BYTES), (LONG - END_BYTES + 1, LONG)], LONG, False),
        ([(0, BEGINNING_BYTES), (LONG - END_BYTES, LONG)], LONG, True),
    ],
)
def test_a_short_clip_counts_as_shown_by_every_byte_a_long_one_by_its_beginning_and_its_end(
    spans: list[tuple[int, int]], size_bytes: int, *, enough: bool
) -> None:
    """Whatever the ranges that it came in."""
    assert is_enough(tuple(joined(reversed(spans))), size_bytes) is enough


def test_a_clip_or_its_transcode_counts_for_the_session_that_it_was_sent_to_while_it_is_there() -> None:
    """Of a transcode its own size counts."""
    book = ServedClips()
    assert not book.was_sent("phone", ("clip", "transcode"))
    book.note("phone", "transcode", 10, (5, 10))
    assert not book.was_sent("phone", ("clip", "transcode"))
    book.note("phone", "transcode", 10, (0, 5))
    assert book.was_sent("phone", ("clip", "transcode"))
    assert not book.was_sent("phone", ("clip",))
    assert not book.was_sent("desk", ("clip", "transcode"))
    assert not book.was_sent(None, ("clip", "transcode"))
    book.keep_only({"clip"})
    assert not book.was_sent("phone", ("clip", "transcode"))


def test_ranges_without_number_take_no_memory_without_bound() -> None:
    """Every other byte of a long file: what is beyond the bound counts as not sent."""
    book = ServedClips()
    for at in range(0, 3 * SPANS_MAX, 2):
        book.note("phone", "clip", LONG, (at, at + 1))
    (_, spans), *_ = book._sent.values()  # noqa: SLF001  what it keeps
    assert len(spans) == SPANS_MAX


async def served(path: Path, use: Callable[[ClientSession, str], Awaitable[None]], sent: list[tuple[int, int]]) -> None:
    """Serve a file as the view does, for one use."""

    async def get(request: web.Request) -> web.StreamResponse:
        loop = asyncio.get_running_loop()
        return await send_file(
            request, path, {}, lambda work: loop.run_in_executor(None, work), lambda _size, span: sent.append(span)
        )

    app = web.Application()
    app.router.add_get("/", get)
    serving = await Loopback.started(web.AppRunner(app))
    try:
        async with ClientSession() as session:
            await use(session, serving.url)
    finally:
        await serving.stop()


@pytest.mark.usefixtures("socket_enabled")
async def test_who_goes_away_early_was_sent_only_what_went_out_until_then(tmp_path: Path) -> None:
    """A request for all of a file that nobody reads is not the whole file."""
    film, sent = tmp_path / "film", list[tuple[int, int]]()
    with film.open("wb") as file:
        file.truncate(LONG)

    async def leave(session: ClientSession, url: str) -> None:
        async with session.get(url) as answer:
            await answer.content.readexactly(100_000)
        await asyncio.sleep(0.2)

    await served(film, leave, sent)
    ((first, until),) = joined(sent)
    assert (first, 100_000 <= until <= FITS_SOCKETS) == (0, True)
    assert not is_enough(((first, until),), LONG)


@pytest.mark.usefixtures("socket_enabled")
async def test_a_file_that_is_gone_or_ends_early_is_no_more_than_it_is(tmp_path: Path) -> None:
    """Gone: 404. A HEAD: nothing was sent."""
    film, sent = tmp_path / "film", list[tuple[int, int]]()

    async def ask(session: ClientSession, url: str) -> None:
        async with session.get(url) as answer:
            assert answer.status == 404
        film.write_bytes(b"0123456789")
        async with session.head(url) as answer:
            assert (answer.status, answer.headers[hdrs.CONTENT_LENGTH]) == (200, "10")
        assert sent == []
        async with session.get(url, headers={"Range": "bytes=-3"}) as answer:
            assert (answer.status, await answer.read()) == (206, b"789")
        async with session.get(url, headers={"Range": "bytes=0-"}) as answer:
            assert (answer.status, answer.headers[hdrs.CONTENT_RANGE]) == (206, "bytes 0-9/10")
            assert await answer.read() == b"0123456789"
        async with asyncio.timeout(5):
            while len(sent) < 2:  # noqa: ASYNC110  what is waited for has no event
                await asyncio.sleep(0.01)

    await served(film, ask, sent)
    assert sent == [(7, 10), (0, 10)]
