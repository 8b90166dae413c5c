"""Tabs in which one page after the other is opened, each from a server of its own, with nothing of the page before.

A new profile and the process of its first page cost twice what the page does.
"""

from __future__ import annotations

import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from playwright.sync_api import Browser, BrowserContext, CDPSession, Error, Page, ViewportSize

    type Answers = Callable[[str], Reply]  # by path and query

AWAY = "/nothing"  # where a tab waits for its next page
FOREVER = "public, max-age=31536000, immutable"  # as Home Assistant has the scripts kept
FORGET = "() => { sessionStorage.clear(); localStorage.clear(); window.name = ''; }"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer; ``kept``: in the browser's cache, for its name changes with its content."""

    body: bytes
    kind: str
    status: int = 200
    kept: bool = False


class _Handler(BaseHTTPRequestHandler):
    """Answers as a proxy: the browser knows the name of the home, and nothing else does."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one piece
    server: _Server

    def do_GET(self) -> None:
        """Answer with what there is now; of a film with the part that is asked for."""
        reply = self._reply()
        body, about = reply.body, {}
        if reply.kind.startswith("video/"):
            about["Accept-Ranges"] = "bytes"
            if asked := self.headers["Range"]:
                first, _, last = asked.removeprefix("bytes=").partition("-")
                body = body[int(first) : int(last) + 1 if last else None]
                about["Content-Range"] = f"bytes {first}-{int(first) + len(body) - 1}/{len(reply.body)}"
        self._send(reply, body, 206 if "Content-Range" in about else reply.status, about)

    def do_POST(self) -> None:
        """Take all that is sent, and answer."""
        self.server.posted.append(self.rfile.read(int(self.headers["Content-Length"])))
        reply = self._reply()
        self._send(reply, reply.body, reply.status, {})

    def _reply(self) -> Reply:
        url = urlsplit(self.path)
        if f"{url.scheme}://{url.netloc}" != self.server.origin:
            return Reply(body=b"", kind="text/plain", status=502)
        if url.path == AWAY:
            return Reply(body=b"<!doctype html><title>Nothing</title>", kind="text/html")
        return self.server.answers(url._replace(scheme="", netloc="", fragment="").geturl())

    def _send(self, reply: Reply, body: bytes, status: int, about: dict[str, str]) -> None:
        self.send_response_only(status)
        kept = FOREVER if reply.kept else "no-store"
        head = {"Content-Type": reply.kind, "Content-Length": str(len(body)), "Cache-Control": kept}
        for name, value in (head | about).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, origin: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.origin = origin
        self.posted: list[bytes] = []
        self.answers: Answers = lambda _path: Reply(body=b"", kind="text/plain", status=404)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *about: Any) -> None:  # noqa: ANN401
        """Say nothing of a browser that went away in the middle."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(*about)


@dataclass(kw_only=True)
class Tab:
    """A tab and the server behind it, until it is left."""

    page: Page
    _server: _Server
    _session: CDPSession
    _tabs: Tabs
    _alone: bool
    _wrong: list[str] = field(default_factory=list)

    @property
    def context(self) -> BrowserContext:
        """Return its profile."""
        return self.page.context

    @property
    def posted(self) -> list[bytes]:
        """Return the bodies that the page has sent."""
        return self._server.posted

    def show(self, size: ViewportSize, answers: Answers) -> None:
        """Have it of this size; answer so from now on."""
        self.page.set_viewport_size(size)
        self._server.answers = answers
        self._server.posted.clear()

    def hear(self, error: Error) -> None:
        """Remember that a script of the page failed."""
        self._wrong.append(str(error))

    def leave(self) -> None:
        """Give it back without the page, and without what the page and its test left in it.

        Fail where a script of the page did.
        """
        if self._alone:
            self.end()
        else:
            try:
                self._forget()
            except BaseException:
                self.end()
                raise
            self._tabs.idle.append(self)
        wrong, self._wrong = self._wrong, []
        assert wrong == [], wrong

    def end(self) -> None:
        """Close it for good."""
        self.context.close()
        self._server.shutdown()
        self._server.server_close()

    def _forget(self) -> None:
        page, context = self.page, self.context
        page.unroute_all(behavior="ignoreErrors")
        context.unroute_all(behavior="ignoreErrors")
        for other in context.pages:
            if other != page:
                other.close()
        page.evaluate(FORGET)
        page.goto(f"{self._server.origin}{AWAY}")
        is_moved = page.evaluate("() => Date.now()") != self._tabs.now.timestamp() * 1_000
        assert not is_moved, "who moves the clock has to be alone in a tab"
        page.mouse.move(0, 0)
        page.emulate_media(media="null", color_scheme="null", reduced_motion="null", forced_colors="null")
        context.clear_cookies()
        context.clear_permissions()
        everything = {"origin": self._server.origin, "storageTypes": "cookies,indexeddb,local_storage"}
        self._session.send("Storage.clearDataForOrigin", everything)
        self._session.send("Page.resetNavigationHistory")
        page.remove_listener("pageerror", self.hear)


class Tabs:
    """The tabs of one browser, at one origin and one time."""

    def __init__(self, browser: Browser, *, origin: str, now: datetime) -> None:
        """Open none yet."""
        self.idle: list[Tab] = []
        self.now = now
        self._browser, self._origin = browser, origin

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Close those that nobody uses."""
        while self.idle:
            self.idle.pop().end()

    def take(self, *, alone: bool = False) -> Tab:
        """Return one that nobody uses; ``alone``: one that nobody has used or will use: its clock can be moved."""
        tab = self.idle.pop() if self.idle and not alone else self._new(alone=alone)
        tab.page.on("pageerror", tab.hear)
        return tab

    def _new(self, *, alone: bool) -> Tab:
        server = _Server(self._origin)
        host, port = server.server_address[:2]
        proxy = {"server": f"http://{host}:{port}"}
        context = self._browser.new_context(proxy=proxy, has_touch=True, timezone_id="UTC")
        context.clock.set_fixed_time(self.now)
        page = context.new_page()
        session = context.new_cdp_session(page)
        return Tab(page=page, _server=server, _session=session, _tabs=self, _alone=alone)
