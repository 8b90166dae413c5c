"""The crawl of ``tests/long/test_crawl.py`` sees what it looks for: a small site that has each fault is found out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.long.crawl.answers import Host
from tests.long.crawl.crawler import Visitor, attack, look_again, walk
from tests.long.crawl.payloads import payloads
from tests.long.crawl.targets import Target
from tests.long.crawl.visitors import canary, client, json_bytes

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT: web.AppKey[list[str]] = web.AppKey("kept", list)
START = """<!doctype html><title>start</title><script>run()</script><img src="https://evil.example/x.png">
<p onclick="run()"><a href="/shown?q=1">shown</a> <a href="/go?to=1">go</a> <a href="/broken?n=1">broken</a>
<a href="/lost">lost</a> <a href="/fetch?from=1">fetch</a> <a href="/file?path=1">file</a> <a href="/kept">kept</a>
<form method="post" action="/keep"><input name="text"></form>"""


async def start(_request: web.Request) -> web.Response:
    """Show a page with a script of its own, a picture of another site's, and links."""
    page = web.Response(text=START, content_type="text/html", headers={"Server": "nginx/1.2.3"})
    page.set_cookie("session", "1")
    return page


async def shown(request: web.Request) -> web.Response:
    """Show what was sent, as it was sent."""
    return web.Response(text=request.query.get("q", ""), content_type="text/html")


async def go(request: web.Request) -> web.Response:
    """Lead to wherever the address says."""
    raise web.HTTPFound(request.query.get("to") or "/")


async def broken(request: web.Request) -> web.Response:
    """Tell of a bug."""
    if not request.query.get("n", "").isascii():
        return web.Response(status=500, text='Traceback (most recent call last):\n File "/srv/app.py", line 1, in x')
    return web.Response(text="1")


async def fetch(request: web.Request) -> web.Response:
    """Ask whom the address names."""
    where = request.query.get("from", "")
    if where.startswith("http://127.0.0.1"):
        async with aiohttp.ClientSession() as session, session.get(where) as answer:
            await answer.read()
    return web.Response(text="1")


async def file(request: web.Request) -> web.Response:
    """Send any file."""
    return web.Response(text="root:x:0:0" if request.query.get("path", "").endswith("passwd") else "")


async def keep(request: web.Request) -> web.Response:
    """Keep what was sent."""
    request.app[KEPT].append(str((await request.post()).get("text")))
    return web.Response()


async def kept(request: web.Request) -> web.Response:
    """Show what was kept."""
    return web.Response(text=" ".join(request.app[KEPT]), content_type="text/html")


def site() -> web.Application:
    """Return the site."""
    application = web.Application()
    application[KEPT] = []
    pages = {"/": start, "/shown": shown, "/go": go, "/broken": broken, "/fetch": fetch, "/file": file, "/kept": kept}
    application.add_routes([web.get(path, handler) for path, handler in pages.items()])
    application.router.add_post("/keep", keep)
    return application


@pytest.fixture
async def found() -> Callable[[str], bool]:
    """Crawl the site; return what says whether something was found."""
    async with TestServer(site()) as server, client() as session, canary() as (where, asked):
        visitor = Visitor(
            host=Host.OFFICERS, url=str(server.make_url("")).rstrip("/"), session=session, encode=json_bytes
        )
        texts, beginning = payloads(where), [Target(method="GET", path="/")]
        targets = await walk(visitor, beginning)
        await attack(visitor, targets, texts, 3_000)
        await look_again(visitor, beginning, texts)
        findings = [*visitor.found, *(f"asked {path}" for path in asked)]
    return lambda words: any(words in each for each in findings)


async def test_each_fault_of_a_faulty_site_is_found(found: Callable[[str], bool]) -> None:
    """From a header that is missing to a text that was kept and is shown."""
    for words in (
        "GET /: tells what serves it: nginx/1.2.3",
        "GET /: an open policy",
        "GET /: no nosniff",
        "GET /: may be kept",
        "GET /: an open cookie: session=1",
        "GET /: a page with X-Frame-Options: None",
        "GET /: a <script> without a nonce",
        "GET /: <p> has onclick",
        "GET /: <img> leads away: 'https://evil.example/x.png'",
        "/ leads to /lost, which is a 404",
        "GET /shown: comes back as it was sent: '<zq7x'",
        "GET /go: leads to 'https://evil.example/",
        "GET /go: leads to '//127.0.0.1",
        "GET /broken: a 500",
        "GET /broken: tells of its inside",
        "GET /file: a file's content",
        "/kept: was kept and is shown as it was sent: '<script>zq7x'",
        "asked /zq7x",
    ):
        assert found(words), words
    assert not found("an answer was split")
